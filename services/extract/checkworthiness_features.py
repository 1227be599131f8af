"""What the check-worthiness model sees of a sentence: hashed n-grams of words, lemmas, tags, and counts.

Everything comes from one integer table of the doc's tokens, and n-grams are hashed with numpy, so
that a sentence costs a small fraction of its tagging. spaCy's ids of strings are hashes of their
text, the same in every process, which makes the buckets stable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_SPACE, IS_STOP, LEMMA, LIKE_NUM, LOWER, TAG
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span

Ints = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

BITS = 18
BUCKETS = 1 << BITS
VERSION = 1
"""Raise it with every change here: a model fits only the features it was trained on."""

DENSE = ("length", "numbers", "names", "question", "first_person", "past", "modal", "short")
"""The counted features, in the order of their weights; each lies between 0 and 2."""

_ATTRIBUTES = [LOWER, LEMMA, TAG, IS_STOP, LIKE_NUM, IS_SPACE]
_NUMBER, _START, _END = np.uint64(7), np.uint64(11), np.uint64(13)
_PRIME, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_SHIFT, _TOP = np.uint64(31), np.uint64(64 - BITS)

# Block (its number seeds the hash), then the shortest and longest n-gram.
_WORDS, _LEMMAS, _TAGS, _FRAMES = (1, 1, 2), (2, 1, 2), (3, 1, 3), (4, 2, 4)


def _ids(*texts: str) -> Ints:
    return np.array([get_string_id(text) for text in texts], dtype=np.uint64)


_NAMES, _I, _PAST, _MODAL = _ids("NNP", "NNPS"), _ids("i", "me", "my"), _ids("VBD"), _ids("MD")
_QUESTION = _ids("?")


@dataclass(frozen=True)
class Features:
    """A sentence as the model sees it."""

    buckets: npt.NDArray[np.int64]
    """Bucket of each distinct n-gram, shape (k,)."""
    values: Floats
    """Its value, shape (k,): within a block the values are a unit vector."""
    dense: Floats
    """Shape (len(DENSE),)."""


def features_of(spans: Sequence[Span]) -> Iterator[Features]:
    """The features of each span, in order. Needs tags and lemmas. Each doc's table is made once."""
    doc: Doc | None = None
    table: Ints = np.empty((0, len(_ATTRIBUTES)), dtype=np.uint64)
    for span in spans:
        if span.doc is not doc:
            doc = span.doc
            table = doc.to_array(_ATTRIBUTES).astype(np.uint64, copy=False)
        yield _features(table[span.start : span.end])


def _features(rows: Ints) -> Features:
    rows = rows[rows[:, 5] == 0]
    lower, lemma, tag, stop, number = rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4]
    numbers = number == 1
    words = np.where(numbers, _NUMBER, lower)
    blocks = (
        _block(words, *_WORDS),
        _block(np.where(numbers, _NUMBER, lemma), *_LEMMAS),
        _block(tag, *_TAGS),
        _block(np.where(stop == 1, lower, tag), *_FRAMES),
    )
    return Features(
        np.concatenate(blocks),
        np.concatenate(
            [np.full(len(one), len(one) ** -0.5 if len(one) else 0.0) for one in blocks]
        ).astype(np.float32),
        _dense(lower, tag, numbers),
    )


def _block(tokens: Ints, seed: int, shortest: int, longest: int) -> npt.NDArray[np.int64]:
    """The buckets of all n-grams, with marks for the sentence's ends."""
    padded = np.concatenate(([_START], tokens, [_END])).astype(np.uint64)
    hashes = [
        _hash(padded, seed * 8 + size, size)
        for size in range(shortest, longest + 1)
        if size <= len(padded)
    ]
    return np.unique(np.concatenate(hashes) >> _TOP).astype(np.int64)


def _hash(padded: Ints, seed: int, size: int) -> Ints:
    count = len(padded) - size + 1
    mixed = np.full(count, seed, dtype=np.uint64) * _MIX
    for offset in range(size):
        mixed = (mixed ^ padded[offset : offset + count]) * _PRIME
        mixed ^= mixed >> _SHIFT
    return mixed * _MIX


def _dense(lower: Ints, tag: Ints, numbers: npt.NDArray[np.bool_]) -> Floats:
    length = len(lower)
    return np.array(
        (
            min(length, 60) / 30,
            min(int(numbers.sum()), 3) / 3,
            min(int(np.isin(tag, _NAMES).sum()), 5) / 5,
            float(np.isin(lower, _QUESTION).any()),
            min(int(np.isin(lower, _I).sum()), 2) / 2,
            min(int((tag == _PAST[0]).sum()), 3) / 3,
            min(int((tag == _MODAL[0]).sum()), 2) / 2,
            float(length < 6),
        ),
        dtype=np.float32,
    )
