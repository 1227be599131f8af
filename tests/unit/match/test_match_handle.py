"""Claims with their evidence: found, related, explained, or honestly left out."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.article import ArticleRef
from schemas.claim import ArticleClaims, Claim, DateMention
from schemas.evidence import Evidence, EvidenceKind
from schemas.match import ArticleMatches, Match, Relation
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.documents import to_documents
from services.language.analysis import Analyser
from services.match.handle import LEAST, TOP, handle
from services.ports.evidence_store import Hit, Query
from services.runtime.errors import NotReady

FACT, REPORT, OFFICIAL, VERDICT = (
    EvidenceKind.FACT_CHECK,
    EvidenceKind.REPORT,
    EvidenceKind.OFFICIAL_STATEMENT,
    EvidenceKind.VERDICT,
)


def item(identifier: str, kind: EvidenceKind, claim: str, **fields: str) -> Evidence:
    return Evidence(id=identifier, kind=kind, claim=claim, **fields)


ITEMS = [
    item(
        "dam-report",
        REPORT,
        "The Norvale dam holds 40 million cubic metres of water.",
        publisher="Norvale Water Board",
    ),
    item("dam-open", OFFICIAL, "The Norvale dam was opened on 3 May 1987.", publisher="Norvale"),
    item(
        "ferry-false",
        FACT,
        "The Lakeby ferry sank in 1998.",
        finding="false",
        text="The ferry was scrapped in 2004 and never sank.",
    ),
    item("bridge-true", FACT, "The Oster bridge is 812 metres long.", finding="true"),
    item("school-open", FACT, "Schools in Lakeby close on Fridays.", finding="mixed"),
    item("jobs-2020", REPORT, "Unemployment in Norvale was 6.1 per cent in 2020."),
    item("verdict", VERDICT, "Mayor Brandt banned bicycles in Oster.", finding="false"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, analyser: Analyser) -> SqliteEvidenceStore:
    opened = SqliteEvidenceStore(tmp_path_factory.mktemp("match") / "evidence.db")
    opened.setup()
    opened.upsert(to_documents(ITEMS, analyser))
    return opened


def claims(*texts: str | Claim) -> ArticleClaims:
    made = [
        text if isinstance(text, Claim) else Claim(id=f"c{number}", span=(0, len(text)), text=text)
        for number, text in enumerate(texts)
    ]
    return ArticleClaims(article=ArticleRef(id="a"), claims=made)


def run(store: object, analyser: object, *texts: str | Claim) -> ArticleMatches:
    (result,) = handle(claims(*texts), store=store, analyser=analyser)  # type: ignore[arg-type]
    return result


def best(result: ArticleMatches) -> Match:
    return result.claims[0].matches[0]


@pytest.mark.parametrize(
    ("text", "evidence", "relation"),
    [
        ("The Norvale dam holds 40 million cubic metres", "dam-report", Relation.SUPPORTS),
        ("The Norvale dam holds 90 million cubic metres", "dam-report", Relation.CONTRADICTS),
        ("The dam at Norvale was opened on 3 May 1987", "dam-open", Relation.SUPPORTS),
        ("The Norvale dam was opened in June 1987", "dam-open", Relation.CONTRADICTS),
        ("The Norvale dam was not opened on 3 May 1987", "dam-open", Relation.CONTRADICTS),
        ("The Lakeby ferry sank in 1998", "ferry-false", Relation.CONTRADICTS),
        ("The Lakeby ferry never sank", "ferry-false", Relation.SUPPORTS),
        ("The Oster bridge is 812 metres long", "bridge-true", Relation.SUPPORTS),
        ("The Oster bridge is 650 metres long", "bridge-true", Relation.CONTRADICTS),
        ("Schools in Lakeby close on Fridays", "school-open", Relation.SAME_CLAIM),
        ("Unemployment in Norvale was 4.2 per cent in 2023", "jobs-2020", Relation.RELATED),
        ("Mayor Brandt banned bicycles in Oster", "verdict", Relation.CONTRADICTS),
    ],
)
def test_the_relation_to_what_the_evidence_establishes(
    store: SqliteEvidenceStore, analyser: Analyser, text: str, evidence: str, relation: Relation
) -> None:
    found = best(run(store, analyser, text))
    assert (found.evidence.id, found.relation) == (evidence, relation), found.why


def test_the_reason_names_what_agrees_and_what_differs(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    why = best(run(store, analyser, "The Norvale dam holds 90 million cubic metres")).why
    assert why.startswith("Report by Norvale Water Board that contradicts it")
    assert "both speak of Norvale, holds, cubic metres" in why
    assert "the number differs: 90 million here, 40 million there" in why
    why = best(run(store, analyser, "The Norvale dam was opened in June 1987")).why
    assert "the date differs: June 1987 here, 3 May 1987 there" in why


def test_what_is_not_near_enough_is_left_out(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    result = run(store, analyser, "A violinist from Peru won the prize for chamber music")
    assert result.claims[0].matches == []
    assert result.degraded == []


def test_matches_are_best_first_and_above_the_threshold(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    found = run(store, analyser, "The Norvale dam was opened on 3 May 1987").claims[0].matches
    assert 0 < len(found) <= TOP
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(LEAST <= one.probability <= 1 for one in found)
    assert set(found[0].scores) >= {"cosine", "terms", "numbers", "dates"}


def test_resolved_text_and_dates_are_what_is_compared(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    claim = Claim(
        id="c",
        span=(0, 20),
        text="It was opened that day",
        resolved_text="The Norvale dam was opened that day",
        dates=[DateMention(span=(14, 22), text="that day", value="1991-02-07")],
    )
    found = best(run(store, analyser, claim))
    assert (found.evidence.id, found.relation) == ("dam-open", Relation.CONTRADICTS)


class Counting:
    """A store that counts its round trips."""

    def __init__(self, store: SqliteEvidenceStore) -> None:
        self._store, self.trips = store, 0

    def search(self, queries: Sequence[Query], top: int, **_: object) -> list[list[Hit]]:
        self.trips += 1
        return self._store.search(queries, top)


def test_all_claims_of_an_article_take_one_round_trip_and_keep_their_order(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    counting = Counting(store)
    texts = [one.claim for one in ITEMS]
    result = run(counting, analyser, *texts)
    assert counting.trips == 1
    assert [one.matches[0].evidence.id for one in result.claims] == [one.id for one in ITEMS]
    assert [one.claim.text for one in result.claims] == texts


def test_an_article_without_claims_needs_no_store(analyser: Analyser) -> None:
    assert run(None, analyser).claims == []


def test_the_same_event_gives_the_same_result(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    texts = [one.claim for one in ITEMS]
    together = run(store, analyser, *texts)
    assert run(store, analyser, *texts) == together
    alone = [run(store, analyser, text).claims[0].matches for text in texts]
    assert [[m.evidence.id for m in one.matches] for one in together.claims] == [
        [m.evidence.id for m in one] for one in alone
    ]


class WithoutEncoder:
    """An analyser whose encoder is out."""

    def __init__(self, analyser: Analyser) -> None:
        self.terms = analyser.terms

    def vectors(self, texts: Sequence[str]) -> None:
        raise RuntimeError("the encoder is out")


def test_without_the_encoder_words_alone_are_matched_and_it_says_so(
    store: SqliteEvidenceStore, analyser: Analyser
) -> None:
    result = run(store, WithoutEncoder(analyser), "The Norvale dam was opened in June 1987")
    assert result.degraded == ["vectors"]
    found = best(result)
    assert (found.evidence.id, found.relation) == ("dam-open", Relation.CONTRADICTS)


def test_a_store_that_is_away_is_passed_on(analyser: Analyser, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    away = SqliteEvidenceStore(tmp_path / "file" / "evidence.db")
    with pytest.raises(NotReady):
        run(away, analyser, "The Norvale dam was opened in June 1987")
