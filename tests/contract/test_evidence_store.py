"""What every evidence store promises, on each adapter: the embedded one and a real Elasticsearch."""

import json
import multiprocessing
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from schemas.evidence import Evidence
from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.documents import to_documents
from services.evidence.indexed import FORMAT
from services.language.analysis import Analyser
from services.ports.evidence_store import (
    DIMENSIONS,
    EXCERPT,
    Document,
    EvidenceStore,
    Loaded,
    Query,
    Vector,
    retracted,
)
from services.runtime.errors import UserError

DEMO = Path(__file__).parents[2] / "demo"

Open = Callable[[], EvidenceStore]
"""Opens the same store once more."""


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def reopen(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[Open]:
    stores: list[SqliteEvidenceStore | ElasticsearchEvidenceStore] = []
    if request.param == "sqlite":

        def make() -> EvidenceStore:
            stores.append(SqliteEvidenceStore(tmp_path / "evidence.db"))
            return stores[-1]

        yield make
    else:
        url = require("CLAIMDESK_TEST_ELASTICSEARCH")
        index = f"claimdesk-test-{uuid.uuid4().hex}"

        def make() -> EvidenceStore:
            stores.append(ElasticsearchEvidenceStore(url, index))
            return stores[-1]

        yield make
        drop(url, index)
    for store in stores:
        store.close()


def drop(url: str, index: str) -> None:
    from elasticsearch import Elasticsearch

    with Elasticsearch(url) as client:
        client.indices.delete(index=f"{index}-v{FORMAT}", ignore_unavailable=True)


@pytest.fixture
def store(reopen: Open) -> EvidenceStore:
    opened = reopen()
    opened.setup()
    return opened


def direction(seed: int, *, towards: Vector | None = None, share: float = 0.0) -> Vector:
    """A unit vector by chance; the larger `share`, the nearer it lies to `towards`."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    vector /= np.linalg.norm(vector)
    if towards is not None:
        vector = share * towards + (1 - share) * vector
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def document(
    identifier: str,
    terms: str = "rain fall",
    *,
    vector: Vector | None = None,
    title: str = "",
    text: str = "",
    revision: int = 1,
    claim: str | None = None,
) -> Document:
    return Document(
        Evidence(id=identifier, claim=claim or terms or "-", text=text, revision=revision),
        terms.split(),
        title.split(),
        text.split(),
        direction(len(identifier)) if vector is None else vector,
    )


def ids(store: EvidenceStore, terms: str, vector: Vector | None = None, top: int = 10) -> list[str]:
    return [hit.evidence.id for hit in store.search([Query(terms.split(), vector)], top)[0]]


def test_setup_again_keeps_what_is_there(store: EvidenceStore, reopen: Open) -> None:
    store.upsert([document("a")])
    store.setup()
    reopen().setup()
    assert store.count() == 1


def test_an_empty_store_answers(store: EvidenceStore) -> None:
    assert store.search([Query(["rain"], direction(1))], 5) == [[]]
    assert store.search([], 5) == []
    assert store.get(["a"]) == []
    assert store.get([]) == []
    assert store.count() == 0
    assert store.upsert([]) == Loaded()


def test_a_batch_is_found_when_upsert_returns(store: EvidenceStore, reopen: Open) -> None:
    assert store.upsert([document("a", "rain fall"), document("b", "sun shine")]) == Loaded(added=2)
    assert ids(store, "sun") == ["b"]
    assert ids(reopen(), "sun") == ["b"]


def test_the_same_batch_again_changes_nothing(store: EvidenceStore) -> None:
    batch = [document("a", "rain fall", text="more rain"), document("b", "sun shine")]
    store.upsert(batch)
    before = store.search([Query(["rain"], None)], 5)
    assert store.upsert(batch) == Loaded(unchanged=2)
    assert store.search([Query(["rain"], None)], 5) == before
    assert store.count() == 2


def test_a_higher_revision_replaces_terms_and_vector(store: EvidenceStore) -> None:
    old, new = direction(1), direction(2)
    store.upsert([document("a", "rain", vector=old, text="heavy"), document("z", "other")])
    replaced = document("a", "snow", vector=new, text="light", revision=7)
    assert store.upsert([replaced]) == Loaded(replaced=1)
    assert ids(store, "rain") == []
    assert ids(store, "heavy") == []
    assert ids(store, "snow") == ["a"]
    hit = next(h for h in store.search([Query([], new)], 5)[0] if h.evidence.id == "a")
    assert hit.cosine == pytest.approx(1.0, abs=1e-5)
    assert store.get(["a"])[0].revision == 7


def test_a_late_old_revision_loses(store: EvidenceStore) -> None:
    store.upsert([document("a", "snow", revision=7)])
    assert store.upsert([document("a", "rain", revision=6)]) == Loaded(stale=1)
    assert ids(store, "rain") == []
    assert ids(store, "snow") == ["a"]


def test_the_same_revision_with_other_content_replaces(store: EvidenceStore) -> None:
    store.upsert([document("a", "rain")])
    assert store.upsert([document("a", "snow")]) == Loaded(replaced=1)
    assert ids(store, "snow") == ["a"]


def test_of_one_id_in_a_batch_the_highest_revision_stands(store: EvidenceStore) -> None:
    store.upsert([document("a", "two", revision=2), document("a", "one", revision=1)])
    assert ids(store, "two one") == ["a"]
    assert store.get(["a"])[0].revision == 2
    assert store.count() == 1


def test_terms_and_vector_name_the_top(store: EvidenceStore) -> None:
    wanted = direction(5)
    store.upsert(
        [
            document("terms", "glacier melt slowly now", vector=direction(1)),
            document("both", "glacier melt", vector=direction(2, towards=wanted, share=0.8)),
            document("vector", "ice vanish", vector=direction(3, towards=wanted, share=0.9)),
            document("none", "tax rise", vector=direction(4)),
        ]
    )
    hits = store.search([Query(["glacier", "melt"], wanted)], 4)[0]
    assert hits[0].evidence.id == "both"
    by_id = {hit.evidence.id: hit for hit in hits}
    assert by_id["vector"].bm25 == 0.0
    assert by_id["both"].bm25 > 0.0
    expected = float(direction(1) @ wanted)
    assert by_id["terms"].cosine == pytest.approx(expected, abs=1e-5)
    assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)


def test_title_and_text_are_searched(store: EvidenceStore) -> None:
    store.upsert(
        [
            document("title", "rain", title="deluge"),
            document("text", "rain", text="cloudburst"),
            document("other", "rain"),
        ]
    )
    assert ids(store, "deluge") == ["title"]
    assert ids(store, "cloudburst") == ["text"]


def test_a_query_without_vector_ranks_by_terms(store: EvidenceStore) -> None:
    store.upsert([document("a", "rain fall"), document("b", "sun shine rain rain")])
    hits = store.search([Query(["rain"], None)], 5)[0]
    assert [hit.evidence.id for hit in hits] == ["b", "a"]
    assert {hit.cosine for hit in hits} == {0.0}


def test_a_query_with_neither_finds_nothing(store: EvidenceStore) -> None:
    store.upsert([document("a")])
    assert store.search([Query([], None)], 5) == [[]]


def test_queries_are_answered_in_their_order(store: EvidenceStore) -> None:
    store.upsert([document(word, word) for word in ("rain", "sun", "snow")])
    queries = [
        Query(["snow"], None),
        Query([], None),
        Query(["rain"], direction(9)),
        Query(["sun"], None),
    ]
    found = [[hit.evidence.id for hit in hits[:1]] for hits in store.search(queries, 3)]
    assert (found[0], found[1], found[3]) == (["snow"], [], ["sun"])
    assert "rain" in [hit.evidence.id for hit in store.search(queries, 3)[2]]


def test_equal_items_keep_their_counted_order(store: EvidenceStore) -> None:
    same = direction(1)
    numbers = [str(number) for number in range(30)]
    shuffled = random.Random(4).sample(numbers, len(numbers))
    store.upsert([document(number, "rain fall", vector=same) for number in shuffled])
    assert ids(store, "rain", same, top=30) == numbers


HOSTILE = {
    "quotes": '"rain"',
    "operators": "rain AND NOT (sun OR",
    "column": "head:rain",
    "prefix": "rain*",
    "caret": "^rain",
    "near": "NEAR(rain,2)",
    "minus": "-rain",
    "hyphens": "covid-19",
    "dots": "u.s.",
    "apostrophe": "don't",
    "backslash": "\\rain\\",
    "percent": "100%",
    "sql": "'; DROP TABLE items; --",
    "emoji": "🌧️",
    "accents": "café",
    "arabic": "مطر",
    "hindi": "वर्षा",
    "chinese": "降雨量",
    "combining": "cafe\u0301",
    "zero width": "ra\u200bin",
    "nul": "ra\x00in",
    "no-break space": "ra\xa0in",
    "long": "x" * 5_000,
    "upper case": "RAIN",
}


@pytest.mark.parametrize("term", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_term_is_a_term_like_any_other(store: EvidenceStore, term: str) -> None:
    bag = [term, "common"]
    odd = Document(Evidence(id="odd", claim="-"), bag, [], bag, direction(1))
    store.upsert([odd, document("plain", "common shower")])
    assert [hit.evidence.id for hit in store.search([Query([term], None)], 5)[0]] == ["odd"]


def test_terms_that_differ_only_in_marks_are_different(store: EvidenceStore) -> None:
    pairs = {
        "a": "covid-19",
        "b": "covid_19",
        "c": "covid19",
        "d": "covid",
        "e": "cafe",
        "f": "café",
    }
    store.upsert([document(name, term) for name, term in pairs.items()])
    assert {name: ids(store, term) for name, term in pairs.items()} == {
        name: [name] for name in pairs
    }


def test_a_query_of_a_thousand_terms_is_answered(store: EvidenceStore) -> None:
    store.upsert([document("a", "term7 rain"), document("b", "sun")])
    query = Query([f"term{number}" for number in range(1_000)], direction(1))
    assert store.search([query], 5)[0][0].evidence.id == "a"


def test_get_gives_the_whole_item_in_the_asked_order(store: EvidenceStore) -> None:
    long = "word " * 2_000
    evidence = Evidence(
        id="whole/ü?&",
        kind="report",  # type: ignore[arg-type]
        claim="Übung “macht” den Meister",
        title="t",
        text=long,
        publisher="P",
        speaker="S",
        date="2020-05",
        rating=None,
        url="https://example.org/?a=b",
        language="de",
        revision=3,
    )
    whole = Document(evidence, ["übung"], [], ["word"], direction(1))
    store.upsert([document("a"), whole, document("b")])
    assert [item.id for item in store.get(["b", "nobody", "whole/ü?&", "a"])] == [
        "b",
        "whole/ü?&",
        "a",
    ]
    assert store.get(["whole/ü?&"]) == [evidence]
    found = store.search([Query(["übung"], None)], 1)[0][0].evidence
    assert len(found.text) <= EXCERPT
    assert found.text.startswith("word word")
    assert found.model_copy(update={"text": long}) == evidence


def test_an_id_as_long_as_the_contract_allows(store: EvidenceStore) -> None:
    longest = "ü" * 512
    store.upsert([document(longest, "rain")])
    assert store.upsert([document(longest, "rain")]) == Loaded(unchanged=1)
    assert [item.id for item in store.get([longest])] == [longest]
    assert ids(store, "rain") == [longest]


@pytest.mark.parametrize(
    "vector",
    [np.zeros(DIMENSIONS), np.ones(3), np.ones(DIMENSIONS), np.full(DIMENSIONS, np.nan)],
    ids=["zero", "short", "not of length 1", "nan"],
)
def test_a_wrong_vector_is_refused_and_nothing_is_stored(
    store: EvidenceStore, vector: Vector
) -> None:
    with pytest.raises(UserError, match="bad"):
        store.upsert([document("good"), document("bad", vector=vector.astype(np.float32))])
    assert store.count() == 0


def test_a_withdrawn_item_is_no_longer_found_but_still_shown(
    store: EvidenceStore, reopen: Open
) -> None:
    store.upsert([document("a", "rain", text="heavy", revision=3), document("b", "rain")])
    other = reopen()
    assert set(ids(other, "rain", direction(1))) == {"a", "b"}
    gone = retracted(store.get(["a"])[0], "the publisher retracted it")
    assert store.upsert([gone]) == Loaded(withdrawn=1)
    for opened in (store, other):
        assert ids(opened, "rain heavy", direction(1)) == ["b"]
        assert opened.count() == 1
    shown = store.get(["a"])[0]
    assert (shown.withdrawn, shown.text, shown.revision) == (
        "the publisher retracted it",
        "heavy",
        3,
    )
    assert store.upsert([gone]) == Loaded(unchanged=1)


def test_only_a_higher_revision_undoes_a_withdrawal(store: EvidenceStore) -> None:
    store.upsert([document("a", "rain", revision=3)])
    store.upsert([retracted(store.get(["a"])[0], "wrong")])
    for revision in (2, 3):
        assert store.upsert([document("a", "rain", revision=revision)]) == Loaded(stale=1)
        assert ids(store, "rain", direction(1)) == []
    assert store.upsert([document("a", "snow", revision=4)]) == Loaded(replaced=1)
    assert ids(store, "snow", direction(1)) == ["a"]
    assert store.get(["a"])[0].withdrawn is None


def test_a_withdrawal_of_an_old_or_unknown_item_keeps_its_place(store: EvidenceStore) -> None:
    store.upsert([document("a", "rain", revision=5)])
    old = document("a", "rain", revision=4).evidence
    assert store.upsert([retracted(old, "late")]) == Loaded(stale=1)
    assert ids(store, "rain") == ["a"]
    unknown = document("never", "snow", revision=2)
    assert store.upsert([retracted(unknown.evidence, "early")]) == Loaded(withdrawn=1)
    assert store.upsert([unknown]) == Loaded(stale=1)
    assert store.get(["never"])[0].withdrawn == "early"
    assert store.count() == 1


def test_of_one_revision_in_a_batch_the_withdrawal_stands(store: EvidenceStore) -> None:
    item = document("a", "rain")
    store.upsert([retracted(item.evidence, "wrong"), item])
    assert ids(store, "rain") == []


def test_withdrawn_items_leave_the_places_to_the_others(store: EvidenceStore) -> None:
    """More of them than a ranking is deep, all nearer than what is left."""
    wanted = direction(1)
    near = [
        document(f"gone-{n}", "rain", vector=direction(n, towards=wanted, share=0.9))
        for n in range(300)
    ]
    store.upsert([*near, document("left", "snow", vector=-wanted)])
    store.upsert([retracted(one.evidence, "wrong") for one in near])
    assert ids(store, "rain", wanted) == ["left"]


def test_a_scan_gives_everything_whole_and_by_publisher(store: EvidenceStore) -> None:
    long = "word " * 500
    batch = [document(f"item-{n:04}", "rain", text=long) for n in range(1_100)]
    batch[7] = replace(
        batch[7], evidence=batch[7].evidence.model_copy(update={"publisher": "Check & Co"})
    )
    store.upsert(batch)
    store.upsert([retracted(batch[8].evidence, "wrong")])
    found = {item.id: item for item in store.scan()}
    assert set(found) == {one.evidence.id for one in batch}
    assert (found["item-0001"].text, found["item-0008"].withdrawn) == (long, "wrong")
    assert [item.id for item in store.scan("Check & Co")] == ["item-0007"]
    assert list(store.scan("nobody")) == []


def test_two_thousand_items_go_in_at_once(store: EvidenceStore) -> None:
    batch = [
        document(f"item-{n}", f"number{n} common", text="filler " * 20, vector=direction(n))
        for n in range(2_000)
    ]
    assert store.upsert(batch) == Loaded(added=2_000)
    assert store.count() == 2_000
    assert ids(store, "number1234") == ["item-1234"]
    assert ids(store, "", direction(77), top=1) == ["item-77"]


def _write_items(reopen: Open, name: str) -> None:
    store = reopen()
    for number in range(20):
        store.upsert([document(f"{name}-{number}", f"{name} rain", revision=1)])
        store.upsert([document("shared", f"version{number}", revision=number + 1)])


def test_two_processes_write_at_once(store: EvidenceStore, reopen: Open) -> None:
    store.upsert([document("before", "rain")])
    assert ids(store, "rain") == ["before"]
    workers = [
        multiprocessing.get_context("fork").Process(target=_write_items, args=(reopen, name))
        for name in ("left", "right")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert store.count() == 42
    # A process that had read before sees what others wrote, terms and vectors.
    assert set(ids(store, "left", top=50)) == {f"left-{n}" for n in range(20)}
    assert store.get(["shared"])[0].revision == 20
    assert ids(store, "version19") == ["shared"]
    assert len(ids(store, "", direction(1), top=50)) == 42


@pytest.mark.elasticsearch
def test_both_stores_rank_alike(
    tmp_path: Path, require: Callable[[str], str], analyser: Analyser
) -> None:
    """At least 95% of the queries have the same top item: the demonstration's claims, and generated ones."""
    url = require("CLAIMDESK_TEST_ELASTICSEARCH")
    index = f"claimdesk-test-{uuid.uuid4().hex}"
    items = [
        Evidence.model_validate_json(line)
        for line in (DEMO / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    pairs = json.loads((DEMO / "expected.json").read_text(encoding="utf-8"))
    texts = list(dict.fromkeys(pair["claim_text"] for pair in pairs))
    documents = to_documents(items, analyser) + list(_generated(600))
    terms = analyser.terms(texts)
    vectors = analyser.vectors(texts)
    queries = [Query(*pair) for pair in zip(terms, vectors, strict=True)]
    queries += [Query(one, None) for one in terms]
    queries += [Query([*one.claim_terms[:3]], direction(n)) for n, one in enumerate(documents[::4])]
    stores = [SqliteEvidenceStore(tmp_path / "e.db"), ElasticsearchEvidenceStore(url, index)]
    try:
        tops = []
        for store in stores:
            store.setup()
            store.upsert(documents)
            tops.append(
                [
                    hits[0].evidence.id
                    for start in range(0, len(queries), 100)
                    for hits in store.search(queries[start : start + 100], 10)
                ]
            )
        same = sum(one == other for one, other in zip(*tops, strict=True))
        assert same >= 0.95 * len(queries), f"{same} of {len(queries)}"
    finally:
        drop(url, index)
        for store in stores:
            store.close()


def _generated(number: int) -> Iterator[Document]:
    """Items of words with a natural spread of frequencies."""
    chance = random.Random(11)
    words = [f"word{rank}" for rank in range(1, 800)]
    weights = [1 / rank for rank in range(1, 800)]
    for n in range(number):
        terms = chance.choices(words, weights, k=chance.randint(4, 25))
        text = chance.choices(words, weights, k=chance.randint(0, 300))
        yield document(
            f"gen-{n}", " ".join(terms), text=" ".join(text), vector=direction(10_000 + n)
        )
