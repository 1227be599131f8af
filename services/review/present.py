"""What the page's templates show of a task: words for codes, safe links, the claim in its context."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from schemas.claim import Claim, Kind
from schemas.evidence import EvidenceKind
from schemas.match import Relation
from schemas.quotation import ContextKind, QuoteStatus
from schemas.subscription import Digest
from schemas.verdict import Rating
from services.ports.accounts import Role
from services.ports.alert_store import DeliveryState
from services.ports.subscribing import Channel, Example
from services.ports.work import Stage, State

LABELS: dict[str, str] = {
    Relation.CONTRADICTS: "Contradicts",
    Relation.SAME_CLAIM: "Same claim",
    Relation.SUPPORTS: "Supports",
    Relation.CONFLICT: "Sources in conflict",
    Relation.NARROWER: "Covers more than the claim",
    Relation.BROADER: "Covers a part of the claim",
    Relation.RELATED: "Related",
    EvidenceKind.FACT_CHECK: "Fact-check",
    EvidenceKind.REPORT: "Report",
    EvidenceKind.OFFICIAL_STATEMENT: "Official statement",
    EvidenceKind.VERDICT: "Verdict of this desk",
    QuoteStatus.VERBATIM: "Word for word",
    QuoteStatus.EDITED: "Edited",
    QuoteStatus.STITCHED: "Put together from parts",
    QuoteStatus.OUT_OF_CONTEXT: "Out of context",
    QuoteStatus.MISATTRIBUTED: "Somebody else’s words",
    QuoteStatus.PARAPHRASED: "In other words",
    QuoteStatus.NOT_FOUND: "Not found",
    Stage.FIRST: "First review",
    Stage.SECOND: "Second review",
    Stage.ADJUDICATION: "Adjudication",
    ContextKind.NEGATED: "denies it",
    ContextKind.CONDITIONAL: "makes it conditional",
    ContextKind.ATTRIBUTED: "gives it to others",
    ContextKind.QUALIFIED: "limits it",
    ContextKind.QUESTION: "asks it",
    Channel.LOG: "In the log file",
    Channel.WEBHOOK: "By webhook",
    Channel.EMAIL: "By e-mail",
    Digest.IMMEDIATE: "Each by itself",
    Digest.HOURLY: "Once an hour",
    Digest.DAILY: "Once a day",
    DeliveryState.OWED: "Owed",
    DeliveryState.HELD: "Held for a digest",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.GIVEN_UP: "Given up",
    **{kind: kind.value.capitalize() for kind in Kind},
    **{rating: rating.value.replace("_", " ").capitalize() for rating in Rating},
    **{state: state.value.capitalize() for state in State},
}
"""Words for the codes of the contract."""


class Run(NamedTuple):
    """A piece of text and what it is: any of claim, speaker, cue, or nothing."""

    text: str
    roles: str


def passage(claim: Claim) -> list[Run]:
    """The sentences around a claim, cut wherever the claim, its speaker or its cue begins or ends.

    The claim alone when its context does not hold it word for word.
    """
    at = claim.context.find(claim.text)
    if at < 0:
        return [Run(claim.text, "claim")]
    shift, length = at - claim.span[0], len(claim.context)
    named = [("speaker", claim.speaker_span), *(("cue", span) for span in claim.cue)]
    placed = [(role, span[0] + shift, span[1] + shift) for role, span in named if span]
    inside = [("claim", at, at + len(claim.text))]
    inside += [one for one in placed if 0 <= one[1] < one[2] <= length]
    edges = sorted({0, length, *(edge for one in inside for edge in one[1:])})
    return [
        Run(claim.context[a:b], " ".join(role for role, s, e in inside if s <= a and b <= e))
        for a, b in pairwise(edges)
    ]


def runs(example: Example) -> list[tuple[str, bool]]:
    """What an example says, cut wherever something that was found begins or ends; whether each part was."""
    edges = [0, *(edge for span in example.marks for edge in span), len(example.summary)]
    parts = [example.summary[start:end] for start, end in pairwise(edges)]
    return [(part, number % 2 == 1) for number, part in enumerate(parts)]


def safe_url(url: str | None) -> str | None:
    """`url` if a person may be sent there: absolute, http or https; none for anything else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def label(code: str | None) -> str:
    """The code in words; a code of somebody else's (a publisher's rating) with its underscores opened."""
    if not code:
        return ""
    return LABELS.get(code, code.replace("_", " "))


def day(moment: datetime | None) -> str:
    """A date as a reader of any country reads it."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


def short_day(moment: date | None) -> str:
    """A date where there is little room."""
    return f"{moment.day} {moment:%b}" if moment else ""


def minute(moment: datetime | None) -> str:
    """A moment, in UTC."""
    return f"{day(moment)}, {moment:%H:%M} UTC" if moment else ""


def tomorrow(moment: datetime) -> str:
    """The day after, for a field of a form."""
    return (moment + timedelta(days=1)).date().isoformat()


def nearness(probability: float) -> str:
    """How well evidence matches: a score and no percentage, as its weights were reasoned and not fitted."""
    return f"match {probability:.2f}"


def number(value: float) -> str:
    """A number as it is written out: 600,000 and not 600000.0."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


FILTERS: Mapping[str, Callable[..., object]] = {
    "passage": passage,
    "runs": runs,
    "safe_url": safe_url,
    "label": label,
    "day": day,
    "short_day": short_day,
    "minute": minute,
    "tomorrow": tomorrow,
    "role": Role,
    "nearness": nearness,
    "number": number,
}
"""For the templates."""
