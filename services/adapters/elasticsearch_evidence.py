"""The evidence store on Elasticsearch: BM25 and kNN, fused in our code as the embedded store does."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from elasticsearch import helpers

from schemas.evidence import Evidence
from services.adapters.elasticsearch_index import ensure
from services.adapters.elasticsearch_queries import (
    Body,
    cosine,
    fetch,
    flat,
    inner_hits,
    item_searches,
    passage_count,
    passage_searches,
)
from services.adapters.elasticsearch_rebuild import rebuild
from services.adapters.elasticsearch_server import (
    AWAY,
    NAME,
    SECONDS,
    connect,
    errors_named,
    reason,
)
from services.evidence.fusion import DEPTH, fuse, ranked
from services.evidence.indexed import (
    body,
    check_vectors,
    digest,
    encode_terms,
    excerpt,
    head,
    newest,
    order,
    passage_key,
    tidy,
)
from services.ports.evidence_store import (
    EVERYTHING,
    Analyse,
    Document,
    Filters,
    Hit,
    Loaded,
    Passage,
    PassageHit,
    Query,
)
from services.runtime.errors import NotReady, UserError
from services.runtime.ids import stable_id

_CHUNK, _CHUNK_BYTES = 500, 8 * 1024 * 1024
_PAGE = 200  # items that a scan holds
_RETRIES = 5  # of items that were refused because the node was busy
_LONGEST_ID = 512  # bytes, Elasticsearch's limit


class ElasticsearchEvidenceStore:
    """Evidence behind the alias `index`, in `<index>-v<format>`.

    Uses what the basic server carries: no scripts, no language analysers, no update or delete by query.
    """

    def __init__(
        self, url: str, index: str, *, timeout: float = SECONDS, retries: int = _RETRIES
    ) -> None:
        """`timeout` is in seconds a request; `retries` are for items refused by a busy node."""
        self._retries = retries
        self._alias = index
        self._client, self._where = connect(url, timeout)

    def setup(self) -> None:
        """Create the index and its alias, and check the format of what is there."""
        with self._errors_named():
            ensure(self._client, self._alias, self._where)

    def rebuild(
        self, analyse: Analyse, progress: Callable[[int], None], *, restart: bool = False
    ) -> None:
        """Every item analysed anew into a new index, and the alias moved to it."""

        def copy(index: str, sources: Sequence[Mapping[str, Any]]) -> None:
            documents = analyse([_whole(source) for source in sources])
            writes = {_key(one.evidence.id): (one, "copied") for one in documents}
            for _ in self._write(writes, index):
                pass

        with self._errors_named():
            rebuild(self._client, self._alias, copy, progress, restart=restart)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upsert(self, documents: Sequence[Document]) -> Loaded:
        """Store a batch; every item's answer is checked, and refused ones are tried again."""
        documents = newest(documents)
        check_vectors(documents)
        with self._errors_named():
            stored = self._stored(documents)
            outcomes: Counter[str] = Counter()
            writes: dict[str, tuple[Document, str]] = {}
            for document in documents:
                outcome = _foresee(document, stored.get(document.evidence.id))
                if outcome not in ("stale", "unchanged"):
                    writes[_key(document.evidence.id)] = (document, outcome)
                else:
                    outcomes[outcome] += 1
            outcomes.update(self._write(writes, self._alias))
            # Also when nothing was written: an item that another process has just stored is then found.
            self._client.indices.refresh(index=self._alias)
        return Loaded(**outcomes)

    def search(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[Hit]]:
        """The best `top` of each query: one msearch for who they are, one for what they say."""
        depth = max(top, DEPTH)
        found = self._searched([item_searches(query, depth, filters) for query in queries])
        scored = [_scores(one) for one in found]
        fused = [fuse([ranked(scores, depth) for scores in one.values()], top) for one in scored]
        fetched = self._searched(
            [
                {"items": fetch([key for key, _ in best], query.vector)} if best else {}
                for query, best in zip(queries, fused, strict=True)
            ]
        )
        return [
            _items(query, scores, best, items)
            for query, scores, best, items in zip(queries, scored, fused, fetched, strict=True)
        ]

    def search_passages(
        self, queries: Sequence[Query], top: int, *, filters: Filters = EVERYTHING
    ) -> list[list[PassageHit]]:
        """The best `top` passages of each query: two searches each, all in one msearch."""
        found = self._searched([passage_searches(query, top, filters) for query in queries])
        return [_passages(one, top) for one in found]

    def count_passages(self, *, filters: Filters = EVERYTHING) -> int:
        """How many passages a search with these filters goes through."""
        with self._errors_named():
            answer = self._client.search(index=self._alias, **passage_count(filters))
        return int(answer["aggregations"]["passages"]["doc_count"])

    def _searched(
        self, searches: Sequence[Mapping[str, Body]]
    ) -> list[dict[str, list[Mapping[str, Any]]]]:
        """The hits of every search, all in one msearch."""
        bodies = flat(searches)
        if not bodies:
            return [{} for _ in searches]
        with self._errors_named():
            answer = self._client.msearch(index=self._alias, searches=bodies)
        responses = iter(answer["responses"])
        return [{name: self._hits(next(responses)) for name in named} for named in searches]

    def get(self, ids: Sequence[str]) -> list[Evidence]:
        """The items that exist among `ids`, in that order."""
        found = self._mget(ids, ["evidence", "text"])
        return [_whole(found[one]) for one in ids if one in found]

    def scan(self, publisher: str | None = None) -> Iterator[Evidence]:
        """Every item, or every one of `publisher`, by the page."""
        query = {"term": {"publisher": publisher}} if publisher else {"match_all": {}}
        with self._errors_named():
            for hit in helpers.scan(
                self._client,
                index=self._alias,
                query={"query": query, "_source": ["evidence", "text"]},
                size=_PAGE,
            ):
                yield _whole(hit["_source"])

    def count(self) -> int:
        """How many items a search could find."""
        with self._errors_named():
            findable = {"exists": {"field": "vector"}}
            return int(self._client.count(index=self._alias, query=findable)["count"])

    def _stored(self, documents: Sequence[Document]) -> Mapping[str, Mapping[str, Any]]:
        fields = ["revision", "digest", "evidence.withdrawn"]
        return self._mget([one.evidence.id for one in documents], fields)

    def _mget(self, ids: Sequence[str], fields: list[str]) -> dict[str, Mapping[str, Any]]:
        if not ids:
            return {}
        by_key = {_key(one): one for one in ids}
        with self._errors_named():
            answer = self._client.mget(index=self._alias, ids=list(by_key), source_includes=fields)
        for item in answer["docs"]:
            if "error" in item:
                raise NotReady(NAME, f"{self._where}: {reason(item['error'])}")
        return {by_key[item["_id"]]: item["_source"] for item in answer["docs"] if item["found"]}

    def _write(self, writes: Mapping[str, tuple[Document, str]], index: str) -> Iterable[str]:
        """Write what is new; the outcome of each."""
        answers = helpers.streaming_bulk(
            self._client,
            (_action(index, document) for document, _ in writes.values()),
            chunk_size=_CHUNK,
            max_chunk_bytes=_CHUNK_BYTES,
            max_retries=self._retries,
            # 403: a reindex makes writers wait for the moment in which it moves the alias.
            retry_on_status=(403, 429),
            initial_backoff=0.5,
            max_backoff=8.0,
            raise_on_error=False,
        )
        for done, answer in answers:
            item = answer["index"]
            document, outcome = writes[item["_id"]]
            yield outcome if done else self._refused(document, item)

    def _refused(self, document: Document, item: Mapping[str, Any]) -> str:
        status, why = item["status"], reason(item.get("error"))
        if status == 409:
            return "stale"  # a higher revision came in between
        if status in AWAY:
            raise NotReady(NAME, f"{self._where} refused {document.evidence.id}: {why}")
        raise UserError(f"{document.evidence.id}: {self._where} cannot take it: {why}")

    def _hits(self, response: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if "error" in response:
            why = f"{self._where}: {reason(response['error'])}"
            if response.get("status") in AWAY:
                raise NotReady(NAME, why)
            raise UserError(f"the evidence index cannot be searched: {why}")
        if response.get("timed_out") or response["_shards"]["failed"]:
            raise NotReady(NAME, f"{self._where}: a part of the index did not answer")
        hits: list[Mapping[str, Any]] = response["hits"]["hits"]
        return hits

    def _errors_named(self) -> AbstractContextManager[None]:
        return errors_named(self._where, missing="; run `claimdesk evidence setup`")


def _foresee(document: Document, stored: Mapping[str, Any] | None) -> str:
    """What a write would be; the external version decides if another process writes meanwhile."""
    written = "withdrawn" if document.evidence.withdrawn is not None else None
    if stored is None:
        return written or "added"
    before = 2 * stored["revision"] + (stored["evidence"].get("withdrawn") is not None)
    if order(document.evidence) < before:
        return "stale"
    if order(document.evidence) == before and digest(document) == stored["digest"]:
        return "unchanged"
    return written or "replaced"


def _key(identifier: str) -> str:
    """The id in the index: the item's own, unless it is longer than the server takes."""
    if len(identifier.encode()) <= _LONGEST_ID:
        return identifier
    return stable_id("long", identifier)


def _action(alias: str, document: Document) -> dict[str, Any]:
    evidence = document.evidence
    return {
        "_op_type": "index",
        "_index": alias,
        "_id": _key(evidence.id),
        "version": order(evidence),
        "version_type": "external_gte",
        "_source": {
            "head": head(document),
            "body": body(document),
            **({} if evidence.withdrawn is not None else {"vector": document.vector.tolist()}),
            "passages": [_passage(passage) for passage in document.passages],
            "digest": digest(document),
            "revision": evidence.revision,
            "kind": evidence.kind.value,
            "language": evidence.language,
            "publisher": evidence.publisher,
            "speaker": evidence.speaker,
            "date": evidence.date,
            "evidence": excerpt(evidence).model_dump(mode="json"),
            "text": evidence.text,
        },
    }


def _passage(passage: Passage) -> dict[str, Any]:
    found = {
        "start": passage.start,
        "end": passage.end,
        "terms": encode_terms(passage.terms),
        "text": passage.text,
    }
    return found if passage.vector is None else {**found, "vector": passage.vector.tolist()}


def _whole(source: Mapping[str, Any]) -> Evidence:
    return Evidence.model_validate({**source["evidence"], "text": source["text"]})


def _scores(found: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, dict[str, float]]:
    """The score of each item, by search: BM25, or the cosine."""
    return {
        name: tidy({hit["_id"]: _READ[name](hit["_score"]) for hit in hits})
        for name, hits in found.items()
    }


_READ: Mapping[str, Callable[[float], float]] = {
    "terms": float,
    "passage": float,
    "vector": cosine,
    "passage_vector": cosine,
}
"""What the score of each search means."""


def _items(
    query: Query,
    scores: Mapping[str, Mapping[str, float]],
    fused: Sequence[tuple[str, float]],
    fetched: Mapping[str, list[Mapping[str, Any]]],
) -> list[Hit]:
    """The fused items; one that was withdrawn since the first search is not among the fetched."""
    found = {hit["_id"]: hit for hit in fetched.get("items", ())}
    terms, passage, near = (scores.get(name, {}) for name in ("terms", "passage", "passage_vector"))
    return [
        Hit(
            evidence=Evidence.model_validate(found[key]["_source"]["evidence"]),
            bm25=terms.get(key, 0.0),
            cosine=0.0 if query.vector is None else cosine(found[key]["_score"]),
            rank=rank,
            passage=passage.get(key, 0.0),
            passage_cosine=near.get(key, 0.0),
        )
        for key, rank in fused
        if key in found
    ]


def _passages(found: Mapping[str, list[Mapping[str, Any]]], top: int) -> list[PassageHit]:
    hits = {
        name: {_place(inner): inner for hit in hits for inner in inner_hits(hit)}
        for name, hits in found.items()
    }
    known = {place: inner for one in hits.values() for place, inner in one.items()}
    scores = {
        name: tidy({place: _READ[name](inner["_score"]) for place, inner in one.items()})
        for name, one in hits.items()
    }
    fused = fuse([ranked(one, top) for one in scores.values()], top)
    terms, near = scores.get("terms", {}), scores.get("vector", {})
    return [
        PassageHit(
            evidence=Evidence.model_validate(known[place]["parent"]["_source"]["evidence"]),
            **known[place]["_source"],
            bm25=terms.get(place, 0.0),
            cosine=near.get(place, 0.0),
            rank=rank,
        )
        for place, rank in fused
    ]


def _place(inner: Mapping[str, Any]) -> str:
    return passage_key(inner["parent"]["_source"]["evidence"]["id"], inner["_nested"]["offset"])
