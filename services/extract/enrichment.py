"""What is told of each claim besides who made it: dates, quantities, kind, due date, scores."""

from collections.abc import Sequence
from datetime import datetime

from spacy.tokens import Span

from schemas.base import Span as Offsets
from schemas.claim import DateMention, Excluded, ExcludedKind, Kind, Quote
from services.extract import due, kinds, score
from services.extract.claims import Draft
from services.extract.dates import Reference, parse_dateline_date


def reference_of(
    text: str, published_at: datetime | None, excluded: Sequence[Excluded]
) -> Reference:
    """What relative dates are counted from: the day of publication where it was published, and the dateline's."""
    published = published_at.date() if published_at is not None else None
    dateline = next((item.span for item in excluded if item.kind is ExcludedKind.DATELINE), None)
    if dateline is None:
        return Reference(published)
    return Reference(published, parse_dateline_date(text[dateline[0] : dateline[1]], published))


def dates_of(draft: Draft, mentions: Sequence[DateMention]) -> list[DateMention]:
    """The mentions within the claim, and for a quotation those of the sentence that brings it."""
    return [
        mention
        for mention in mentions
        if any(_within(mention.span, span) for span in (draft.span, *draft.dating))
    ]


def _within(inner: Offsets, outer: Offsets) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


# The neighbouring modules are being written; until they are there, a claim has the schema's defaults.


def classify(span: Span, *, cue_lemma: str | None, quote: Quote) -> Kind:
    """See kinds.classify."""
    try:
        return kinds.classify(span, cue_lemma=cue_lemma, quote=quote)
    except NotImplementedError:
        return Kind.STATEMENT


def due_date(kind: Kind, dates: Sequence[DateMention], reference: Reference) -> str | None:
    """See due.due_date."""
    try:
        return due.due_date(kind, dates, reference)
    except NotImplementedError:
        return None


def score_spans(spans: Sequence[Span]) -> list[score.Scores]:
    """See score.score_spans."""
    try:
        return score.score_spans(spans)
    except NotImplementedError:
        return [score.Scores(0.5, 0.5) for _ in spans]
