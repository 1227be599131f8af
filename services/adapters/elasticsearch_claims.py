"""The claim store on Elasticsearch: an index beside the evidence."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import elasticsearch
import numpy as np
from elasticsearch import helpers

from schemas.cluster_choice import ClusterChoice
from services.adapters.claim_records import FORMAT, Record, check_vectors, ordered, pack, unpack
from services.adapters.elasticsearch_server import (
    AWAY,
    NAME,
    SECONDS,
    connect,
    errors_named,
    reason,
)
from services.ports.claim_store import Near, SeenClaim, Sought
from services.ports.cluster_choices import NONE, Choices
from services.ports.evidence_store import DIMENSIONS, Vector
from services.runtime.errors import NotReady, UserError

_PAGE = 1_000
_CHOICES = "choices"  # the id of the one document that holds every choice
_HAIR = 1e-4
_RACES = 20  # times that a choice is written again because another process wrote one meanwhile
_KEYWORD = {"type": "keyword", "ignore_above": 512}
_SETTINGS: Mapping[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
_MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "_meta": {"format": FORMAT},
    "properties": {
        "wording": _KEYWORD,
        "id": _KEYWORD,  # to sort by: the server does not sort by its own _id
        "added_at": {"type": "date_nanos"},
        "vector": {
            "type": "dense_vector",
            "dims": DIMENSIONS,
            "index": True,
            "similarity": "dot_product",
            "index_options": {"type": "hnsw"},
        },
        "packed": {"type": "binary"},
        "record": {"type": "object", "enabled": False},
        "choices": {"type": "object", "enabled": False},
    },
}


class ElasticsearchClaimStore:
    """`services.ports.claim_store.ClaimStore` in `<index>-v<format>`, behind the alias `index`.

    A claim is created and never changed. All choices stand in one document, which is read by its id and so
    is current without a refresh; people make few of them.
    """

    def __init__(self, url: str, index: str, *, timeout: float = SECONDS) -> None:
        """`timeout` is in seconds a request."""
        self._alias, self._index = index, f"{index}-v{FORMAT}"
        self._known: tuple[int, Choices] = (-1, NONE)
        self._client, self._where = connect(url, timeout)

    def setup(self) -> None:
        """Create the index and its alias, and check the format of what is there."""
        with self._errors_named():
            if not self._client.indices.exists_alias(name=self._alias):
                self._create()
            self._check()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def add(self, claims: Sequence[SeenClaim], now: datetime) -> list[SeenClaim]:
        """Create each; those that were there are read back."""
        check_vectors(claims)
        if not claims:
            return []
        unique: dict[str, SeenClaim] = {}
        for seen in claims:
            unique.setdefault(seen.id, seen)
        operations = [
            part
            for seen in unique.values()
            for part in ({"create": {"_id": seen.id}}, _source(seen, now))
        ]
        with self._errors_named():
            # Without the alias the server would make an index of its own, with vectors as plain numbers.
            answer = self._client.bulk(
                index=self._alias, operations=operations, refresh=True, require_alias=True
            )
            there = [item["create"]["_id"] for item in answer["items"] if self._is_there(item)]
            standing = unique | (self._read(there) if there else {})
        return [standing[seen.id] for seen in claims]

    def near(self, sought: Sequence[Sought], top: int, *, least: float = -1.0) -> list[list[Near]]:
        """A search for copies and one for near claims each, all in one msearch."""
        searches = [list(_searches(one, top, least)) for one in sought]
        flat = [part for parts in searches for _, body in parts for part in ({}, body)]
        if not flat:
            return [[] for _ in sought]
        with self._errors_named():
            answer = self._client.msearch(index=self._alias, searches=flat)
        responses = iter(answer["responses"])
        found = []
        for one, parts in zip(sought, searches, strict=True):
            hits = {name: self._hits(next(responses)) for name, _ in parts}
            near = _compared(hits.get("near", []), one.vector)
            enough = [other for other in near if other.cosine >= least]
            found.append(ordered(hits.get("copies", []), enough, top))
        return found

    def forget(self, before: datetime) -> int:
        """Found and deleted by the page, as a delete by query needs a module that not every server has."""
        with self._errors_named():
            found = helpers.scan(
                self._client,
                index=self._alias,
                query={"query": {"range": {"added_at": {"lt": _time(before)}}}, "_source": False},
                size=_PAGE,
            )
            actions = (
                {"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]} for hit in found
            )
            deleted, _ = helpers.bulk(
                self._client, actions, chunk_size=_PAGE, raise_on_error=False, stats_only=True
            )
            self._client.indices.refresh(index=self._alias)
        return int(deleted)

    def count(self) -> int:
        """How many claims there are."""
        with self._errors_named():
            claims = {"exists": {"field": "added_at"}}
            return int(self._client.count(index=self._alias, query=claims)["count"])

    def choose(self, choice: ClusterChoice) -> None:
        """Into the one document, on the condition that nobody else wrote it meanwhile."""
        with self._errors_named():
            for _ in range(_RACES):
                held, condition = self._held()
                if choice.id in held:
                    return
                held[choice.id] = choice.model_dump(mode="json")
                try:
                    self._client.index(
                        index=self._alias,
                        id=_CHOICES,
                        document={"choices": held},
                        require_alias=True,
                        **condition,
                    )
                except elasticsearch.ConflictError:
                    continue
                return
        raise NotReady(NAME, f"{self._where}: other processes keep writing choices")

    def choices(self) -> Choices:
        """The choices in force; read again only when they changed."""
        with self._errors_named():
            try:
                head = self._client.get(index=self._alias, id=_CHOICES, source=False)
            except elasticsearch.NotFoundError as error:
                if _is_missing_index(error):
                    raise
                return NONE
            if head["_seq_no"] != self._known[0]:
                held, _ = self._held()
                choices = Choices.of(map(ClusterChoice.model_validate, held.values()))
                self._known = (head["_seq_no"], choices)
        return self._known[1]

    def _held(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The choices by id, and the condition under which they may be written again."""
        try:
            found = self._client.get(index=self._alias, id=_CHOICES)
        except elasticsearch.NotFoundError as error:
            if _is_missing_index(error):
                raise
            return {}, {"op_type": "create"}
        condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        return dict(found["_source"]["choices"]), condition

    def _create(self) -> None:
        if self._client.indices.exists(index=self._alias):
            raise UserError(
                f"{self._alias!r} on {self._where} is an index, where an alias is needed: rename it, or "
                "set CLAIMDESK_ELASTICSEARCH_INDEX to another name"
            )
        try:
            self._client.indices.create(
                index=self._index,
                settings=_SETTINGS,
                mappings=_MAPPINGS,
                aliases={self._alias: {"is_write_index": True}},
            )
        except elasticsearch.BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            # Another process was faster, or a run of ours ended between the two steps.
            self._client.indices.put_alias(index=self._index, name=self._alias, is_write_index=True)

    def _check(self) -> None:
        answer = self._client.indices.get_mapping(index=self._alias)
        for name, entry in answer.items():
            mapping = entry["mappings"]
            found = mapping.get("_meta", {}).get("format")
            dims = mapping.get("properties", {}).get("vector", {}).get("dims")
            if found != FORMAT or dims != DIMENSIONS:
                raise UserError(
                    f"the index {name!r} on {self._where} has format {found} with vectors of {dims} "
                    f"numbers; this release needs format {FORMAT} with {DIMENSIONS}: remove it, or set "
                    "CLAIMDESK_ELASTICSEARCH_INDEX to another name; it fills itself anew"
                )

    def _is_there(self, item: Mapping[str, Any]) -> bool:
        """Whether the claim was there before. Raises when it could not be stored."""
        answer = item["create"]
        if answer["status"] in AWAY:
            raise NotReady(NAME, f"{self._where} refused a claim: {reason(answer)}")
        if answer["status"] >= 400 and answer["status"] != 409:
            raise UserError(f"{self._where} cannot take claim {answer['_id']}: {reason(answer)}")
        return bool(answer["status"] == 409)

    def _read(self, ids: Sequence[str]) -> dict[str, SeenClaim]:
        answer = self._client.mget(
            index=self._alias, ids=list(ids), source_includes=["record", "packed"]
        )
        for item in answer["docs"]:
            if "error" in item or not item["found"]:
                raise NotReady(NAME, f"{self._where}: a claim that was there cannot be read")
        return {item["_id"]: _seen(item["_source"]) for item in answer["docs"]}

    def _hits(self, response: Mapping[str, Any]) -> list[SeenClaim]:
        if "error" in response:
            raise NotReady(NAME, f"{self._where}: it cannot be searched: {reason(response)}")
        if response.get("timed_out") or response["_shards"]["failed"]:
            raise NotReady(NAME, f"{self._where}: a part of the index did not answer")
        return [_seen(hit["_source"]) for hit in response["hits"]["hits"]]

    def _errors_named(self) -> AbstractContextManager[None]:
        return errors_named(self._where)


def _is_missing_index(error: elasticsearch.NotFoundError) -> bool:
    return "found" not in error.body


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _source(seen: SeenClaim, now: datetime) -> dict[str, Any]:
    source: dict[str, Any] = {
        "id": seen.id,
        "wording": seen.wording,
        "added_at": _time(now),
        "record": Record.of(seen).model_dump(mode="json"),
    }
    packed = pack(seen.vector)
    if packed is not None:
        source["vector"] = np.frombuffer(packed, "<f4").tolist()
        source["packed"] = base64.b64encode(packed).decode("ascii")
    return source


def _seen(source: Mapping[str, Any]) -> SeenClaim:
    packed = source.get("packed")
    vector = unpack(base64.b64decode(packed)) if packed else None
    return Record.model_validate(source["record"]).to_seen(vector)


def _searches(sought: Sought, top: int, least: float) -> Iterator[tuple[str, dict[str, Any]]]:
    shared = {"size": top, "_source": ["record", "packed"], "track_total_hits": False}
    if sought.wording is not None:
        copies = {"term": {"wording": sought.wording}}
        yield "copies", {**shared, "query": {"constant_score": {"filter": copies}}, "sort": ["id"]}
    if sought.vector is not None:
        knn = {
            "field": "vector",
            "query_vector": np.asarray(sought.vector, np.float32).tolist(),
            "k": top,
            "num_candidates": max(4 * top, 100),
            # A hair less: the server rounds otherwise than we do, and ours decides.
            "similarity": max(-1.0, least - _HAIR),
        }
        yield "near", {**shared, "knn": knn}


def _compared(hits: Sequence[SeenClaim], vector: Vector | None) -> Iterator[Near]:
    """The exact cosines: the server's own are those of what it keeps in its graph."""
    for seen in hits:
        if seen.vector is not None and vector is not None:
            yield Near(seen, round(float(np.dot(seen.vector, vector)), 4))
