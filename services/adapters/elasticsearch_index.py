"""The evidence index: its settings and mapping, by version, and the alias that everybody asks."""

from collections.abc import Mapping
from typing import Any

import elasticsearch

from services.evidence.indexed import FORMAT
from services.ports.evidence_store import DIMENSIONS
from services.runtime.errors import UserError

Client = elasticsearch.Elasticsearch

_TERMS = {"type": "text", "analyzer": "whitespace", "similarity": "terms"}
_KEYWORD = {"type": "keyword", "ignore_above": 512}
_STORED = {"type": "keyword", "index": False, "doc_values": False}
_VECTOR: Mapping[str, Any] = {
    # Full precision: fused ranks must equal the exact ones. The server keeps vectors out of the source.
    "type": "dense_vector",
    "dims": DIMENSIONS,
    "index": True,
    "similarity": "dot_product",
    "index_options": {"type": "hnsw"},
}
_SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,  # one shard, one set of term statistics: scores compare
    "auto_expand_replicas": "0-1",
    "similarity": {"terms": {"type": "BM25", "k1": 1.2, "b": 0.75}},
}
_PASSAGE: Mapping[str, Any] = {
    "start": {"type": "integer", "index": False},
    "end": {"type": "integer", "index": False},
    "terms": _TERMS,
    "vector": _VECTOR,
    "text": _STORED,
}
_MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "_meta": {"format": FORMAT},
    "properties": {
        "head": _TERMS,
        "body": _TERMS,
        "vector": _VECTOR,
        "passages": {"type": "nested", "properties": _PASSAGE},
        "digest": _STORED,
        "revision": {"type": "long"},
        "kind": _KEYWORD,
        "language": _KEYWORD,
        "publisher": _KEYWORD,
        "speaker": _KEYWORD,
        "date": _KEYWORD,
        "evidence": {"type": "object", "enabled": False},
        "text": _STORED,
    },
}


def ensure(client: Client, alias: str, where: str) -> None:
    """The index behind `alias`, made when it is not there. Raises UserError for one of another format."""
    if not client.indices.exists_alias(name=alias):
        if client.indices.exists(index=alias):
            raise UserError(
                f"{alias!r} on {where} is an index, where an alias is needed: rename it, or "
                "set CLAIMDESK_ELASTICSEARCH_INDEX to another name"
            )
        name = f"{alias}-v{FORMAT}"
        if not create(client, name, aliases={alias: {"is_write_index": True}}):
            # Another process was faster, or a run of ours ended between the two steps.
            client.indices.put_alias(index=name, name=alias, is_write_index=True)
    _check(client, alias, where)


def create(client: Client, name: str, aliases: Mapping[str, Any] | None = None) -> bool:
    """Make an index of this release's format; False when there is one of that name."""
    try:
        client.indices.create(index=name, settings=_SETTINGS, mappings=_MAPPINGS, aliases=aliases)
    except elasticsearch.BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        return False
    return True


def _check(client: Client, alias: str, where: str) -> None:
    for name, entry in client.indices.get_mapping(index=alias).items():
        mapping = entry["mappings"]
        found = mapping.get("_meta", {}).get("format")
        dims = mapping.get("properties", {}).get("vector", {}).get("dims")
        if found != FORMAT or dims != DIMENSIONS:
            raise UserError(
                f"the index {name!r} on {where} has format {found} with vectors of {dims} "
                f"numbers; this release needs format {FORMAT} with {DIMENSIONS}: run "
                "`claimdesk evidence reindex`, or point CLAIMDESK_ELASTICSEARCH_INDEX at another name"
            )
