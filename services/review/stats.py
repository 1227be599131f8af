"""How a desk's people agree, what they make of known tasks, and how often the evidence's pointer was right."""

from collections import defaultdict
from collections.abc import Iterable

from pydantic import Field

from schemas.base import Model
from schemas.verdict import Rating
from services.ports.task_store import Given
from services.ports.work import Stage
from services.review.agreement import Alpha, Distance, alpha, nominal, ordinal, wilson

ALL = list(Rating)
RANKED = [
    Rating.TRUE,
    Rating.MOSTLY_TRUE,
    Rating.HALF_TRUE,
    Rating.MOSTLY_FALSE,
    Rating.FALSE,
]
"""The ratings that are steps of one scale."""

_SIDES = {
    Rating.TRUE: "true",
    Rating.MOSTLY_TRUE: "true",
    Rating.MOSTLY_FALSE: "false",
    Rating.FALSE: "false",
}


class Agreement(Model):
    """Krippendorff's alpha with its 95% interval over `tasks`."""

    value: float
    low: float
    high: float
    tasks: int


class Share(Model):
    """So many of so many, with the 95% interval of the share (Wilson)."""

    hits: int
    of: int
    low: float
    high: float


class Reviewer(Model):
    """One person's opinions. `known` are seeded tasks, of which they found so many as they are known to be."""

    name: str
    opinions: int
    known: Share


class Month(Model):
    """Opinions of a month on tasks whose evidence pointed somewhere, and how many took that side."""

    month: str = Field(description="ISO 8601, UTC")
    suggestion: Share


class Stats(Model):
    """What `claimdesk desk stats` says. An opinion that its author took back counts nowhere."""

    opinions: int
    double_reviewed: int = Field(description="Tasks with a first and a second opinion in one round")
    same: Share = Field(description="Of those, the ones where both found the same")
    adjudicated: int
    nominal: Agreement | None = Field(description="Over all ratings; null: nothing could differ")
    ordinal: Agreement | None = Field(description="Over the steps from true to false")
    reviewers: list[Reviewer]
    months: list[Month]


def stats_of(given: Iterable[Given]) -> Stats:
    """The statistics of all opinions that were ever given."""
    standing = [one for one in given if not one.undone]
    real = [one for one in standing if one.known is None]
    pairs = _pairs(real)
    return Stats(
        opinions=len(standing),
        double_reviewed=len(pairs),
        same=_share([first is second for first, second in pairs]),
        adjudicated=sum(one.stage is Stage.ADJUDICATION for one in real),
        nominal=_agreement(pairs, ALL, nominal),
        ordinal=_agreement(pairs, RANKED, ordinal),
        reviewers=_reviewers(standing),
        months=_months(real),
    )


def accepted(suggested: Rating, found: Rating) -> bool:
    """Whether a rating takes the side that the evidence pointed to: more or less true, more or less false."""
    return _SIDES.get(suggested, suggested) == _SIDES.get(found, found)


def _pairs(given: Iterable[Given]) -> list[tuple[Rating, Rating]]:
    """The first and the second opinion of each round that has both."""
    rounds: dict[tuple[str, int], dict[Stage, Rating]] = defaultdict(dict)
    for one in given:
        rounds[one.task_id, one.round][one.stage] = one.rating
    return [
        (found[Stage.FIRST], found[Stage.SECOND])
        for found in rounds.values()
        if Stage.FIRST in found and Stage.SECOND in found
    ]


def _agreement(
    pairs: Iterable[tuple[Rating, Rating]], scale: list[Rating], distance: Distance
) -> Agreement | None:
    units = [[scale.index(rating) for rating in pair if rating in scale] for pair in pairs]
    found: Alpha | None = alpha(units, len(scale), distance)
    if found is None:
        return None
    return Agreement(value=found.value, low=found.low, high=found.high, tasks=found.units)


def _share(hits: list[bool]) -> Share:
    low, high = wilson(sum(hits), len(hits))
    return Share(hits=sum(hits), of=len(hits), low=low, high=high)


def _reviewers(given: Iterable[Given]) -> list[Reviewer]:
    people: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        people[one.reviewer].append(one)
    return [
        Reviewer(
            name=name,
            opinions=len(mine),
            known=_share([one.rating is one.known for one in mine if one.known is not None]),
        )
        for name, mine in sorted(people.items())
    ]


def _months(given: Iterable[Given]) -> list[Month]:
    months: dict[str, list[bool]] = defaultdict(list)
    for one in given:
        if one.suggested is not None:
            months[f"{one.at:%Y-%m}"].append(accepted(one.suggested, one.rating))
    return [Month(month=month, suggestion=_share(hits)) for month, hits in sorted(months.items())]
