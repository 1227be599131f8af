"""Texts that are long enough to be told, made from words and numbers."""

import random

from services.ingest.item import Item

_STEMS = (
    "harbour",
    "bridge",
    "council",
    "minister",
    "budget",
    "report",
    "winter",
    "school",
    "vote",
)
_ENDS = "abcdefghijklmnopqrstuvwxyz"


def prose(seed: int, words: int = 240) -> str:
    """The same words for the same seed: paragraphs of sentences, hardly any run of which recurs elsewhere."""
    draw = random.Random(seed)
    sentences = []
    for _ in range(words // 12):
        run = [f"{draw.choice(_STEMS)}{draw.choice(_ENDS)}" for _ in range(12)]
        sentences.append(" ".join(run).capitalize() + ".")
    return "\n\n".join(" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4))


def make_item(text: str, source: str = "wire", guid: str = "g", **fields: object) -> Item:
    return Item(**({"source": source, "guid": guid, "text": text, "where": guid} | fields))  # type: ignore[arg-type]
