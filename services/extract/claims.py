"""The claims of an article: what reports and narration state, in order, each once."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc

from schemas.claim import Excluded
from services.extract.clauses import find_clauses, trim
from services.extract.draft import Draft, stated
from services.extract.narrated import Cover, of_narration
from services.extract.overlooked import of_rest
from services.extract.quotes import Quotation
from services.extract.report import Report
from services.extract.reported import of_report
from services.extract.sentences import Layout
from services.extract.spans import SpanIndex

_SAME = 0.7
"""Jaccard index of characters from which two spans are one claim."""
_MARK = 3
"""Characters at the end of a claim that a closing mark may add to it, its comma or full stop among them."""
_NEAR = 6
"""Drafts back, in reading order, among which a repetition is looked for."""


def draft_claims(
    layout: Layout, doc: Doc, reports: list[Report], excluded: SpanIndex[Excluded]
) -> list[Draft]:
    """The claims of a parsed article in reading order; none touches an excluded span or repeats another."""
    clauses = [find_clauses(sentence) for sentence in doc.sents]
    drafts = [draft for report in reports for draft in of_report(layout.text, doc, report, clauses)]
    covered = Cover(drafts, reports)
    for number, group in enumerate(clauses):
        drafts.extend(of_narration(doc, number, group, covered))
    drafts.extend(list(of_rest(doc, layout.paragraphs, drafts, reports, excluded)))
    starts = [token.idx for token in doc]
    opened = [quotation.span[0] for quotation in layout.quotations]
    closed = (_close(draft, layout.quotations, opened) for draft in drafts)
    clipped = (_clip(doc, starts, draft, excluded) for draft in closed)
    return _distinct([draft for draft in clipped if draft is not None])


def _close(draft: Draft, quotations: Sequence[Quotation], opened: list[int]) -> Draft:
    """The draft with both marks of a quotation at its edge of which it has but one."""
    start, end = draft.span
    last = bisect_left(opened, end) - 1
    if last >= 0 and opened[last] >= start and quotations[last].closed:
        stop = quotations[last].span[1]
        end = stop if end < stop <= end + _MARK else end
    first = bisect_left(opened, start) - 1
    if first >= 0 and start - opened[first] <= 1 and quotations[first].span[1] < end:
        start = opened[first]
    return draft if (start, end) == draft.span else replace(draft, span=(start, end))


def _clip(doc: Doc, starts: list[int], draft: Draft, excluded: SpanIndex[Excluded]) -> Draft | None:
    """The draft without excluded text: what stands after it if it leads, what stands before it otherwise."""
    start, end = draft.span
    for item in excluded.touching(draft.span):
        low, high = item.span
        if low <= start:
            start = high
        else:
            end = low
    if (start, end) == draft.span:
        return draft
    left, right = bisect_left(starts, start), bisect_left(starts, end)
    span = stated(doc, *trim(doc, left, right)) if left < right else None
    return replace(draft, span=span) if span is not None else None


def _distinct(drafts: list[Draft]) -> list[Draft]:
    """In reading order; of two that nearly coincide the one with a speaker, then the first found, stays."""
    kept: list[Draft] = []
    ordered = sorted(
        enumerate(drafts),
        key=lambda pair: (pair[1].span[0], pair[1].report is None, -pair[1].span[1], pair[0]),
    )
    for _, draft in ordered:
        if not any(_same(draft, other) for other in kept[-_NEAR:]):
            kept.append(draft)
    return kept


def _same(one: Draft, other: Draft) -> bool:
    start, end = max(one.span[0], other.span[0]), min(one.span[1], other.span[1])
    longest = max(one.span[1], other.span[1]) - min(one.span[0], other.span[0])
    return end > start and (end - start) / longest >= _SAME
