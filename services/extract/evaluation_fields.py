"""Measures of a claim's fields: sentences whose negations, modality, comparisons and places are known."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from spacy.language import Language

from schemas.base import Span
from schemas.claim import Claim
from services.extract.evaluation import Found, Ratio, match
from services.extract.evaluation_errors import ArticleMistakes, Fault, Layer, Mistake, marks
from services.extract.extraction import Source, extract_all
from services.runtime.errors import UserError

FIELD_OVERLAP = 0.5

FIELDS_DEFINITIONS = (
    "Found are the fields of all claims of a sentence, one that two claims share counted once; pairs are formed one to one, the largest overlap first. A sentence without any counts too: what is found there lowers precision.",
    "A negation is found when an extracted negation cue shares a character with it.",
    "A modality is right when an extracted cue shares a character with its own and the value is the same; asserted claims have none.",
    f"A comparison is found when the baselines overlap by at least {FIELD_OVERLAP} (Jaccard index of characters); it is right when the direction is the same as well.",
    f"A place is found when the spans overlap by at least {FIELD_OVERLAP}; it is right when the country is the same as well, or is not annotated.",
)


class _Field(BaseModel):
    text: str
    value: str | None = None


class _Row(BaseModel):
    text: str
    negation: list[_Field] = []
    modality: list[_Field] = []
    comparison: list[_Field] = []
    place: list[_Field] = []
    split: str = "all"


@dataclass(frozen=True)
class _Item:
    """One field: where it stands and what it says."""

    span: Span
    value: str | None


def _negations(claim: Claim) -> Iterator[_Item]:
    # Two that undo each other leave the claim affirmed: neither is a negation of it.
    if claim.polarity.value.value == "negated":
        yield from (_Item(cue, None) for cue in claim.polarity.cues)


def _modality(claim: Claim) -> Iterator[_Item]:
    if claim.modality.cue is not None:
        yield _Item(claim.modality.cue, claim.modality.value.value)


def _comparisons(claim: Claim) -> Iterator[_Item]:
    for one in claim.comparisons:
        yield _Item(one.baseline, one.direction.value if one.direction else None)


def _places(claim: Claim) -> Iterator[_Item]:
    yield from (_Item(place.span, place.country) for place in claim.places)


@dataclass(frozen=True)
class _Measure:
    """How a field is read from a claim, the least overlap, and whether its value has to be right too."""

    read: Callable[[Claim], Iterator[_Item]]
    overlap: float
    valued: bool


_MEASURES = {
    "negation": _Measure(_negations, 0.0, valued=False),
    "modality": _Measure(_modality, 0.0, valued=True),
    "comparison": _Measure(_comparisons, FIELD_OVERLAP, valued=True),
    "place": _Measure(_places, FIELD_OVERLAP, valued=True),
}


@dataclass(frozen=True)
class FieldFigures:
    """What was measured of one field: `right` are those found with the right value."""

    found: Found
    right: Found


@dataclass(frozen=True)
class SplitFigures:
    """What was measured on one split, by field."""

    texts: int
    fields: dict[str, FieldFigures]
    mistakes: tuple[ArticleMistakes, ...]


def evaluate_fields(path: Path, nlp: Language) -> dict[str, SplitFigures]:
    """Figures for each split of `path`: JSON lines of {text, negation, modality, comparison, place, split?}.

    Each field is a list of {text, value?}, `text` the words of the cue, baseline or place. Raises
    UserError naming the file and the line that cannot be read.
    """
    rows = list(_read(path))
    splits: dict[str, _Tally] = defaultdict(_Tally)
    sources = (Source(f"line {number}", row.text) for number, (row, _) in enumerate(rows, 1))
    for number, ((row, gold), found) in enumerate(
        zip(rows, extract_all(sources, nlp), strict=True), 1
    ):
        splits[row.split].add(f"line {number}", row.text, gold, found.claims)
    return {name: splits[name].figures() for name in sorted(splits)}


def _read(path: Path) -> Iterator[tuple[_Row, dict[str, list[_Item]]]]:
    number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                row = _Row.model_validate_json(line)
                yield row, {name: _items(row.text, getattr(row, name)) for name in _MEASURES}
    except (OSError, ValueError, ValidationError) as error:
        raise UserError(
            f"{path}, line {number}: not readable as sentences with fields: {error}"
        ) from error


def _items(text: str, fields: Sequence[_Field]) -> list[_Item]:
    """Where the fields stand: each at the next place that has its words. Raises ValueError."""
    items: list[_Item] = []
    for one in fields:
        start = text.index(one.text, items[-1].span[1] if items else 0)
        items.append(_Item((start, start + len(one.text)), one.value))
    return items


class _Tally:
    """Counts that grow text by text."""

    def __init__(self) -> None:
        self._texts = 0
        self._counts: dict[str, list[int]] = {name: [0, 0, 0, 0] for name in _MEASURES}
        self._articles: list[ArticleMistakes] = []

    def add(
        self, name: str, text: str, gold: dict[str, list[_Item]], claims: Sequence[Claim]
    ) -> None:
        """Take in one text."""
        self._texts += 1
        mistakes: list[Mistake] = []
        for field, measure in _MEASURES.items():
            read = (item for claim in claims for item in measure.read(claim))
            found = list({item.span: item for item in read}.values())
            mistakes += self._compare(field, measure, gold[field], found)
        self._articles.append(ArticleMistakes(name, text, tuple(mistakes)))

    def _compare(
        self, field: str, measure: _Measure, gold: list[_Item], found: list[_Item]
    ) -> Iterator[Mistake]:
        pairs = match(
            [frozenset(range(*item.span)) for item in gold],
            [frozenset(range(*item.span)) for item in found],
            measure.overlap,
        )
        counts = self._counts[field]
        counts[0] += len(gold)
        counts[1] += len(found)
        counts[2] += len(pairs)
        for number, item in enumerate(gold):
            if number not in pairs:
                yield Mistake(Fault.MISSED, marks(Layer.GOLD, [item.span]), field)
                continue
            got = found[pairs[number]]
            if (
                not measure.valued
                or item.value == got.value
                or (field == "place" and not item.value)
            ):
                counts[3] += 1
                continue
            both = marks(Layer.GOLD, [item.span]) + marks(Layer.FOUND, [got.span])
            yield Mistake(Fault.DETAIL, both, f"{field}: {got.value}, annotated {item.value}")
        for spurious in sorted(set(range(len(found))) - set(pairs.values())):
            yield Mistake(Fault.SPURIOUS, marks(Layer.FOUND, [found[spurious].span]), field)

    def figures(self) -> SplitFigures:
        """The counts as ratios."""
        fields = {}
        for name, (gold, found, hits, right) in self._counts.items():
            fields[name] = FieldFigures(
                Found(Ratio(hits, found), Ratio(hits, gold)),
                Found(Ratio(right, found), Ratio(right, gold)),
            )
        return SplitFigures(self._texts, fields, tuple(self._articles))
