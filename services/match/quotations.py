"""The quotations among an article's claims, checked against official statements and reports."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.claim import Claim, Quote
from schemas.evidence import Evidence, EvidenceKind
from schemas.quotation import QuoteCheck
from services.language.analysis import Analyser
from services.match.quotation import check, is_checkable
from services.match.quotation_align import Spoken, align
from services.match.quotation_marks import parts, take_apart
from services.ports.evidence_store import EvidenceStore, Filters, PassageHit, Query

PASSAGES = 12
"""Passages that are looked at for each quotation."""
STATEMENTS = 4
"""Statements that are read around their passages for each quotation."""
READ = 20_000
"""Characters of a statement that are read before and after its passages; a shorter one is read whole."""

SPOKEN = Filters(kinds=(EvidenceKind.OFFICIAL_STATEMENT, EvidenceKind.REPORT))
"""Where words stand as they were said."""


class Quotation(NamedTuple):
    """Words in quotation marks and who is said to have said them."""

    text: str
    speaker: str | None = None


def quotation_of(claim: Claim) -> Quotation | None:
    """The quotation that a claim is or holds; none without one that is long enough to be looked for."""
    holds = claim.quote is Quote.DIRECT or (
        claim.quote is Quote.MIXED and parts(claim.text) != [(0, len(claim.text))]
    )
    return Quotation(claim.text, claim.speaker) if holds and is_checkable(claim.text) else None


def check_claims(
    claims: Sequence[Claim], *, store: EvidenceStore, analyser: Analyser
) -> list[QuoteCheck | None]:
    """What became of the quotation of each claim; none where there is none. Raises NotReady.

    The store is not asked when no claim holds a quotation.
    """
    found = [quotation_of(claim) for claim in claims]
    checks = iter(check_all([one for one in found if one], store=store, analyser=analyser))
    return [next(checks) if one else None for one in found]


def check_all(
    quotations: Sequence[Quotation], *, store: EvidenceStore, analyser: Analyser
) -> list[QuoteCheck | None]:
    """A check for each, all in one search; none for all when the store holds nothing that was said.

    Raises NotReady when the store is away.
    """
    if not quotations:
        return []
    searched = store.count_passages(filters=SPOKEN)
    if not searched:
        return [None] * len(quotations)
    terms = analyser.terms(_quoted_words(one.text) for one in quotations)
    hits = store.search_passages([Query(one, None) for one in terms], PASSAGES, filters=SPOKEN)
    chosen = [_likeliest(one, its) for one, its in zip(quotations, hits, strict=True)]
    ids = dict.fromkeys(hit.evidence.id for its in chosen for hit in its)
    items = {item.id: item for item in store.get(list(ids)) if not item.withdrawn} if ids else {}
    read: dict[tuple[str, int], Spoken] = {}
    return [
        check(one.text, one.speaker, list(_spoken(its, items, read)), searched=searched)
        for one, its in zip(quotations, chosen, strict=True)
    ]


def _quoted_words(text: str) -> str:
    return " ".join(text[start:end] for start, end in parts(text))


def _likeliest(quotation: Quotation, hits: Sequence[PassageHit]) -> list[PassageHit]:
    """The passages of the items that hold most of the words, the item that holds most first."""
    quoted = take_apart(quotation.text)
    shares: dict[str, float] = {}
    for hit in hits:
        aligned = align(quoted, [Spoken(hit.evidence, hit.text, hit.start)])
        share = aligned.found if aligned else 0.0
        shares[hit.evidence.id] = max(share, shares.get(hit.evidence.id, 0.0))
    kept = sorted(shares, key=lambda one: -shares[one])[:STATEMENTS]
    order = {identifier: place for place, identifier in enumerate(kept)}
    return sorted(
        (hit for hit in hits if hit.evidence.id in order),
        key=lambda hit: (order[hit.evidence.id], hit.start),
    )


def _spoken(
    hits: Iterable[PassageHit],
    items: dict[str, Evidence],
    read: dict[tuple[str, int], Spoken],
) -> Iterable[Spoken]:
    """The text around the passages, item by item; of a long one the part around its first passage found."""
    seen: set[str] = set()
    for hit in hits:
        item = items.get(hit.evidence.id)
        if item is None or item.id in seen:
            continue
        seen.add(item.id)
        text = item.text if item.text.strip() else item.claim
        start = 0 if len(text) <= 2 * READ else max(0, hit.start - READ)
        if (item.id, start) not in read:
            read[item.id, start] = Spoken(item, text[start : hit.end + READ], start)
        yield read[item.id, start]
