"""Measures of extraction: attribution on an annotated corpus, and one article whose claims are known."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from spacy.language import Language

from schemas.base import Span
from schemas.claim import Attribution, Claim
from services.extract.evaluation_errors import ArticleMistakes, Fault, Layer, Mistake, marks
from services.extract.extraction import Extraction, Source, extract, extract_all
from services.runtime.errors import UserError

CONTENT_OVERLAP = 0.5
CLAIM_OVERLAP = 0.6

ATTRIBUTION_DEFINITIONS = (
    "A token is a run of letters, digits and underscores. Overlap is the Jaccard index of the tokens of two contents (all spans of each).",
    f"A content is found when an extracted one overlaps it by at least {CONTENT_OVERLAP}; pairs are formed one to one, the best overlap first. F1 is over all contents of all articles.",
    "Quoted contents are those whose text begins and ends with a double quotation mark; their precision counts the extracted ones.",
    "A source is right, given its content was found, when extracted and annotated source share a token, or both are empty.",
    "A source is out of the sentence when a sentence end or a paragraph break lies between it and every part of its content.",
)
SEED_DEFINITIONS = (
    f"A claim is found when an extracted one's span overlaps its own by at least {CLAIM_OVERLAP} (Jaccard index of tokens).",
    "Speaker, chain (all names in order), dates (all values) and due date are each compared exactly, for found claims.",
    "A trespass is an extracted claim that shares a character with a span the annotator marked as no claim.",
)

_TOKEN = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s|\n\s*\n")
_QUOTED = re.compile(r"^\s*[\"“].*[\"”]\W?\s*$", re.DOTALL)


@dataclass(frozen=True)
class Ratio:
    """`hits` of `total`."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 when there was nothing to count."""
        return self.hits / self.total if self.total else 0.0


@dataclass(frozen=True)
class Found:
    """Precision and recall over the same pairs."""

    precision: Ratio
    recall: Ratio

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / both if both else 0.0


@dataclass(frozen=True)
class AttributionFigures:
    """What was measured on a corpus."""

    articles: int
    content: Found
    quoted: Found
    source: Ratio
    source_out_of_sentence: Ratio
    mistakes: tuple[ArticleMistakes, ...]
    """Of every article, for the error browser."""


class _Annotated(BaseModel):
    source: list[Span] = []
    content: list[Span] = []
    """One without content is not measured."""


class _Text(BaseModel):
    id: str
    text: str
    attributions: list[_Annotated]


# Attribution


def evaluate_attribution(path: Path, nlp: Language) -> AttributionFigures:
    """Figures on `path`: JSON lines, plain or gzip, of {id, text, attributions: [{source, content}]}.

    Raises UserError naming the file and the line that cannot be read.
    """
    texts = list(_read_texts(path))
    if not any(one.content for text in texts for one in text.attributions):
        raise UserError(
            f"{path}: no attribution in it has a content, so there is nothing to measure"
        )
    tally = _Tally()
    sources = (Source(text.id, text.text) for text in texts)
    for text, found in zip(texts, extract_all(sources, nlp), strict=True):
        tally.add(text, found.attributions)
    return tally.figures(len(texts))


def _read_texts(path: Path) -> Iterator[_Text]:
    number = 0
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            for line in file:
                number += 1
                yield _Text.model_validate_json(line)
    except (OSError, EOFError, ValidationError) as error:
        raise UserError(
            f"{path}, line {number}: not readable as annotated texts: {error}"
        ) from error


class _Tally:
    """Counts that grow article by article."""

    def __init__(self) -> None:
        self._gold = self._found = self._hits = 0
        self._gold_quoted = self._found_quoted = self._recalled_quoted = self._right_quoted = 0
        self._right = self._far = self._far_right = 0
        self._articles: list[ArticleMistakes] = []

    def add(self, text: _Text, found: Sequence[Attribution]) -> None:
        """Take in one article."""
        gold = [one for one in text.attributions if one.content]
        pairs = match(
            [tokens(text.text, one.content) for one in gold],
            [tokens(text.text, one.content) for one in found],
            CONTENT_OVERLAP,
        )
        self._gold += len(gold)
        self._found += len(found)
        self._hits += len(pairs)
        quoted_gold = [_is_quoted(text.text, one.content) for one in gold]
        quoted_found = [_is_quoted(text.text, one.content) for one in found]
        self._gold_quoted += sum(quoted_gold)
        self._found_quoted += sum(quoted_found)
        self._recalled_quoted += sum(quoted_gold[one] for one in pairs)
        self._right_quoted += sum(quoted_found[other] for other in pairs.values())
        wrong = [
            _wrong_source(gold[one], found[other])
            for one, other in pairs.items()
            if not self._compare(text.text, gold[one], found[other])
        ]
        mistakes = [*_unpaired(gold, found, pairs), *wrong]
        mistakes.sort(key=lambda mistake: min(mark.span for mark in mistake.marks))
        self._articles.append(ArticleMistakes(text.id, text.text, tuple(mistakes)))

    def _compare(self, text: str, gold: _Annotated, found: Attribution) -> bool:
        """Whether the source is right."""
        wanted, got = tokens(text, gold.source), tokens(text, found.source)
        right = bool(wanted & got) or not (wanted or got)
        self._right += right
        if gold.source and is_far(text, gold.source, gold.content):
            self._far += 1
            self._far_right += right
        return right

    def figures(self, articles: int) -> AttributionFigures:
        """The counts as ratios."""
        return AttributionFigures(
            articles,
            Found(Ratio(self._hits, self._found), Ratio(self._hits, self._gold)),
            Found(
                Ratio(self._right_quoted, self._found_quoted),
                Ratio(self._recalled_quoted, self._gold_quoted),
            ),
            Ratio(self._right, self._hits),
            Ratio(self._far_right, self._far),
            tuple(self._articles),
        )


def _unpaired(
    gold: Sequence[_Annotated], found: Sequence[Attribution], pairs: dict[int, int]
) -> Iterator[Mistake]:
    for number, one in enumerate(gold):
        if number not in pairs:
            shown = marks(Layer.GOLD, one.content) + marks(Layer.GOLD_SOURCE, one.source)
            yield Mistake(Fault.MISSED, shown)
    for number in sorted(set(range(len(found))) - set(pairs.values())):
        got = found[number]
        shown = marks(Layer.FOUND, got.content) + marks(Layer.FOUND_SOURCE, got.source)
        yield Mistake(Fault.SPURIOUS, shown)


def _wrong_source(gold: _Annotated, found: Attribution) -> Mistake:
    shown = (
        marks(Layer.GOLD, gold.content)
        + marks(Layer.FOUND, found.content)
        + marks(Layer.GOLD_SOURCE, gold.source)
        + marks(Layer.FOUND_SOURCE, found.source)
    )
    return Mistake(Fault.SOURCE, shown, f"Speaker found: {found.speaker or 'nobody'}.")


def tokens(text: str, spans: Iterable[Span]) -> frozenset[int]:
    """The tokens in `spans`, by where they start."""
    return frozenset(match.start() for span in spans for match in _TOKEN.finditer(text, *span))


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """The Jaccard index: shared tokens over all tokens."""
    return len(one & other) / len(one | other) if one or other else 0.0


def match(
    gold: Sequence[frozenset[int]], found: Sequence[frozenset[int]], least: float
) -> dict[int, int]:
    """Pairs of indices with an overlap of at least `least`, one to one, the best first."""
    scored = [
        (overlap(one, other), -i, -j)
        for i, one in enumerate(gold)
        for j, other in enumerate(found)
        if one & other
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in sorted(scored, reverse=True):
        if score >= least and -i not in pairs and -j not in taken:
            pairs[-i] = -j
            taken.add(-j)
    return pairs


def is_far(text: str, source: Sequence[Span], content: Sequence[Span]) -> bool:
    """Whether a sentence ends between the source and every part of the content."""
    gaps = (_gap(one, other) for one in source for other in content)
    return all(_SENTENCE_END.search(text, start, end) for start, end in gaps)


def _gap(one: Span, other: Span) -> Span:
    first, last = sorted((one, other))
    return first[1], max(first[1], last[0])


def _is_quoted(text: str, content: Sequence[Span]) -> bool:
    return bool(_QUOTED.match(text[content[0][0] : content[-1][1]]))


# One article whose claims are known


@dataclass(frozen=True)
class ClaimResult:
    """One annotated claim, the extracted claim nearest to it, and what is wrong with that."""

    text: str
    span: Span
    nearest: str | None
    nearest_span: Span | None
    overlap: float
    wrong: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether the overlap suffices."""
        return self.overlap >= CLAIM_OVERLAP


@dataclass(frozen=True)
class SeedFigures:
    """What was measured on the article."""

    claims: Ratio
    speakers: Ratio
    chains: Ratio
    dates: Ratio
    due: Ratio
    trespasses: tuple[str, ...]
    results: tuple[ClaimResult, ...]
    mistakes: ArticleMistakes


def evaluate_seed(folder: Path, nlp: Language) -> SeedFigures:
    """Figures on a folder with `gold.json` (article, published_at, claims, not_claims) and the article's text.

    Raises UserError naming the file that is lacking or wrong.
    """
    try:
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        text = (folder / gold["article"]).read_text(encoding="utf-8")
        published = datetime.fromisoformat(gold["published_at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder}: gold.json and the article it names are needed: {error}"
        ) from error
    return compare(folder.name, text, gold, extract(Source(folder.name, text, published), nlp))


def compare(name: str, text: str, gold: dict[str, Any], found: Extraction) -> SeedFigures:
    """Figures of an extraction against the annotation in `gold`."""
    results = tuple(_result(text, one, found.claims) for one in gold["claims"])
    hits = [result for result in results if result.found]

    def right(name: str) -> Ratio:
        return Ratio(sum(name not in result.wrong for result in hits), len(hits))

    barred = [tuple(one["span"]) for one in gold.get("not_claims", ())]
    trespassers = [
        claim
        for claim in found.claims
        if any(start < claim.span[1] and claim.span[0] < end for start, end in barred)
    ]
    return SeedFigures(
        Ratio(len(hits), len(results)),
        right("speaker"),
        right("chain"),
        right("dates"),
        right("due"),
        tuple(claim.text for claim in trespassers),
        results,
        ArticleMistakes(name, text, tuple(_claim_mistakes(results, found.claims, trespassers))),
    )


def _claim_mistakes(
    results: Sequence[ClaimResult], claims: Sequence[Claim], trespassers: Sequence[Claim]
) -> Iterator[Mistake]:
    """What is wrong, and as spurious every extracted claim that no annotated one was found in."""
    for result in results:
        near = [result.nearest_span] if result.nearest_span is not None else []
        shown = marks(Layer.GOLD, [result.span]) + marks(Layer.FOUND, near)
        if not result.found:
            yield Mistake(Fault.MISSED, shown)
        elif result.wrong:
            fault = Fault.SOURCE if "speaker" in result.wrong else Fault.DETAIL
            yield Mistake(fault, shown, f"Wrong: {', '.join(result.wrong)}.")
    used = {result.nearest_span for result in results if result.found}
    for claim in claims:
        if claim.span not in used:
            yield Mistake(Fault.SPURIOUS, marks(Layer.FOUND, [claim.span]))
    for claim in trespassers:
        yield Mistake(Fault.TRESPASS, marks(Layer.FOUND, [claim.span]))


def _result(text: str, gold: dict[str, Any], claims: Sequence[Claim]) -> ClaimResult:
    wanted_span = (int(gold["span"][0]), int(gold["span"][1]))
    wanted = tokens(text, [wanted_span])
    best, score = None, 0.0
    for claim in claims:
        here = overlap(wanted, tokens(text, [claim.span]))
        if here > score:
            best, score = claim, here
    if best is None:
        return ClaimResult(gold["text"], wanted_span, None, None, 0.0, ())
    right = {
        "speaker": best.speaker == gold["speaker"],
        "chain": best.reported_by == gold.get("reported_by", []),
        "dates": [mention.value for mention in best.dates] == gold.get("dates", []),
        "due": best.due == gold.get("due"),
    }
    wrong = tuple(name for name, is_right in right.items() if not is_right)
    return ClaimResult(gold["text"], wanted_span, best.text, best.span, round(score, 3), wrong)
