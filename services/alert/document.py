"""What queries look at: an event as fields of words and of numbers."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.alert.words import fold

GAP = 100
"""Positions between two values of a field, so that no phrase reaches across."""

TEXT = "text"
"""The field that a word without one is looked for in: everything that the other fields hold, but for CODES."""


class Sort(StrEnum):
    """How a field's values compare."""

    WORDS = "words"
    NUMBER = "number"
    DATE = "date"


FIELDS = {
    TEXT: (Sort.WORDS, "the words below, without those of quote to language"),
    "claim": (Sort.WORDS, "the claim, as it stands and made to stand alone"),
    "speaker": (Sort.WORDS, "who says it"),
    "title": (Sort.WORDS, "titles of the articles"),
    "outlet": (Sort.WORDS, "publishers of the articles"),
    "kind": (Sort.WORDS, "what sort of statement it is, such as promise or accusation"),
    "relation": (Sort.WORDS, "how the evidence stands to it, such as contradicts"),
    "evidence": (Sort.WORDS, "what the evidence says, its title and publisher"),
    "rating": (Sort.WORDS, "of a verdict, or of fact-checks among the evidence, also as mapped"),
    "place": (Sort.WORDS, "where what is claimed holds, and the country"),
    "type": (Sort.WORDS, "claim, task or verdict"),
    "quote": (
        Sort.WORDS,
        "direct, indirect, mixed; what became of the quotation, as misattributed",
    ),
    "polarity": (Sort.WORDS, "affirmed or negated"),
    "modality": (Sort.WORDS, "asserted, possible, expected, planned, necessary, conditional"),
    "status": (Sort.WORDS, "published, corrected or withdrawn; edited, if without a notice"),
    "language": (Sort.WORDS, "of the article or verdict, such as en"),
    "priority": (Sort.NUMBER, "a task's place in the queue, 0 to 1"),
    "checkworthiness": (Sort.NUMBER, "0 to 1"),
    "sightings": (Sort.NUMBER, "how often the claim was seen"),
    "published": (Sort.DATE, "when the articles appeared"),
    "due": (Sort.DATE, "the day a promise falls due"),
    "decided": (Sort.DATE, "when a verdict was given"),
}
"""Every field: how it compares, and what it holds."""

CODES = frozenset({"quote", "polarity", "modality", "status", "language"})
"""Fields of a few set words that also stand in texts with another meaning: only found by their name."""


@dataclass(frozen=True)
class Words:
    """The words of one field: where each stands, ascending, with a gap between values."""

    places: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, values: Iterable[Sequence[str]]) -> "Words":
        """From the folded words of each value."""
        places: dict[str, list[int]] = {}
        position = 0
        for words in values:
            for word in words:
                places.setdefault(word, []).append(position)
                position += 1
            position += GAP
        return cls(places)

    def has_row(self, words: Sequence[str]) -> bool:
        """Whether the words stand in a row."""
        first = self.places.get(words[0], ())
        rest = [(offset, self.places.get(word, ())) for offset, word in enumerate(words[1:], 1)]
        return any(all(_holds(row, start + offset) for offset, row in rest) for start in first)

    def has_near(self, words: Sequence[str], slop: int) -> bool:
        """Whether the words, all different, stand in a row but for `slop` moves, as Lucene counts them.

        With each word's place less its offset in the phrase, the places must fit into a window of `slop`.
        """
        rows = [
            [place - offset for place in self.places.get(word, ())]
            for offset, word in enumerate(words)
        ]
        if not all(rows):
            return False
        heads = [0] * len(rows)
        while True:
            low = min(range(len(rows)), key=lambda row: rows[row][heads[row]])
            high = max(rows[row][heads[row]] for row in range(len(rows)))
            if high - rows[low][heads[low]] <= slop:
                return True
            heads[low] += 1
            if heads[low] == len(rows[low]):
                return False


def _holds(places: Sequence[int], place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place


_NOTHING = Words({})


class Document:
    """An event for queries: `words` by field (with TEXT over all of them), `numbers` by field.

    Dates are seconds since 1970, UTC.
    """

    __slots__ = ("numbers", "words")

    def __init__(
        self,
        texts: Mapping[str, Iterable[str]],
        numbers: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        folded = {name: [fold(text) for text in values] for name, values in texts.items()}
        self.words = {name: Words.of(values) for name, values in folded.items()}
        self.words[TEXT] = Words.of(
            words for name, values in folded.items() if name not in CODES for words in values
        )
        self.numbers = {name: values for name, values in (numbers or {}).items() if values}

    def field(self, name: str) -> Words:
        """The words of a field; none when the event does not have it."""
        return self.words.get(name, _NOTHING)
