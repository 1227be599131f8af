"""Queries and filters as Elasticsearch's search bodies, and its hits as scores."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from services.evidence.indexed import query_terms
from services.ports.evidence_store import Filters, Query, Vector

Body = dict[str, Any]

_BARE: Mapping[str, Any] = {"_source": False, "track_total_hits": False}


def restrictions(filters: Filters) -> list[Body]:
    """The clauses that an item must fulfil."""
    allowed = {
        "kind": [kind.value for kind in filters.kinds],
        "language": list(filters.languages),
        "publisher": list(filters.publishers),
    }
    clauses: list[Body] = [{"terms": {field: some}} for field, some in allowed.items() if some]
    if filters.since:
        # "2020" and "2020-05" lie before "2020-05-03" in the order of characters, and hold that day.
        coarser = [filters.since[:4], filters.since[:7]]
        since = [{"range": {"date": {"gte": filters.since}}}, {"terms": {"date": coarser}}]
        clauses.append({"bool": {"should": since}})
    if filters.until:
        clauses.append({"range": {"date": {"lt": f"{filters.until}~"}}})
    return clauses


def item_searches(query: Query, depth: int, filters: Filters) -> dict[str, Body]:
    """The searches for items: by their words, their best passage's words, their vectors."""
    limits = restrictions(filters)
    searches: dict[str, Body] = {}
    if terms := " ".join(query_terms(query.terms)):
        fields = [_match(field, terms) for field in ("head", "body")]
        searches["terms"] = _by_score({"bool": {"should": fields}}, depth, limits)
        searches["passage"] = _by_score(_best_passage(terms), depth, limits)
    if query.vector is not None:
        for name, field in (("vector", "vector"), ("passage_vector", "passages.vector")):
            searches[name] = {
                "size": depth,
                **_BARE,
                "knn": _knn(field, query.vector, depth, limits),
            }
    return searches


def passage_searches(query: Query, depth: int, filters: Filters) -> dict[str, Body]:
    """The searches for passages: by words and by vectors, each hit with the passages that match."""
    limits = restrictions(filters)
    searches: dict[str, Body] = {}
    inner = {"size": depth, "_source": ["passages.start", "passages.end", "passages.text"]}
    shown = {"_source": ["evidence"]}
    if terms := " ".join(query_terms(query.terms)):
        nested = _best_passage(terms)
        nested["nested"]["inner_hits"] = inner
        searches["terms"] = {**_by_score(nested, depth, limits), **shown}
    if query.vector is not None:
        knn = {**_knn("passages.vector", query.vector, depth, limits), "inner_hits": inner}
        searches["vector"] = {"size": depth, **_BARE, "knn": knn, **shown}
    return searches


def passage_count(filters: Filters) -> Body:
    """The search that counts the passages of the items that pass `filters`."""
    return {
        "size": 0,
        "query": {"bool": {"filter": restrictions(filters)}},
        "aggs": {"passages": {"nested": {"path": "passages"}}},
    }


def fetch(keys: Sequence[str], vector: Vector | None) -> Body:
    """The search that gives the items called `keys`, scored by the exact cosine when there is a vector.

    Fewer items than `k` pass the filter, so that Lucene compares each of them instead of walking its graph.
    """
    called: Body = {"ids": {"values": list(keys)}}
    shown: Body = {"size": len(keys), "_source": ["evidence"], "track_total_hits": False}
    if vector is None:
        return {**shown, "query": {"bool": {"filter": [called]}}}
    return {**shown, "knn": _knn("vector", vector, len(keys), [called])}


def cosine(score: float) -> float:
    """The cosine behind a score of a dot-product search, to six places as in the embedded store."""
    return round(2.0 * score - 1.0, 6)


def flat(searches: Iterable[Mapping[str, Body]]) -> list[Body]:
    """The bodies as msearch takes them: each after an empty header."""
    return [part for named in searches for body in named.values() for part in ({}, body)]


def inner_hits(hit: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The passages of a hit, with the item's own source and key beside each."""
    found = hit["inner_hits"]["passages"]["hits"]["hits"]
    return [{**inner, "parent": parent} for parent, inner in product([hit], found)]


def _best_passage(terms: str) -> Body:
    match = _match("passages.terms", terms)
    return {"nested": {"path": "passages", "score_mode": "max", "query": match}}


def _match(field: str, terms: str) -> Body:
    return {"match": {field: {"query": terms}}}


def _by_score(query: Body, depth: int, limits: list[Body]) -> Body:
    limited = {"bool": {"must": [query], "filter": limits}} if limits else query
    return {"size": depth, **_BARE, "query": limited}


def _knn(field: str, vector: Vector, k: int, limits: list[Body]) -> Body:
    knn: Body = {
        "field": field,
        "query_vector": np.asarray(vector, np.float32).tolist(),
        "k": k,
        "num_candidates": max(4 * k, 200),
    }
    return {**knn, "filter": limits} if limits else knn
