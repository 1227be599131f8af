"""What every claim store promises, on each adapter: the embedded one and a real Elasticsearch."""

import socket
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import elasticsearch
import numpy as np
import pytest

from schemas.cluster_choice import ChoiceKind, ClusterChoice
from services.adapters.elasticsearch_claims import ElasticsearchClaimStore
from services.adapters.sqlite_claims import SqliteClaimStore
from services.ports.claim_store import ClaimStore, SeenClaim, Sought
from services.ports.cluster_choices import NONE
from services.ports.evidence_store import DIMENSIONS, Vector
from services.runtime.errors import NotReady, UserError
from tests.support.desk import NOW, make_article, make_claim

Open = Callable[[], ClaimStore]


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def reopen(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[Open]:
    stores: list[SqliteClaimStore | ElasticsearchClaimStore] = []
    index = f"claimdesk-test-{uuid.uuid4().hex}"
    embedded = request.param == "sqlite"
    url = "" if embedded else require("CLAIMDESK_TEST_ELASTICSEARCH")

    def make() -> ClaimStore:
        stores.append(
            SqliteClaimStore(tmp_path / "claims.db")
            if embedded
            else ElasticsearchClaimStore(url, index)
        )
        return stores[-1]

    yield make
    for store in stores:
        store.close()
    if not embedded:
        with elasticsearch.Elasticsearch(url) as client:
            client.indices.delete(index=f"{index}-v1", ignore_unavailable=True)


@pytest.fixture
def store(reopen: Open) -> ClaimStore:
    opened = reopen()
    opened.setup()
    return opened


def direction(seed: int) -> Vector:
    vector = np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def towards(one: Vector, other: Vector, share: float) -> Vector:
    mixed = share * one + (1 - share) * other
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)


def seen(name: str, vector: Vector | None, wording: str = "", **article: object) -> SeenClaim:
    return SeenClaim(
        make_article(f"art-{name}", **article),
        make_claim(f"Statement {name} was made"),
        wording or f"wording-{name}",
        f"cluster-{name}",
        vector,
    )


def names(store: ClaimStore, vector: Vector | None, wording: str | None = None) -> list[str]:
    (found,) = store.near([Sought(wording, vector)], 10)
    return [one.seen.article.id.removeprefix("art-") for one in found]


def merge(name: str, source: str, target: str, minutes: int = 0) -> ClusterChoice:
    return ClusterChoice(
        id=name,
        kind=ChoiceKind.MERGE,
        source=source,
        target=target,
        reviewer="rita",
        at=NOW + timedelta(minutes=minutes),
    )


def undo(of: ClusterChoice, minutes: int = 5) -> ClusterChoice:
    changed = {"id": f"undo-{of.id}", "kind": ChoiceKind.UNDO, "undo_of": of.id}
    return of.model_copy(update=changed | {"at": of.at + timedelta(minutes=minutes)})


def test_what_was_added_is_found_whole_and_in_every_process(
    store: ClaimStore, reopen: Open
) -> None:
    one = seen("a", direction(1), revision=2)
    assert store.add([one], NOW) == [one]
    for opened in (store, reopen()):
        (found,) = opened.near([Sought(None, direction(1))], 5)[0]
        assert (found.seen.article, found.seen.claim) == (one.article, one.claim)
        assert (found.seen.wording, found.seen.cluster_id) == (one.wording, one.cluster_id)
        assert np.allclose(found.seen.vector, direction(1))
        assert found.cosine == 1.0


def test_a_cluster_is_decided_once(store: ClaimStore, reopen: Open) -> None:
    first = seen("a", direction(1))
    store.add([first], NOW)
    later = replace(first, cluster_id="another")
    (stands,) = reopen().add([later], NOW)
    assert stands.cluster_id == first.cluster_id
    twice = seen("b", direction(2))
    both = store.add([twice, replace(twice, cluster_id="another")], NOW)
    assert [one.cluster_id for one in both] == [twice.cluster_id] * 2
    assert store.count() == 2


def test_racing_writers_agree_on_the_cluster(store: ClaimStore) -> None:
    def write(number: int) -> str:
        one = replace(seen("a", direction(1)), cluster_id=f"cluster-{number}")
        return store.add([one], NOW)[0].cluster_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(write, range(8)))) == 1


def test_each_revision_of_an_article_has_its_own_claim(store: ClaimStore) -> None:
    store.add([seen("a", direction(1)), seen("a", direction(1), revision=2)], NOW)
    (found,) = store.near([Sought(None, direction(1))], 5)
    assert sorted(one.seen.article.revision for one in found) == [1, 2]


def test_copies_come_first_then_the_nearest(store: ClaimStore) -> None:
    wanted = direction(1)
    store.add(
        [
            seen("far", direction(2)),
            seen("near", towards(wanted, direction(3), 0.8)),
            seen("nearer", towards(wanted, direction(3), 0.9)),
            seen("copy", None, wording="the same"),
        ],
        NOW,
    )
    assert names(store, wanted, "the same") == ["copy", "nearer", "near", "far"]
    assert names(store, None, "the same") == ["copy"]
    assert names(store, wanted) == ["nearer", "near", "far"]
    assert names(store, None, "nobody said it") == []
    (found,) = store.near([Sought(None, wanted)], 1)
    expected = round(float(np.dot(wanted, towards(wanted, direction(3), 0.9))), 4)
    assert found[0].cosine == pytest.approx(expected, abs=1e-4)


def test_what_is_less_near_than_asked_for_is_left_out_but_for_copies(store: ClaimStore) -> None:
    wanted = direction(1)
    shares = {"far": 0.2, "near": 0.8, "nearer": 0.9}
    given = [seen(name, towards(wanted, direction(3), share)) for name, share in shares.items()]
    store.add([*given, seen("copy", direction(2), wording="the same")], NOW)
    least = round(float(np.dot(wanted, towards(wanted, direction(3), 0.8))), 4)
    (found,) = store.near([Sought("the same", wanted)], 10, least=least)
    assert [one.seen.article.id for one in found] == ["art-copy", "art-nearer", "art-near"]


def test_forgotten_claims_take_nobodys_place(store: ClaimStore) -> None:
    store.add([seen(f"old{n}", direction(1)) for n in range(20)], NOW)
    store.add([seen("new", towards(direction(1), direction(3), 0.9))], NOW + timedelta(days=2))
    assert len(names(store, direction(1))) == 10
    store.forget(NOW + timedelta(days=1))
    assert names(store, direction(1)) == ["new"]


def test_equal_ones_are_ordered_by_id_and_cut_alike(store: ClaimStore) -> None:
    same = [seen(f"s{n:02}", direction(1)) for n in range(30)]
    store.add(same, NOW)
    (found,) = store.near([Sought(None, direction(1))], 10)
    if isinstance(store, SqliteClaimStore):  # Elasticsearch cuts equal ones in an order of its own
        assert [one.seen.id for one in found] == sorted(one.id for one in same)[:10]
    assert [one.seen.id for one in found] == sorted(one.seen.id for one in found)


def test_nothing_sought_finds_nothing(store: ClaimStore) -> None:
    assert store.near([], 5) == []
    assert store.add([], NOW) == []
    assert store.near([Sought(None, None)], 5) == [[]]


def test_old_claims_are_forgotten_and_new_ones_found(store: ClaimStore, reopen: Open) -> None:
    other = reopen()
    store.add([seen(f"old{n}", direction(n)) for n in range(600)], NOW)
    store.add([seen("new", direction(1_000))], NOW + timedelta(days=2))
    assert len(names(other, direction(5))) == 10
    assert store.forget(NOW + timedelta(days=1)) == 600
    assert store.forget(NOW + timedelta(days=1)) == 0
    assert store.count() == 1
    store.add([seen("newer", direction(5))], NOW + timedelta(days=2))
    for opened in (store, other):
        assert names(opened, direction(5)) == ["newer", "new"]


@pytest.mark.parametrize(
    "vector", [np.zeros(DIMENSIONS), np.ones(3), np.full(DIMENSIONS, np.nan)], ids=str
)
def test_a_wrong_vector_is_refused_and_nothing_is_stored(store: ClaimStore, vector: Vector) -> None:
    with pytest.raises(UserError, match="Statement bad was made"):
        store.add([seen("good", direction(1)), seen("bad", vector)], NOW)
    assert store.count() == 0


def test_choices_are_kept_for_good_and_undone_ones_do_not_come_back(
    store: ClaimStore, reopen: Open
) -> None:
    assert store.choices() == NONE
    first = merge("m1", "b", "a")
    store.choose(first)
    store.choose(first)
    assert reopen().choices().standing("b") == "a"
    store.choose(undo(first))
    store.choose(first)  # delivered again
    other = reopen()
    assert other.choices().standing("b") == "b"
    other.choose(merge("m2", "c", "a", 10))
    assert store.choices().standing("c") == "a"
    store.add([seen("a", direction(1))], NOW)
    store.forget(NOW + timedelta(days=1))
    assert (store.count(), store.choices().standing("c")) == (0, "a")


def test_racing_choices_are_all_kept(store: ClaimStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: store.choose(merge(f"m{n}", f"from-{n}", "to")), range(8)))
    assert {store.choices().standing(f"from-{n}") for n in range(8)} == {"to"}


# Bad days

CALLS: dict[str, Callable[[ClaimStore], object]] = {
    "setup": lambda store: store.setup(),
    "add": lambda store: store.add([seen("a", direction(1))], NOW),
    "near": lambda store: store.near([Sought("w", direction(1))], 5),
    "forget": lambda store: store.forget(NOW),
    "count": lambda store: store.count(),
    "choose": lambda store: store.choose(merge("m", "b", "a")),
    "choices": lambda store: store.choices(),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@each_call
def test_an_unreachable_server_is_not_ready(call: Callable[[ClaimStore], object]) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    store = ElasticsearchClaimStore(f"http://someone:secret@127.0.0.1:{port}", "x")
    with pytest.raises(NotReady, match=r"127\.0\.0\.1") as caught:
        call(store)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "setup"])
@pytest.mark.elasticsearch
def test_an_index_that_is_gone_is_not_ready_and_is_not_made_up(
    name: str, require: Callable[[str], str]
) -> None:
    url, index = require("CLAIMDESK_TEST_ELASTICSEARCH"), f"claimdesk-test-{uuid.uuid4().hex}"
    store = ElasticsearchClaimStore(url, index)
    with pytest.raises(NotReady):
        CALLS[name](store)
    with elasticsearch.Elasticsearch(url) as client:
        assert not client.indices.exists(index=index)
    store.close()


@pytest.mark.elasticsearch
def test_an_index_of_another_format_is_named_with_the_remedy(
    require: Callable[[str], str],
) -> None:
    url, index = require("CLAIMDESK_TEST_ELASTICSEARCH"), f"claimdesk-test-{uuid.uuid4().hex}"
    with elasticsearch.Elasticsearch(url) as client:
        client.indices.create(index=f"{index}-v9", aliases={index: {}})
        store = ElasticsearchClaimStore(url, index)
        try:
            with pytest.raises(UserError, match=r"has format None.*remove it"):
                store.setup()
        finally:
            client.indices.delete(index=f"{index}-v9")
            store.close()


@each_call
def test_a_damaged_file_is_named_with_the_remedy(
    call: Callable[[ClaimStore], object], tmp_path: Path
) -> None:
    (tmp_path / "claims.db").write_bytes(b"this is no database, but it is long enough" * 100)
    store = SqliteClaimStore(tmp_path / "claims.db")
    with pytest.raises(UserError, match=r"claims\.db is damaged or no database.*restore it"):
        call(store)
    store.close()


@each_call
def test_a_folder_that_cannot_be_made_is_not_ready(
    call: Callable[[ClaimStore], object], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotReady):
        call(SqliteClaimStore(tmp_path / "file" / "claims.db"))
