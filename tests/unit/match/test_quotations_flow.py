"""Quotations of an article: searched together, checked, and left alone where there are none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.article import ArticleRef
from schemas.claim import ArticleClaims, Claim, Quote
from schemas.evidence import Evidence, EvidenceKind
from schemas.quotation import QuoteStatus
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.documents import to_documents
from services.language.analysis import Analyser
from services.match.handle import handle
from services.match.quotations import Quotation, check_all, check_claims, quotation_of
from services.ports.evidence_store import Filters, PassageHit, Query

SPEECH = (
    "It is not true that the ferry will be sold. The ferry belongs to the island, and it will sail every day of the "
    "year. We have bought a second engine for 3 million crowns."
)
LONG = f"{'A sentence about nothing much at all. ' * 2_000}{SPEECH}{' And so on it went.' * 2_000}"


def speech(identifier: str, text: str, **fields: Any) -> Evidence:
    kind = fields.pop("kind", EvidenceKind.OFFICIAL_STATEMENT)
    return Evidence(
        id=identifier, kind=kind, claim="On the ferry", text=text, speaker="Ina Krog", **fields
    )


def opened(folder: Path, analyser: Analyser, *items: Evidence) -> SqliteEvidenceStore:
    store = SqliteEvidenceStore(folder / "evidence.db")
    store.setup()
    store.upsert(to_documents(list(items), analyser))
    return store


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: SqliteEvidenceStore) -> None:
        self._store, self.asked = store, list[str]()

    def count_passages(self, **given: Any) -> int:
        self.asked.append("count_passages")
        return self._store.count_passages(**given)

    def search_passages(
        self, queries: Sequence[Query], top: int, *, filters: Filters
    ) -> list[list[PassageHit]]:
        self.asked.append("search_passages")
        return self._store.search_passages(queries, top, filters=filters)

    def get(self, ids: Sequence[str]) -> list[Evidence]:
        self.asked.append("get")
        return self._store.get(ids)


def claim(text: str, quote: Quote = Quote.DIRECT, **fields: Any) -> Claim:
    given = {"id": text[:20], "span": (0, len(text)), "speaker": "Ina Krog", "quote": quote}
    return Claim(text=text, **(given | fields))


def test_all_quotations_take_one_search(tmp_path: Path, analyser: Analyser) -> None:
    store = Counting(opened(tmp_path, analyser, speech("s", SPEECH)))
    claims = [
        claim("the ferry will be sold"),
        claim("The ferry was never painted red", Quote.NONE),
        claim("We have bought a second engine for 8 million crowns"),
        claim('the ferry "belongs to the island, and it will sail every day"', Quote.MIXED),
    ]
    made = check_claims(claims, store=store, analyser=analyser)  # type: ignore[arg-type]
    assert [one and one.status for one in made] == [
        QuoteStatus.OUT_OF_CONTEXT,
        None,
        QuoteStatus.EDITED,
        QuoteStatus.VERBATIM,
    ]
    assert store.asked == ["count_passages", "search_passages", "get"]


def test_claims_without_quotations_ask_the_store_nothing(analyser: Analyser) -> None:
    claims = [claim("The ferry sank", Quote.INDIRECT), claim("no way out", Quote.DIRECT)]
    assert check_claims(claims, store=None, analyser=analyser) == [None, None]  # type: ignore[arg-type]


def test_the_finding_travels_with_the_claim(tmp_path: Path, analyser: Analyser) -> None:
    store = opened(tmp_path, analyser, speech("s", SPEECH))
    event = ArticleClaims(article=ArticleRef(id="a"), claims=[claim("the ferry will be sold")])
    (matches,) = handle(event, store=store, analyser=analyser)
    quotation = matches.claims[0].quotation
    assert quotation is not None
    assert quotation.status is QuoteStatus.OUT_OF_CONTEXT
    assert list(handle(event, store=store, analyser=analyser)) == [matches]


def test_a_long_statement_is_read_around_its_passage(tmp_path: Path, analyser: Analyser) -> None:
    store = opened(tmp_path, analyser, speech("long", LONG))
    (made,) = check_all([Quotation("the ferry will be sold")], store=store, analyser=analyser)
    assert made is not None
    assert made.status is QuoteStatus.OUT_OF_CONTEXT
    assert LONG[slice(*made.segments[0].said)] == "the ferry will be sold"
    assert made.searched == store.count_passages()


@pytest.mark.parametrize("kind", [EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT])
def test_fact_checks_are_no_place_to_look_for_what_was_said(
    tmp_path: Path, analyser: Analyser, kind: EvidenceKind
) -> None:
    store = opened(tmp_path, analyser, speech("check", SPEECH, kind=kind))
    assert check_all([Quotation("the ferry will be sold")], store=store, analyser=analyser) == [
        None
    ]


def test_a_mixed_claim_without_marks_holds_no_quotation_that_can_be_told() -> None:
    assert quotation_of(claim("the ferry will be sold soon", Quote.MIXED)) is None
    assert quotation_of(claim("the ferry will be sold soon")) is not None
