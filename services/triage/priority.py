"""A task's place in the queue: a weighted sum of named parts, each with its reason in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.article import ArticleRef
from schemas.claim import Claim, Kind
from schemas.match import Match
from schemas.quotation import QuoteCheck
from schemas.task import Priority, PriorityPart, Sighting
from services.triage.weighing import EVIDENCE_VALUE, cite, quotation_value, was_checked, weigh

Scored = tuple[float, str]
"""A part's value, 0 to 1, and why."""


@dataclass(frozen=True)
class Totals:
    """What counts of all sightings together. `days_off` is the least distance of a claim's time from its article's."""

    articles: int
    outlets: int
    check_worthiness: float
    days_off: int | None


@dataclass(frozen=True)
class Case:
    """What a priority is made from: nothing but the events' own data, so that it never depends on when."""

    claim: Claim
    sightings: Sequence[Sighting]
    evidence: Sequence[Match]
    quotation: QuoteCheck | None = None
    totals: Totals | None = None  # of more sightings than are listed

    @property
    def seen(self) -> Totals:
        """The totals of all sightings."""
        return self.totals or totals_of(self.sightings)


def totals_of(sightings: Sequence[Sighting]) -> Totals:
    """The totals of these sightings."""
    off = [days for days in map(days_off, sightings) if days is not None]
    return Totals(
        articles=len({sighting.article.id for sighting in sightings}),
        outlets=len({outlet_of(sighting.article) for sighting in sightings}),
        check_worthiness=max(sighting.claim.check_worthiness for sighting in sightings),
        days_off=min(off, default=None),
    )


def outlet_of(article: ArticleRef) -> str:
    """Who carried it: one outlet's copies of a story spread a claim no further."""
    return article.publisher or article.source


def days_off(sighting: Sighting) -> int | None:
    """Days between the nearest time that the claim speaks of and its article; none when it names no time."""
    published = sighting.article.published_at
    if published is None:
        return None
    starts = (_first_day(mention.value) for mention in sighting.claim.dates)
    return min((abs((published.date() - day).days) for day in starts if day), default=None)


@dataclass(frozen=True)
class Part:
    """A named part of the sum."""

    name: str
    weight: float
    score: Callable[[Case], Scored]


KIND_VALUE = {
    Kind.ACCUSATION: (1.0, "an accusation harms somebody if it is wrong"),
    Kind.QUANTITY: (0.9, "a number can be compared with the record"),
    Kind.DENIAL: (0.9, "a denial says that another statement is wrong"),
    Kind.EVENT: (0.8, "an event happened or did not"),
    Kind.FACT: (0.8, "a statement of fact"),
    Kind.PROMISE: (0.6, "a promise can be held against what follows"),
    Kind.STATEMENT: (0.5, "a statement of no more special kind"),
    Kind.PREDICTION: (0.4, "a prediction can be checked only later"),
    Kind.DEMAND: (0.1, "a demand asserts little"),
    Kind.INTENTION: (0.1, "an intention asserts little"),
    Kind.OPINION: (0.0, "an opinion"),
}
"""How much of each kind can be checked, and how much hangs on it."""

FRESHNESS_VALUE = (
    (7, 1.0, "speaks of the days around the article's date"),
    (92, 0.7, "speaks of the months around the article's date"),
    (731, 0.4, "speaks of a time within two years of the article's date"),
)
"""Most days between the time that a claim speaks of and its article, the value, and why."""

NO_DATE = (0.6, "names no date, so it speaks of the present")
LONG_AGO = (0.1, "speaks of a time far from the article's date")


def _check_worthiness(case: Case) -> Scored:
    value = case.seen.check_worthiness
    checked = max((one.probability for one in case.evidence if was_checked(one)), default=0.0)
    if checked > value:
        return checked, f"somebody checked it before, probability {checked:.2f}"
    return value, f"its wording scores {value:.2f} of 1 as worth checking"


def _evidence(case: Case) -> Scored:
    wrong = quotation_value(case.quotation) if case.quotation else 0.0
    if case.quotation and wrong > max(map(weigh, case.evidence), default=0.0):
        return wrong, case.quotation.why
    if not case.evidence:
        return 0.0, "no prior evidence found"
    best = max(case.evidence, key=weigh)
    return weigh(best), (
        f"{EVIDENCE_VALUE[best.relation][1]} {cite(best)}, probability {best.probability:.2f}"
    )


def _kind(case: Case) -> Scored:
    return KIND_VALUE[case.claim.kind]


def _quantities(case: Case) -> Scored:
    if not case.claim.quantities:
        return 0.0, "names no number"
    told = ", ".join(quantity.text for quantity in case.claim.quantities[:3])
    return 1.0, f"names numbers: {told}"


def _speaker(case: Case) -> Scored:
    if not case.claim.speaker:
        return 0.0, "no named speaker"
    return 1.0, f"said by {case.claim.speaker}"


def _sightings(case: Case) -> Scored:
    outlets = case.seen.outlets
    told = "one outlet" if outlets == 1 else f"{outlets} outlets"
    return 1.0 - 1.0 / outlets, f"carried by {told}"


def _freshness(case: Case) -> Scored:
    off = case.seen.days_off
    if off is None:
        return NO_DATE
    return next(((value, why) for days, value, why in FRESHNESS_VALUE if off <= days), LONG_AGO)


def _first_day(value: str) -> date | None:
    """The first day of an ISO 8601 day, month, year or interval; none for anything else."""
    start = value.partition("/")[0]
    padded = start + "-01" * (2 - start.count("-"))
    try:
        return datetime.strptime(padded, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return None


PARTS = (
    Part("check_worthiness", 0.35, _check_worthiness),
    Part("evidence", 0.25, _evidence),
    Part("kind", 0.15, _kind),
    Part("sightings", 0.10, _sightings),
    Part("freshness", 0.05, _freshness),
    Part("quantities", 0.05, _quantities),
    Part("speaker", 0.05, _speaker),
)
"""The sum; the weights add up to 1, so that the priority lies between 0 and 1."""


def prioritise(case: Case) -> Priority:
    """The priority of a case, with all its parts."""
    parts = []
    for part in PARTS:
        value, why = part.score(case)
        parts.append(
            PriorityPart(name=part.name, value=round(value, 4), weight=part.weight, why=why)
        )
    total = sum(part.value * part.weight for part in parts)
    return Priority(value=round(min(1.0, total), 4), parts=parts)
