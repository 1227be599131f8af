"""A rebuild of the evidence store: what every adapter promises, with loads and searches running."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from schemas.evidence import Evidence
from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.ports.evidence_store import (
    DIMENSIONS,
    Document,
    EvidenceStore,
    Loaded,
    Passage,
    Query,
    retracted,
)
from services.runtime.errors import UserError

Open = Callable[[], EvidenceStore]


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def reopen(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[Open]:
    opened: list[SqliteEvidenceStore | ElasticsearchEvidenceStore] = []
    alias = f"claimdesk-test-{uuid.uuid4().hex}"
    url = require("CLAIMDESK_TEST_ELASTICSEARCH") if request.param == "elasticsearch" else ""

    def make() -> EvidenceStore:
        store = (
            ElasticsearchEvidenceStore(url, alias)
            if url
            else SqliteEvidenceStore(tmp_path / "evidence.db")
        )
        store.setup()
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()
    if url:
        from elasticsearch import Elasticsearch

        with Elasticsearch(url) as client:
            for name in client.indices.get(index=f"{alias}-*"):
                client.indices.delete(index=name)


def analyse(items: Sequence[Evidence], mark: str = "") -> list[Document]:
    """Documents with the words of the claim, and `mark` behind each, as terms."""
    vector = np.eye(1, DIMENSIONS, dtype=np.float32)[0]
    documents = []
    for item in items:
        if item.withdrawn is not None:
            documents.append(retracted(item, item.withdrawn))
            continue
        terms = [f"{word}{mark}" for word in item.claim.split()]
        parts = [Passage(0, len(item.claim), item.claim, terms, vector)]
        documents.append(Document(item, terms, [], [], vector, parts))
    return documents


def item(identifier: str, claim: str, revision: int = 1) -> Evidence:
    return Evidence(id=identifier, claim=claim, revision=revision)


def found(store: EvidenceStore, word: str) -> set[str]:
    return {hit.evidence.id for hit in store.search([Query([word], None)], 500)[0]}


def nobody(_: int) -> None:
    """Hear of no progress."""


def test_everything_is_analysed_anew_and_nothing_else_changes(reopen: Open) -> None:
    store, other = reopen(), reopen()
    store.upsert(analyse([item("a", "rain fell", 3), item("b", "sun shone"), item("c", "hail")]))
    store.upsert([retracted(item("c", "hail"), "wrong")])
    assert found(other, "rain") == {"a"}
    done: list[int] = []
    store.rebuild(lambda items: analyse(items, "!"), done.append)
    assert sum(done) >= 3
    for one in (store, other, reopen()):
        assert (found(one, "rain"), found(one, "rain!"), found(one, "hail!")) == (
            set(),
            {"a"},
            set(),
        )
        assert one.count() == one.count_passages() == 2
        (hits,) = one.search_passages([Query(["sun!"], None)], 5)
        assert [hit.text for hit in hits] == ["sun shone"]
        assert {e.id: (e.revision, e.withdrawn) for e in one.get(["a", "b", "c"])} == {
            "a": (3, None),
            "b": (1, None),
            "c": (1, "wrong"),
        }
    assert store.upsert(analyse([item("a", "old words", 2)])) == Loaded(stale=1)
    assert other.upsert(analyse([item("a", "snow fell", 4)], "!")) == Loaded(replaced=1)
    assert found(store, "snow!") == {"a"}
    store.rebuild(analyse, nobody)
    assert (found(other, "snow"), found(other, "snow!")) == ({"a"}, set())


def test_what_is_written_meanwhile_is_kept_and_searches_go_on(reopen: Open) -> None:
    store = reopen()
    store.upsert(analyse([item(f"before-{n}", "rain fell") for n in range(300)]))
    begun, stop = threading.Event(), threading.Event()
    written: list[str] = []
    errors: list[BaseException] = []

    def write() -> None:
        writer = reopen()
        try:
            while not stop.is_set():
                name = f"during-{len(written)}"
                number = len(written)
                writer.upsert(
                    analyse(
                        [
                            item(name, "rain came"),
                            item("before-7", f"version{number}", number + 2),
                        ]
                    )
                )
                written.append(name)
                begun.set()
        except BaseException as error:
            errors.append(error)
            begun.set()

    def look() -> None:
        reader = reopen()
        try:
            while not stop.is_set():
                assert "before-9" in found(reader, "fell")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for one in (write, look)]
    for thread in threads:
        thread.start()
    try:
        assert begun.wait(60)
        store.rebuild(analyse, nobody)
        after = len(written)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert errors == []
    assert after > 1, "nothing was written during the rebuild"
    assert store.count() == 300 + len(written)
    assert len(store.get(written)) == len(written)
    assert store.get(["before-7"])[0].revision == len(written) + 1
    assert found(store, f"version{len(written) - 1}") == {"before-7"}


def test_a_rebuild_that_was_interrupted_is_told_and_can_be_started_again(reopen: Open) -> None:
    store = reopen()
    store.upsert(analyse([item("a", "rain fell")]))

    def fail(items: Sequence[Evidence]) -> list[Document]:
        raise RuntimeError("the machine stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        store.rebuild(fail, nobody)
    assert found(store, "rain") == {"a"}
    assert store.upsert(analyse([item("b", "rain fell")])) == Loaded(added=1)
    with pytest.raises(UserError, match="--restart"):
        store.rebuild(analyse, nobody)
    store.rebuild(analyse, nobody, restart=True)
    assert found(store, "rain") == {"a", "b"}
