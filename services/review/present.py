"""What the page's templates show of a task: words for codes, safe links, the claim in its context."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from schemas.claim import Claim, Kind
from schemas.evidence import EvidenceKind
from schemas.match import Relation
from schemas.quotation import ContextKind, QuoteStatus
from schemas.verdict import Rating
from services.ports.task_store import State

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
    ContextKind.NEGATED: "denies it",
    ContextKind.CONDITIONAL: "makes it conditional",
    ContextKind.ATTRIBUTED: "gives it to others",
    ContextKind.QUALIFIED: "limits it",
    ContextKind.QUESTION: "asks it",
    **{kind: kind.value.capitalize() for kind in Kind},
    **{rating: rating.value.replace("_", " ").capitalize() for rating in Rating},
    **{state: state.value.capitalize() for state in State},
}
"""Words for the codes of the contract."""


@dataclass(frozen=True)
class Context:
    """The sentences around a claim, split where the claim stands; `claim` is what is highlighted."""

    before: str
    claim: str
    after: str


def in_context(claim: Claim) -> Context:
    """The claim where it stands; alone when its context does not hold it word for word."""
    before, found, after = claim.context.partition(claim.text)
    return Context(before, found, after) if found else Context("", claim.text, "")


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


def minute(moment: datetime | None) -> str:
    """A moment, in UTC."""
    return f"{day(moment)}, {moment:%H:%M} UTC" if moment else ""


def nearness(probability: float) -> str:
    """How well evidence matches: a score and no percentage, as its weights were reasoned and not fitted."""
    return f"match {probability:.2f}"


def number(value: float) -> str:
    """A number as it is written out: 600,000 and not 600000.0."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


FILTERS = {
    "in_context": in_context,
    "safe_url": safe_url,
    "label": label,
    "day": day,
    "minute": minute,
    "nearness": nearness,
    "number": number,
}
"""For the templates."""
