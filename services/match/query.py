"""Claims to queries: what is looked for, and what it is compared by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from schemas.claim import Claim, Kind, ModalityValue
from services.language.analysis import Analyser
from services.match.dates import Day, from_iso
from services.match.polarity import is_negated
from services.match.statement import Statement, parse
from services.ports.evidence_store import Query

log = structlog.get_logger(__name__)

_LONGEST = 2_000  # characters of a claim that are looked for


@dataclass(frozen=True)
class Sought:
    """A text to match, who said it, the dates that its words mean, and who published it."""

    text: str
    speaker: str | None = None
    days: tuple[Day, ...] = ()
    publisher: str | None = None
    denied: bool = False
    modality: ModalityValue = ModalityValue.ASSERTED


def sought_of(claim: Claim) -> Sought:
    """What to look for: the claim made to stand alone, with its resolved dates.

    The date of what it is compared with ("than a year ago") is no date of the fact.
    """
    baselines = [one.baseline for one in claim.comparisons]
    days = tuple(
        day
        for mention in claim.dates
        if not any(start <= mention.span[0] < end for start, end in baselines)
        for day in from_iso(mention.value)
    )
    text = (claim.resolved_text or claim.text)[:_LONGEST]
    # "She denied that P" is a claim with the text P; "P is a lie" says by itself that it denies.
    denied = claim.kind is Kind.DENIAL and not is_negated(text)
    return Sought(text, claim.speaker, days, denied=denied, modality=claim.modality.value)


def to_statements(sought: Sequence[Sought], analyser: Analyser) -> list[Statement]:
    """The statements of `sought`."""
    made = parse(
        [one.text for one in sought],
        analyser.terms,
        speakers=[one.speaker for one in sought],
        days=[one.days for one in sought],
        authors=[f"{one.publisher or ''} {one.speaker or ''}" for one in sought],
    )
    return [
        replace(statement, denied=one.denied, modality=one.modality)
        if one.denied or one.modality is not ModalityValue.ASSERTED
        else statement
        for statement, one in zip(made, sought, strict=True)
    ]


def to_queries(sought: Sequence[Sought], analyser: Analyser) -> tuple[list[Query], list[str]]:
    """The store's queries, and the parts that are out: `vectors` when the encoder fails."""
    texts = [one.text for one in sought]
    terms = analyser.terms(texts)
    try:
        vectors = analyser.vectors(texts)
    except Exception:
        log.exception("the encoder failed; matching by words alone", texts=len(texts))
        return [Query(one, None) for one in terms], ["vectors"]
    return [Query(one, vector) for one, vector in zip(terms, vectors, strict=True)], []
