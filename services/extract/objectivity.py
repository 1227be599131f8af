"""Whether a sentence reports or judges: an interpretable score over our own word lists and word classes.

The probability of judging is the logistic of a weighted sum of counts; every weight stands below,
set by hand. No labelled data was fitted: sets of subjectivity labels may be measured on, and not
trained on, so this is a readable stand-in rather than a state of the art. `explain` says what counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.tokens import Span, Token

from services.extract.objectivity_words import (
    ATTITUDE,
    DEONTIC,
    EVALUATIVE,
    FIRST_PERSON,
    HEDGES,
    INTENSE,
    LOADED,
    LOADED_VERBS,
    POINTERS,
    REPORTING,
    SECOND_PERSON,
    STANCE_OPENERS,
)

_MOST = 3
"""A feature counts at most this often, so that long sentences are not judged by their length."""


@dataclass(frozen=True)
class _Sentence:
    """A span's tokens without white space."""

    tokens: Sequence[Token]
    text: str

    def count(self, test: Callable[[Token], bool]) -> int:
        return sum(map(test, self.tokens))


def _lemma_in(words: frozenset[str], *classes: str) -> Callable[[_Sentence], int]:
    """How many tokens of the word classes (all when none) have a lemma in `words`."""

    def count(sentence: _Sentence) -> int:
        return sentence.count(
            lambda token: token.lemma_.lower() in words and (not classes or token.pos_ in classes)
        )

    return count


def _word_in(words: frozenset[str]) -> Callable[[_Sentence], int]:
    return lambda sentence: sentence.count(lambda token: token.lower_ in words)


def _tag_in(*tags: str) -> Callable[[_Sentence], int]:
    return lambda sentence: sentence.count(lambda token: token.tag_ in tags)


def _opens_with(words: frozenset[str]) -> Callable[[_Sentence], int]:
    return lambda sentence: int(bool(sentence.tokens) and sentence.tokens[0].lower_ in words)


def _deontic(sentence: _Sentence) -> int:
    return sentence.count(lambda token: token.tag_ == "MD" and token.lower_ in DEONTIC)


def _asks(sentence: _Sentence) -> int:
    return int(sentence.text.rstrip("\"'”’ ").endswith("?"))


def _quotes(sentence: _Sentence) -> int:
    return int(any(mark in sentence.text for mark in '"“”'))


_QUOTED_WHOLE = ('"', "“")

FEATURES: dict[str, tuple[float, Callable[[_Sentence], float]]] = {
    # What judges.
    "evaluative adjective": (0.9, _lemma_in(EVALUATIVE, "ADJ", "ADV", "NOUN")),
    "loaded noun": (1.2, _lemma_in(LOADED, "NOUN", "PROPN")),
    "loaded verb": (1.0, _lemma_in(LOADED_VERBS, "VERB")),
    "attitude adverb": (0.8, _word_in(ATTITUDE)),
    "intensifier": (0.5, _word_in(INTENSE)),
    "hedge": (0.5, _lemma_in(HEDGES)),
    "what ought to be": (0.8, _deontic),
    "modal": (0.3, _tag_in("MD")),
    "opens an argument": (0.6, _opens_with(STANCE_OPENERS)),
    "points back": (0.4, _opens_with(POINTERS)),
    "question": (1.0, _asks),
    "exclamation": (1.0, lambda sentence: int("!" in sentence.text)),
    "first person": (0.4, _word_in(FIRST_PERSON)),
    "second person": (0.4, _word_in(SECOND_PERSON)),
    "negation": (0.3, _word_in(frozenset(("not", "n't", "n’t", "never", "no")))),
    "comparison": (0.2, _tag_in("JJR", "JJS", "RBR", "RBS")),
    "present tense": (0.2, _tag_in("VBZ", "VBP")),
    "adverb": (0.1, _tag_in("RB")),
    # What reports.
    "reporting verb": (-0.8, _lemma_in(REPORTING, "VERB")),
    "quotation": (-0.8, _quotes),
    "opens with a quotation": (-0.8, lambda s: int(s.text.lstrip().startswith(_QUOTED_WHOLE))),
    "number": (-0.4, lambda sentence: sentence.count(lambda token: token.like_num)),
    "name": (-0.2, _tag_in("NNP", "NNPS")),
    "past tense": (-0.2, _tag_in("VBD", "VBN")),
}
"""Each feature with its weight on the log-odds of judging."""

_BIAS = -0.5
"""Set so that a mixed sample of news and comment comes out near one half on average; no label was used."""


def probabilities(spans: Sequence[Span]) -> npt.NDArray[np.float32]:
    """The probability that each span reports rather than judges, shape (len(spans),)."""
    odds = np.array([_BIAS + sum(explain(span).values()) for span in spans], dtype=np.float64)
    return np.asarray(1.0 / (1.0 + np.exp(odds)), dtype=np.float32)


def explain(span: Span) -> dict[str, float]:
    """What each feature that occurs adds to the log-odds of judging."""
    sentence = _Sentence([token for token in span if not token.is_space], span.text)
    counts = ((name, weight, feature(sentence)) for name, (weight, feature) in FEATURES.items())
    return {name: weight * min(count, _MOST) for name, weight, count in counts if count}
