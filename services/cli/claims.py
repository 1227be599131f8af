"""A text's claims for a person's eyes: the statement, then a line for each thing known about it."""

from collections.abc import Iterator, Sequence

from schemas.base import Span
from schemas.claim import Claim, Comparison, ModalityValue, PolarityValue, Quantity


def describe(claim: Claim, text: str) -> Iterator[tuple[str, str]]:
    """Names and values of what is known of `claim`, in reading order; what is not known is left out.

    `text` is the one that the claim's spans point into.
    """
    rows = (
        ("kind", claim.kind.value),
        ("says", _said(claim)),
        ("act", claim.speech_act.statement if claim.speech_act else ""),
        ("alone", claim.resolved_text or ""),
        ("polarity", _polarity(claim, text)),
        ("modality", _modality(claim, text)),
        ("when", ", ".join(f"{date.text} = {date.value}" for date in claim.dates)),
        ("due", claim.due or ""),
        ("where", ", ".join(_place(place.text, place.country) for place in claim.places)),
        ("amounts", "; ".join(map(_quantity, claim.quantities))),
        ("compared", "; ".join(map(_comparison, claim.comparisons))),
        ("worth", f"{claim.check_worthiness:.2f}, objective {claim.objective:.2f}"),
    )
    yield from ((name, value) for name, value in rows if value)


def _said(claim: Claim) -> str:
    chain = "".join(f", as reported by {name}" for name in claim.reported_by)
    return f"{claim.speaker} ({claim.quote.value}){chain}" if claim.speaker else ""


def _polarity(claim: Claim, text: str) -> str:
    affirmed = claim.polarity.value is PolarityValue.AFFIRMED
    if affirmed and not claim.polarity.cues:
        return ""
    return f"{claim.polarity.value.value} ({_words(text, claim.polarity.cues)})"


def _modality(claim: Claim, text: str) -> str:
    modality = claim.modality
    if modality.value is ModalityValue.ASSERTED or modality.cue is None:
        return ""
    shown = [modality.condition if modality.condition is not None else modality.cue]
    return f"{modality.value.value} ({_words(text, shown)})"


def _words(text: str, spans: Sequence[Span]) -> str:
    return ", ".join(f"“{text[start:end]}”" for start, end in spans)


def _place(name: str, country: str | None) -> str:
    return name if country is None or country == name else f"{name} ({country})"


def _quantity(one: Quantity) -> str:
    if one.low == one.high:
        bounds = f"{one.low:,.12g}" if one.low is not None else ""
    else:
        low = f"{one.low:,.12g}" if one.low is not None else "…"
        bounds = f"{low} to {f'{one.high:,.12g}' if one.high is not None else '…'}"
    return f"{one.text} = {bounds} {one.unit or ''}".rstrip()


def _comparison(one: Comparison) -> str:
    side = f"{one.direction.value} " if one.direction is not None else "against "
    return f"{side}“{one.text}”" + (f" = {one.date}" if one.date else "")
