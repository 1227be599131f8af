"""Extraction against the bare pipeline on the same texts, in turns, so that a drifting machine hits both."""

import statistics
import time
from typing import Any

from services.extract.extraction import Source, extract_all
from services.language.pipeline import load_pipeline
from tests.bench.corpus import articles

ROUNDS = 3


def measure_extraction(count: int) -> dict[str, Any]:
    """Articles and words a second of both, and the median ratio of neighbouring runs."""
    nlp = load_pipeline()
    texts = [article["text"] for article in articles(count)]
    sources = [Source(str(number), text) for number, text in enumerate(texts)]
    words = sum(len(text.split()) for text in texts)
    list(nlp.pipe(texts[:5]))
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(_seconds(lambda: list(nlp.pipe(texts))))
        ours.append(_seconds(lambda: list(extract_all(sources, nlp))))
    ratio = statistics.median(b / o for b, o in zip(bare, ours, strict=True))
    return {
        "articles": count,
        "words": words,
        "articles/s, bare pipeline": round(count / statistics.median(bare), 1),
        "articles/s, extract": round(count / statistics.median(ours), 1),
        "speed against bare (goal 0.7)": round(ratio, 2),
    }


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
