"""Whether a sentence reports or judges: an interpretable score over our own word lists and word classes.

The probability of judging is the logistic of a weighted sum of counts; every weight stands below,
set by hand. The lists are widened by words that resemble theirs (`train_lexicon`). No labelled data
was fitted: sets of subjectivity labels may be measured on, and not trained on, so this is a readable
stand-in rather than a state of the art. `explain` says what counted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.parts_of_speech import IDS
from spacy.strings import get_string_id
from spacy.tokens import Span

from services.extract.objectivity_induced import weights_of
from services.extract.objectivity_words import (
    ATTITUDE,
    DEONTIC,
    EVALUATIVE,
    FIRST_PERSON,
    GROUPS,
    HEDGES,
    HOLDING,
    INTENSE,
    LOADED,
    LOADED_VERBS,
    POINTERS,
    REPORTING,
    SECOND_PERSON,
    STANCE_OPENERS,
)
from services.extract.score_tokens import Ints, Mask, TokenTable

_MOST = 3
"""A feature counts at most this often, so that long sentences are not judged by their length."""

Counts = npt.NDArray[np.int64] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Sentences:
    """Spans with the table of their tokens."""

    table: TokenTable
    texts: Sequence[str]

    def count(self, mask: Mask) -> Counts:
        """Tokens in `mask` of each sentence, shape (sentences,)."""
        return self.table.per_span(mask, len(self.texts))

    def that(self, test: Callable[[str], bool]) -> Counts:
        """1 for each sentence whose text passes the test."""
        return np.array([test(text) for text in self.texts], dtype=np.int64)


Feature = Callable[[_Sentences], Counts]


def _ids(words: Iterable[str]) -> Ints:
    return np.array(sorted(get_string_id(word) for word in words), dtype=np.uint64)


def _lemma_in(words: frozenset[str], *classes: str) -> Feature:
    """Tokens of the word classes (all when none) whose lemma is in `words`."""
    ids, kinds = _ids(words), np.array([IDS[name] for name in classes], dtype=np.uint64)

    def count(sentences: _Sentences) -> Counts:
        mask = np.isin(sentences.table.lemma, ids)
        return sentences.count(mask & np.isin(sentences.table.pos, kinds) if classes else mask)

    return count


def _word_in(words: frozenset[str]) -> Feature:
    ids = _ids(words)
    return lambda sentences: sentences.count(np.isin(sentences.table.lower, ids))


def _tag_in(*tags: str) -> Feature:
    ids = _ids(tags)
    return lambda sentences: sentences.count(np.isin(sentences.table.tag, ids))


def _opens_with(words: frozenset[str]) -> Feature:
    ids = _ids(words)

    def count(sentences: _Sentences) -> Counts:
        rows = sentences.table.rows
        first = np.append(True, rows[1:] != rows[:-1])[: len(rows)]
        return sentences.count(first & np.isin(sentences.table.lower, ids))

    return count


def _deontic(sentences: _Sentences) -> Counts:
    table = sentences.table
    return sentences.count(np.isin(table.tag, _ids(["MD"])) & np.isin(table.lower, _ids(DEONTIC)))


def _induced(sentences: _Sentences) -> Counts:
    """The weights of words that resemble those of the lists; a name only looks like one."""
    table = sentences.table
    common = ~np.isin(table.tag, _ids(["NNP", "NNPS"]))
    weights = weights_of(table.lower) * common
    return np.bincount(table.rows, weights=weights, minlength=len(sentences.texts))


_QUOTED_WHOLE = ('"', "“")

FEATURES: dict[str, tuple[float, Feature]] = {
    # What judges.
    "evaluative adjective": (0.9, _lemma_in(EVALUATIVE, "ADJ", "ADV", "NOUN")),
    "loaded noun": (1.2, _lemma_in(LOADED, "NOUN", "PROPN")),
    "loaded verb": (1.0, _lemma_in(LOADED_VERBS, "VERB")),
    "word like these": (0.8, _induced),
    "group in general": (0.3, _lemma_in(GROUPS, "NOUN", "PROPN")),
    "holding a view": (0.2, _lemma_in(HOLDING, "VERB", "AUX")),
    "attitude adverb": (0.8, _word_in(ATTITUDE)),
    "intensifier": (0.5, _word_in(INTENSE)),
    "hedge": (0.5, _lemma_in(HEDGES)),
    "what ought to be": (0.8, _deontic),
    "modal": (0.3, _tag_in("MD")),
    "opens an argument": (0.6, _opens_with(STANCE_OPENERS)),
    "points back": (0.4, _opens_with(POINTERS)),
    "question": (1.0, lambda s: s.that(lambda text: text.rstrip("\"'”’ ").endswith("?"))),
    "exclamation": (1.0, lambda s: s.that(lambda text: "!" in text)),
    "first person": (0.4, _word_in(FIRST_PERSON)),
    "second person": (0.4, _word_in(SECOND_PERSON)),
    "negation": (0.3, _word_in(frozenset(("not", "n't", "n’t", "never", "no")))),
    "comparison": (0.2, _tag_in("JJR", "JJS", "RBR", "RBS")),
    "present tense": (0.2, _tag_in("VBZ", "VBP")),
    "adverb": (0.1, _tag_in("RB")),
    # What reports.
    "reporting verb": (-0.8, _lemma_in(REPORTING, "VERB")),
    "quotation": (-0.8, lambda s: s.that(lambda text: any(mark in text for mark in '"“”'))),
    "opens with a quotation": (
        -0.8,
        lambda s: s.that(lambda text: text.lstrip().startswith(_QUOTED_WHOLE)),
    ),
    "number": (-0.4, lambda s: s.count(s.table.like_num)),
    "name": (-0.2, _tag_in("NNP", "NNPS")),
    "past tense": (-0.2, _tag_in("VBD", "VBN")),
}
"""Each feature with its weight on the log-odds of judging."""

_BIAS = -0.77
"""Brings the mean over a mixed sample of news and comment to one half; the model card says how it was set."""


def probabilities(spans: Sequence[Span]) -> npt.NDArray[np.float32]:
    """The probability that each span reports rather than judges, shape (len(spans),)."""
    odds = np.full(len(spans), _BIAS)
    for added in _added(spans).values():
        odds += added
    return np.asarray(1.0 / (1.0 + np.exp(odds)), dtype=np.float32)


def explain(span: Span) -> dict[str, float]:
    """What each feature that occurs in `span` adds to the log-odds of judging."""
    return {name: float(added[0]) for name, added in _added([span]).items() if added[0]}


def _added(spans: Sequence[Span]) -> dict[str, npt.NDArray[np.float64]]:
    sentences = _Sentences(TokenTable.of(spans), [span.text for span in spans])
    return {
        name: weight * np.minimum(feature(sentences), _MOST)
        for name, (weight, feature) in FEATURES.items()
    }
