"""`make bench-large`: what searching costs as the evidence grows, each store beside its yardstick.

    python -m tests.bench.retrieval [--sizes 10000,100000,1000000] [--stores embedded,elasticsearch]

Items are made up: words with the frequencies of natural text (Zipf), texts of forty words in two passages,
unit vectors by chance. They cost what real ones cost; they say nothing about quality. Elasticsearch is
measured when CLAIMDESK_TEST_ELASTICSEARCH names one; its index is removed afterwards.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from schemas.evidence import Evidence, EvidenceKind
from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.ports.evidence_store import DIMENSIONS, Document, EvidenceStore, Passage, Query

_BATCH = 2_000
_WORDS = 200_000  # of the made-up language
_CLAIM, _TEXT = 12, 40  # words
_CLAIMS = 20  # of an article
_ROUNDS = 25

Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]


def main() -> None:
    """Measure and print one line for each size and store."""
    parser = argparse.ArgumentParser(prog="make bench-large ARGS=...", description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--stores", default="embedded,elasticsearch")
    options = parser.parse_args()
    sizes = [int(one) for one in options.sizes.split(",")]
    head = ("store", "items", "load/s", "claim p50", "claim p95", "article p50", "memory")
    sys.stdout.write("{:<14}{:>9}{:>9}{:>11}{:>11}{:>13}{:>9}\n".format(*head))
    for name in options.stores.split(","):
        if name == "elasticsearch" and not os.environ.get("CLAIMDESK_TEST_ELASTICSEARCH"):
            sys.stderr.write("Elasticsearch was not measured: it is not up (make stack-up)\n")
            continue
        _OPEN[name](sizes)


def _embedded(sizes: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteEvidenceStore(Path(folder) / "evidence.db")
        store.setup()
        _grow("embedded", store, sizes)
        store.close()


def _elasticsearch(sizes: Sequence[int]) -> None:
    from elasticsearch import Elasticsearch

    url, alias = os.environ["CLAIMDESK_TEST_ELASTICSEARCH"], f"claimdesk-bench-{uuid.uuid4().hex}"
    store = ElasticsearchEvidenceStore(url, alias, timeout=300)
    store.setup()
    try:
        _grow("elasticsearch", store, sizes)
    finally:
        store.close()
        with Elasticsearch(url) as client:
            for name in client.indices.get(index=f"{alias}-*"):
                client.indices.delete(index=name)


_OPEN: dict[str, Callable[[Sequence[int]], None]] = {
    "embedded": _embedded,
    "elasticsearch": _elasticsearch,
}


def _grow(name: str, store: EvidenceStore, sizes: Sequence[int]) -> None:
    """Load up to each size in turn and measure there."""
    chance = np.random.default_rng(5)
    loaded = 0
    for size in sizes:
        began, seconds = loaded, 0.0
        for batch in _batches(chance, loaded, size):
            start = time.perf_counter()
            store.upsert(batch)
            seconds += time.perf_counter() - start
            loaded += len(batch)
        store.search(_queries(chance, _CLAIMS), 50)  # the first search reads the vectors
        one = [_milliseconds(store, _queries(chance, 1)) for _ in range(4 * _ROUNDS)]
        article = [_milliseconds(store, _queries(chance, _CLAIMS)) for _ in range(_ROUNDS)]
        p95 = statistics.quantiles(one, n=20)[-1]
        sys.stdout.write(
            f"{name:<14}{size:>9}{(loaded - began) / seconds:>9.0f}{statistics.median(one):>8.1f} ms"
            f"{p95:>8.1f} ms{statistics.median(article):>10.1f} ms{_memory():>6} MB\n"
        )
        sys.stdout.flush()


def _milliseconds(store: EvidenceStore, queries: Sequence[Query]) -> float:
    start = time.perf_counter()
    store.search(queries, 50)
    return 1000 * (time.perf_counter() - start)


def _memory() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _batches(chance: np.random.Generator, start: int, stop: int) -> Iterator[list[Document]]:
    for first in range(start, stop, _BATCH):
        count = min(_BATCH, stop - first)
        bags, vectors = _bags(chance, count, _CLAIM + _TEXT), _units(chance, count)
        yield [
            _document(first + n, bag, vector)
            for n, (bag, vector) in enumerate(zip(bags, vectors, strict=True))
        ]


def _document(number: int, words: Sequence[str], vector: Vectors) -> Document:
    claim, text = words[:_CLAIM], words[_CLAIM:]
    item = Evidence(
        id=f"item-{number}",
        kind=EvidenceKind.FACT_CHECK,
        claim=" ".join(claim),
        text=" ".join(text),
    )
    half = len(" ".join(text[: _TEXT // 2]))
    passages = [
        Passage(0, half, item.text[:half], text[: _TEXT // 2]),
        Passage(half + 1, len(item.text), item.text[half + 1 :], text[_TEXT // 2 :]),
    ]
    return Document(item, claim, claim[:4], text, vector, passages)


def _queries(chance: np.random.Generator, count: int) -> list[Query]:
    return [
        Query(bag, vector)
        for bag, vector in zip(_bags(chance, count, _CLAIM), _units(chance, count), strict=True)
    ]


def _bags(chance: np.random.Generator, count: int, length: int) -> list[list[str]]:
    """Words by Zipf's law; the hundred commonest are what an analysis drops as stop words."""
    ranks = np.exp(chance.uniform(np.log(100), np.log(_WORDS), (count, length))).astype(int)
    return [[f"w{rank}" for rank in row] for row in ranks.tolist()]


def _units(chance: np.random.Generator, count: int) -> Vectors:
    vectors = chance.standard_normal((count, DIMENSIONS)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
