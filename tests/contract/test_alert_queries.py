"""Our queries against Elasticsearch's `query_string` on the same events: the same answers."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from services.alert.document import GAP, TEXT
from services.alert.parse import parse
from tests.support.queries import document_of, random_event, random_query

QUERIES = 6_000
EVENTS = 150
_INDEX = "claimdesk-test-alert-queries"
_WORDS = {"type": "text", "analyzer": "whitespace", "position_increment_gap": GAP}


@pytest.fixture(scope="module")
def client(require: Callable[[str], str]) -> Iterator[Elasticsearch]:
    with Elasticsearch(require("CLAIMDESK_TEST_ELASTICSEARCH")) as client:
        client.options(ignore_status=404).indices.delete(index=_INDEX)
        client.indices.create(
            index=_INDEX,
            settings={"number_of_shards": 1, "number_of_replicas": 0},
            mappings={
                "properties": {
                    **dict.fromkeys(("claim", "title", "speaker", "relation", TEXT), _WORDS),
                    "priority": {"type": "double"},
                    "sightings": {"type": "double"},
                    "published": {
                        "type": "date",
                        "format": "strict_date_optional_time||epoch_millis",
                    },
                }
            },
        )
        yield client
        client.indices.delete(index=_INDEX)


def _indexed(event: dict[str, Any]) -> dict[str, Any]:
    texts = [text for name in ("claim", "title", "speaker", "relation") for text in event[name]]
    dates = [int(moment * 1_000) for moment in event["published"]]
    return event | {"published": dates, TEXT: texts}


def test_elasticsearch_gives_the_same_answers(client: Elasticsearch) -> None:
    draw = Random(20261124)
    events = [random_event(draw) for _ in range(EVENTS)]
    for number, event in enumerate(events):
        client.index(index=_INDEX, id=str(number), document=_indexed(event))
    client.indices.refresh(index=_INDEX)
    documents = [document_of(event) for event in events]

    queries = [random_query(draw) for _ in range(QUERIES)]
    differences, hits = [], 0
    for start in range(0, QUERIES, 500):
        batch = queries[start : start + 500]
        for query, theirs in zip(batch, _ask(client, batch), strict=True):
            reading = parse(query)
            ours = {str(n) for n, document in enumerate(documents) if reading.matches(document)}
            hits += len(ours)
            if ours != theirs:
                differences.append((query, sorted(ours ^ theirs)))
    assert differences == []
    # The comparison means something only if queries neither find everything nor nothing.
    assert 0.02 < hits / (QUERIES * EVENTS) < 0.98


def _ask(client: Elasticsearch, queries: list[str]) -> list[set[str]]:
    searches: list[dict[str, Any]] = []
    for query in queries:
        asked = {"query": query, "default_field": TEXT, "default_operator": "AND"}
        searches += [{}, {"query": {"query_string": asked}, "size": EVENTS, "_source": False}]
    answers = client.msearch(index=_INDEX, searches=searches)["responses"]
    return [_ids(query, answer) for query, answer in zip(queries, answers, strict=True)]


def _ids(query: str, answer: dict[str, Any]) -> set[str]:
    assert "error" not in answer, (query, answer)
    return {hit["_id"] for hit in answer["hits"]["hits"]}
