"""What the check-worthiness model sees of sentences: hashed n-grams of words, lemmas, tags, and counts.

Everything comes from one integer table of tokens, and the n-grams of all sentences are hashed at
once with numpy, so that scoring costs a small fraction of tagging. spaCy's ids of strings are hashes
of their text, the same in every process, which makes the buckets stable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id
from spacy.tokens import Span

from services.extract.score_tokens import TokenTable

Ints = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

BITS = 18
BUCKETS = 1 << BITS
VERSION = 1
"""Raise it with every change here: a model fits only the features it was trained on."""

DENSE = ("length", "numbers", "names", "question", "first_person", "past", "modal", "short")
"""The counted features, in the order of their weights; each lies between 0 and 2."""

_NUMBER, _START, _END = np.uint64(7), np.uint64(11), np.uint64(13)
_PRIME, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_SHIFT, _TOP = np.uint64(31), np.uint64(64 - BITS)

_SIZES = {"words": (1, 2), "lemmas": (1, 2), "tags": (1, 2, 3), "frames": (2, 3, 4)}
"""The lengths of n-grams of each block. A frame is a function word, or another word's tag."""


def _ids(*texts: str) -> Ints:
    return np.array([get_string_id(text) for text in texts], dtype=np.uint64)


_NAMES, _I, _PAST, _MODAL = _ids("NNP", "NNPS"), _ids("i", "me", "my"), _ids("VBD"), _ids("MD")
_QUESTION = _ids("?")


@dataclass(frozen=True)
class Features:
    """Sentences as the model sees them: the entries of a sparse matrix, and a dense one beside it."""

    rows: npt.NDArray[np.int64]
    """The sentence of each n-gram, shape (k,), not decreasing within a block."""
    buckets: npt.NDArray[np.int64]
    """Its bucket, shape (k,)."""
    values: Floats
    """Its value, shape (k,): a block's values in one sentence are a unit vector."""
    dense: Floats
    """Shape (sentences, len(DENSE))."""


def features_of(spans: Sequence[Span]) -> Features:
    """The features of `spans`. Needs tags and lemmas."""
    table = TokenTable.of(spans)
    numbers = table.like_num
    blocks = {
        "words": np.where(numbers, _NUMBER, table.lower),
        "lemmas": np.where(numbers, _NUMBER, table.lemma),
        "tags": table.tag,
        "frames": np.where(table.is_stop, table.lower, table.tag),
    }
    parts = [
        _block(_pad(tokens, table.rows, len(spans)), seed, _SIZES[name], len(spans))
        for seed, (name, tokens) in enumerate(blocks.items(), start=1)
    ]
    rows, buckets, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Features(rows, buckets, values, _dense(table, len(spans)))


def _pad(
    tokens: Ints, rows: npt.NDArray[np.int64], count: int
) -> tuple[Ints, npt.NDArray[np.int64]]:
    """The tokens with marks for each sentence's ends, and the sentence of each."""
    every = np.arange(count)
    padded_rows = np.concatenate((every, rows, every))
    padded = np.concatenate((np.full(count, _START), tokens, np.full(count, _END)))
    order = np.argsort(padded_rows, kind="stable")
    return padded[order].astype(np.uint64), padded_rows[order]


def _block(
    padded: tuple[Ints, npt.NDArray[np.int64]], seed: int, sizes: tuple[int, ...], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Row, bucket and value of the distinct n-grams of one kind."""
    tokens, rows = padded
    found: list[npt.NDArray[np.int64]] = []
    for size in sizes:
        places = max(len(tokens) - size + 1, 0)
        within = rows[:places] == rows[size - 1 :]
        buckets = (_hash(tokens, seed * 8 + size, size, places) >> _TOP).astype(np.int64)
        found.append((rows[:places] * BUCKETS + buckets)[within])
    distinct = np.unique(np.concatenate(found))
    row = distinct >> BITS
    lengths = np.bincount(row, minlength=count)
    return row, distinct & (BUCKETS - 1), (lengths[row] ** -0.5).astype(np.float32)


def _hash(tokens: Ints, seed: int, size: int, places: int) -> Ints:
    mixed = np.full(places, seed, dtype=np.uint64) * _MIX
    for offset in range(size):
        mixed = (mixed ^ tokens[offset : offset + places]) * _PRIME
        mixed ^= mixed >> _SHIFT
    return mixed * _MIX


def _dense(table: TokenTable, count: int) -> Floats:
    length = np.bincount(table.rows, minlength=count)

    def share(mask: npt.NDArray[np.bool_], most: int) -> npt.NDArray[np.float64]:
        return np.minimum(table.per_span(mask, count), most) / most

    columns = (
        np.minimum(length, 60) / 30,
        share(table.like_num, 3),
        share(np.isin(table.tag, _NAMES), 5),
        share(table.lower == _QUESTION, 1),
        share(np.isin(table.lower, _I), 2),
        share(table.tag == _PAST, 3),
        share(table.tag == _MODAL, 2),
        length < 6,
    )
    return np.stack(columns, axis=1).astype(np.float32)
