"""The evidence store on a bad day: away, locked, full, read-only, of another format."""

import json
import socket
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from schemas.evidence import Evidence
from services.adapters import embedded_file
from services.adapters.elasticsearch_claims import ElasticsearchClaimStore
from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.indexed import FORMAT
from services.ports.claim_store import SeenClaim
from services.ports.evidence_store import DIMENSIONS, Document, EvidenceStore, Loaded, Query
from services.runtime.errors import NotReady, UserError
from tests.support.desk import NOW, make_article, make_claim

VECTOR = np.eye(1, DIMENSIONS, dtype=np.float32)[0]


def document(identifier: str = "a") -> Document:
    return Document(Evidence(id=identifier, claim="rain"), ["rain"], [], [], VECTOR)


CALLS: dict[str, Callable[[EvidenceStore], object]] = {
    "setup": lambda store: store.setup(),
    "upsert": lambda store: store.upsert([document()]),
    "search": lambda store: store.search([Query(["rain"], VECTOR)], 5),
    "get": lambda store: store.get(["a"]),
    "count": lambda store: store.count(),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


# Elasticsearch


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@each_call
def test_an_unreachable_server_is_not_ready(call: Callable[[EvidenceStore], object]) -> None:
    store = ElasticsearchEvidenceStore(f"http://someone:secret@127.0.0.1:{closed_port()}", "x")
    with pytest.raises(NotReady, match=r"127\.0\.0\.1") as caught:
        call(store)
    assert "secret" not in str(caught.value)


class Answer:
    """An HTTP server that gives every request the same answer, as Elasticsearch would."""

    def __init__(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                self.send_response(status)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def error(kind: str, status: int) -> dict[str, object]:
    cause = {"type": kind, "reason": "for a reason"}
    return {"error": {**cause, "root_cause": [cause]}, "status": status}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "circuit_breaking_exception"),
        (503, "cluster_block_exception"),
        (503, "no_shard_available_action_exception"),
        (403, "cluster_block_exception"),
        (401, "security_exception"),
        (404, "index_not_found_exception"),
        (502, "bad_gateway"),
    ],
)
@pytest.mark.parametrize("name", ["upsert", "search", "get", "count"])
def test_an_answer_of_a_bad_day_is_not_ready(status: int, kind: str, name: str) -> None:
    with (
        Answer(status, error(kind, status)) as server,
        pytest.raises(NotReady, match="for a reason"),
    ):
        CALLS[name](ElasticsearchEvidenceStore(server.url, "x"))


def test_a_refused_request_is_told_to_a_person() -> None:
    with (
        Answer(400, error("parsing_exception", 400)) as server,
        pytest.raises(UserError, match="parsing_exception: for a reason"),
    ):
        ElasticsearchEvidenceStore(server.url, "x").count()


@pytest.mark.parametrize(
    "response",
    [
        {**error("search_phase_execution_exception", 503)},
        {"timed_out": True, "_shards": {"failed": 0}, "hits": {"hits": []}},
        {"timed_out": False, "_shards": {"failed": 1}, "hits": {"hits": []}},
    ],
    ids=["red", "timed out", "a shard failed"],
)
def test_a_search_that_is_not_whole_is_not_ready(response: dict[str, object]) -> None:
    with Answer(200, {"responses": [response]}) as server, pytest.raises(NotReady):
        ElasticsearchEvidenceStore(server.url, "x").search([Query(["rain"], None)], 5)


def test_a_server_that_hangs_is_not_ready() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NotReady, match="does not answer"):
            ElasticsearchEvidenceStore(url, "x", timeout=0.2).count()


@pytest.mark.parametrize("url", ["localhost", "http://localhost:port", "http://[::1"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(UserError, match="CLAIMDESK_ELASTICSEARCH_URL"):
        ElasticsearchEvidenceStore(url, "x")


@pytest.fixture
def real(require: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    from elasticsearch import Elasticsearch

    url, index = require("CLAIMDESK_TEST_ELASTICSEARCH"), f"claimdesk-test-{uuid.uuid4().hex}"
    yield url, index
    with Elasticsearch(url) as client:
        client.indices.delete(index=f"{index}-v{FORMAT}", ignore_unavailable=True)


@pytest.mark.elasticsearch
def test_a_read_only_index_is_not_ready_and_takes_the_batch_later(real: tuple[str, str]) -> None:
    from elasticsearch import Elasticsearch

    url, index = real
    store = ElasticsearchEvidenceStore(url, index, retries=0)
    store.setup()
    with Elasticsearch(url) as client:
        # What the server sets by itself when its disk passes the flood stage.
        block = {"index.blocks.read_only_allow_delete": True}
        client.indices.put_settings(index=f"{index}-v{FORMAT}", settings=block)
        with pytest.raises(NotReady, match="read-only"):
            store.upsert([document()])
        block = {"index.blocks.read_only_allow_delete": None}  # type: ignore[dict-item]
        client.indices.put_settings(index=f"{index}-v{FORMAT}", settings=block)
    assert store.upsert([document()]) == Loaded(added=1)


@pytest.mark.elasticsearch
@pytest.mark.parametrize("block", ["read_only", "read_only_allow_delete", "write"])
def test_a_read_only_claim_store_is_not_ready_and_takes_the_claims_later(
    real: tuple[str, str], block: str
) -> None:
    from elasticsearch import Elasticsearch

    url, index = real
    store = ElasticsearchClaimStore(url, index)
    store.setup()
    claim = SeenClaim(make_article("a"), make_claim("Rain fell"), "wording", "cluster", VECTOR)
    with Elasticsearch(url) as client:
        for value in (True, None):
            settings = {f"index.blocks.{block}": value}
            client.indices.put_settings(index=f"{index}-v1", settings=settings)
            if value:
                with pytest.raises(NotReady, match="refused a claim"):
                    store.add([claim], NOW)
        assert store.count() == 0
        assert store.add([claim], NOW) == [claim]
        client.indices.delete(index=f"{index}-v1")


@pytest.mark.elasticsearch
def test_another_mapping_version_and_a_wrong_vector_size_are_told(real: tuple[str, str]) -> None:
    from elasticsearch import Elasticsearch

    url, index = real
    vector = {"type": "dense_vector", "dims": 3}
    with Elasticsearch(url) as client:
        client.indices.create(
            index=f"{index}-v0",
            mappings={"_meta": {"format": 0}, "properties": {"vector": vector}},
            aliases={index: {}},
        )
        with pytest.raises(UserError, match="format 0 with vectors of 3"):
            ElasticsearchEvidenceStore(url, index).setup()
        client.indices.delete(index=f"{index}-v0")


def test_an_older_file_is_told_with_the_remedy_and_reindexed(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE items (key INTEGER PRIMARY KEY, change INTEGER, whole TEXT)")
        for n in range(3):
            whole = Evidence(id=f"old{n}", claim="rain").model_dump_json()
            db.execute("INSERT INTO items (change, whole) VALUES (1, ?)", (whole,))
        db.execute("PRAGMA user_version=1")
    store = SqliteEvidenceStore(path)
    with pytest.raises(UserError, match=r"format 1.*claimdesk evidence reindex"):
        store.setup()
    store.rebuild(
        lambda items: [Document(one, ["rain"], [], [], VECTOR) for one in items], lambda _: None
    )
    assert store.count() == 3
    assert len(store.search([Query(["rain"], VECTOR)], 5)[0]) == 3


@pytest.mark.elasticsearch
def test_a_block_on_writes_is_waited_for(real: tuple[str, str]) -> None:
    from elasticsearch import Elasticsearch

    url, index = real
    store = ElasticsearchEvidenceStore(url, index)
    store.setup()
    with Elasticsearch(url) as client:
        client.indices.add_block(index=f"{index}-v{FORMAT}", block="write")
        lift = threading.Timer(
            1.0,
            client.indices.put_settings,
            kwargs={"index": f"{index}-v{FORMAT}", "settings": {"index.blocks.write": None}},
        )
        lift.start()
        assert store.upsert([document()]) == Loaded(added=1)
        lift.join()


@pytest.mark.elasticsearch
def test_an_index_in_the_place_of_the_alias_is_told(real: tuple[str, str]) -> None:
    from elasticsearch import Elasticsearch

    url, index = real
    with Elasticsearch(url) as client:
        client.indices.create(index=index)
        with pytest.raises(UserError, match="is an index"):
            ElasticsearchEvidenceStore(url, index).setup()
        client.indices.delete(index=index)


@pytest.mark.elasticsearch
def test_an_index_that_was_removed_is_not_ready(real: tuple[str, str]) -> None:
    url, index = real
    with pytest.raises(NotReady, match="evidence setup"):
        ElasticsearchEvidenceStore(url, index).count()


# SQLite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


def test_a_locked_file_is_not_ready_and_takes_the_batch_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_file, "_BUSY_SECONDS", 0.1)
    store = SqliteEvidenceStore(path)
    store.setup()
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotReady, match="locked"):
            store.upsert([document()])
        assert store.count() == 0  # readers go on
        other.rollback()
    assert store.upsert([document()]) == Loaded(added=1)


def test_a_full_disk_is_not_ready_and_leaves_nothing_half_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteEvidenceStore(path)
    store.setup()
    store.upsert([document("before")])
    db = store._file._connection()
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(NotReady, match="full"):
        store.upsert([document(f"item-{n}") for n in range(200)])
    db.execute("PRAGMA max_page_count=1000000")
    assert store.count() == 1
    assert [hit.evidence.id for hit in store.search([Query(["rain"], VECTOR)], 5)[0]] == ["before"]


@each_call
def test_a_folder_that_cannot_be_made_is_not_ready(
    tmp_path: Path, call: Callable[[EvidenceStore], object]
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotReady):
        call(SqliteEvidenceStore(tmp_path / "file" / "evidence.db"))


@each_call
def test_a_file_that_is_no_database_is_told(
    path: Path, call: Callable[[EvidenceStore], object]
) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(UserError, match="no database"):
        call(SqliteEvidenceStore(path))


def test_a_newer_format_is_told(path: Path) -> None:
    SqliteEvidenceStore(path).setup()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UserError, match="format 99"):
        SqliteEvidenceStore(path).setup()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_PROTOCOL])
def test_a_reading_that_sqlite_itself_gave_up_is_not_ready(path: Path, code: int) -> None:
    file = embedded_file.SqliteFile(path, "", 1)
    failure = sqlite3.OperationalError("disk I/O error")
    failure.sqlite_errorcode = code

    def reading() -> None:
        with file.read() as db:
            db.execute("ROLLBACK")  # as SQLite does by itself after some errors
            raise failure

    with pytest.raises(NotReady):
        reading()
    file.close()
