"""Passages and filters: what every evidence store promises of them, on each adapter."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from schemas.evidence import Evidence, EvidenceKind
from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.indexed import FORMAT
from services.ports.evidence_store import (
    DIMENSIONS,
    EVERYTHING,
    Document,
    EvidenceStore,
    Filters,
    Loaded,
    Passage,
    Query,
    Vector,
    retracted,
)

STATEMENT, CHECK = EvidenceKind.OFFICIAL_STATEMENT, EvidenceKind.FACT_CHECK


def _sqlite(tmp_path: Path) -> SqliteEvidenceStore:
    return SqliteEvidenceStore(tmp_path / "evidence.db")


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[EvidenceStore]:
    if request.param == "sqlite":
        embedded = _sqlite(tmp_path)
        embedded.setup()
        yield embedded
        embedded.close()
        return
    from elasticsearch import Elasticsearch

    url, index = (
        require("CLAIMDESK_TEST_ELASTICSEARCH"),
        f"claimdesk-test-{uuid.uuid4().hex}",
    )
    real = ElasticsearchEvidenceStore(url, index)
    real.setup()
    yield real
    real.close()
    with Elasticsearch(url) as client:
        client.indices.delete(index=f"{index}-v{FORMAT}", ignore_unavailable=True)


def unit(*numbers: float) -> Vector:
    """The unit vector towards `numbers`, with zeros behind them."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[: len(numbers)] = numbers
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def speech(
    identifier: str,
    *sentences: str,
    near: dict[int, Vector] | None = None,
    revision: int = 1,
    kind: EvidenceKind = STATEMENT,
    language: str = "en",
    publisher: str | None = None,
    date: str | None = None,
) -> Document:
    """An item whose passages are `sentences`; the terms are their words."""
    text = " ".join(sentences)
    parts, start = [], 0
    for number, sentence in enumerate(sentences):
        end = start + len(sentence)
        vector = (near or {}).get(number)
        parts.append(Passage(start, end, sentence, sentence.split(), vector))
        start = end + 1
    item = Evidence(
        id=identifier,
        kind=kind,
        claim=identifier,
        text=text,
        revision=revision,
        language=language,
        publisher=publisher,
        date=date,
    )
    return Document(item, [identifier], [], text.split(), unit(0, 0, 0, 1), parts)


def texts(
    store: EvidenceStore, words: str, top: int = 10, vector: Vector | None = None
) -> list[str]:
    return [hit.text for hit in store.search_passages([Query(words.split(), vector)], top)[0]]


def test_a_passage_is_found_by_its_words_with_its_place(store: EvidenceStore) -> None:
    store.upsert([speech("a", "rain fell", "the dam held"), speech("b", "sun shone", "rain came")])
    (hits,) = store.search_passages([Query(["dam", "held"], None)], 5)
    assert [(h.evidence.id, h.start, h.end, h.text) for h in hits] == [
        ("a", 10, 22, "the dam held")
    ]
    assert hits[0].bm25 > 0.0
    assert hits[0].cosine == 0.0
    assert hits[0].evidence.text[hits[0].start : hits[0].end] == "the dam held"


def test_rare_words_bring_a_passage_before_common_ones(store: EvidenceStore) -> None:
    common = [speech(f"c{n}", "we will do more for people") for n in range(20)]
    store.upsert([*common, speech("rare", "we will build the aqueduct", "for people")])
    assert texts(store, "we will build aqueduct for people")[0] == "we will build the aqueduct"


def test_the_nearest_passage_is_found_without_a_common_word(store: EvidenceStore) -> None:
    store.upsert(
        [
            speech("a", "glaciers melt", "taxes rise", near={0: unit(1, 0.1), 1: unit(0, 1)}),
            speech("b", "nothing here", near={0: unit(0, 0, 1)}),
        ]
    )
    (hits,) = store.search_passages([Query(["ice"], unit(1))], 1)
    assert [hit.text for hit in hits] == ["glaciers melt"]
    assert hits[0].bm25 == 0.0
    assert hits[0].cosine == pytest.approx(float(unit(1, 0.1)[0]), abs=1e-5)


def test_equal_passages_keep_the_order_of_items_and_places(store: EvidenceStore) -> None:
    store.upsert([speech("b", "rain", "rain"), speech("a", "rain", "rain")])
    (hits,) = store.search_passages([Query(["rain"], None)], 10)
    assert [(hit.evidence.id, hit.start) for hit in hits] == [
        ("a", 0),
        ("a", 5),
        ("b", 0),
        ("b", 5),
    ]


def test_passages_of_the_replaced_and_the_withdrawn_are_gone(store: EvidenceStore) -> None:
    store.upsert([speech("a", "rain fell", "sun", near={0: unit(1)}), speech("b", "rain came")])
    assert texts(store, "rain", vector=unit(1)) == ["rain fell", "rain came"]
    assert store.count_passages() == 3
    store.upsert([speech("a", "snow fell", revision=2), retracted(speech("b").evidence, "wrong")])
    assert texts(store, "rain", vector=unit(1)) == []
    assert texts(store, "snow") == ["snow fell"]
    assert store.count_passages() == 1


def test_the_same_passages_again_change_nothing(store: EvidenceStore) -> None:
    batch = [speech("a", "rain fell", "sun shone")]
    store.upsert(batch)
    assert store.upsert(batch) == Loaded(unchanged=1)
    assert store.count_passages() == 2


def test_a_search_for_items_sees_their_best_passage(store: EvidenceStore) -> None:
    filler = "many other words stand here " * 30
    store.upsert(
        [
            speech("deep", filler, "the aqueduct leaks badly", filler, near={1: unit(0, 1)}),
            speech("spread", f"aqueduct {filler}", f"leaks {filler}", f"badly {filler}"),
        ]
    )
    hits = {
        hit.evidence.id: hit
        for hit in store.search([Query(["aqueduct", "leaks", "badly"], unit(0, 1))], 5)[0]
    }
    assert hits["deep"].passage > hits["spread"].passage > 0.0
    assert hits["deep"].passage_cosine == pytest.approx(1.0, abs=1e-5)
    assert hits["spread"].passage_cosine == 0.0


FILTERED = [
    speech("check", "rain", kind=CHECK, publisher="Facts", date="2020-05-03"),
    speech("month", "rain", kind=CHECK, publisher="Facts", date="2020-05"),
    speech("year", "rain", publisher="Office", date="2020"),
    speech("late", "rain", language="de", publisher="Office", date="2021-01-01"),
    speech("undated", "rain", language="de"),
]
CASES = {
    "all": (EVERYTHING, {"check", "month", "year", "late", "undated"}),
    "kind": (Filters(kinds=[CHECK]), {"check", "month"}),
    "kinds": (Filters(kinds=[CHECK, STATEMENT]), {"check", "month", "year", "late", "undated"}),
    "language": (Filters(languages=["de"]), {"late", "undated"}),
    "publisher": (Filters(publishers=["Office"]), {"year", "late"}),
    "since a day": (Filters(since="2020-05-10"), {"month", "year", "late"}),
    "since that day": (Filters(since="2020-05-03"), {"check", "month", "year", "late"}),
    "until a day": (Filters(until="2020-05-02"), {"month", "year"}),
    "until that day": (Filters(until="2020-05-03"), {"check", "month", "year"}),
    "between": (Filters(since="2020-06-01", until="2020-12-31"), {"year"}),
    "together": (Filters(languages=["de"], publishers=["Office"]), {"late"}),
    "nobody": (Filters(publishers=["Nobody' OR 1=1"]), set()),
}


@pytest.mark.parametrize(("filters", "expected"), CASES.values(), ids=CASES.keys())
def test_filters_let_through_what_they_name(
    store: EvidenceStore, filters: Filters, expected: set[str]
) -> None:
    store.upsert(FILTERED)
    query = Query(["rain"], unit(0, 0, 0, 1))
    for words in (query, Query(["rain"], None), Query([], query.vector)):
        assert {hit.evidence.id for hit in store.search([words], 9, filters=filters)[0]} == expected
    (passages,) = store.search_passages([query], 9, filters=filters)
    assert {hit.evidence.id for hit in passages} == expected
    assert store.count_passages(filters=filters) == len(expected)


def test_a_filter_does_not_cost_the_places_of_those_it_lets_through(store: EvidenceStore) -> None:
    many = [speech(f"other{n}", "rain rain", language="de") for n in range(80)]
    store.upsert([*many, speech("own", "rain and other words")])
    hits = store.search([Query(["rain"], unit(0, 0, 0, 1))], 5, filters=Filters(languages=["en"]))
    assert [hit.evidence.id for hit in hits[0]] == ["own"]
