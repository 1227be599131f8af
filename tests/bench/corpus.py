"""Articles for measuring: the demonstration's, varied so that no cache can answer for the work."""

import json
import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[2] / "demo"
_NUMBER = re.compile(r"\b\d{2,3}\b(?![-/.,:]?\d)")


def demo_articles() -> list[dict[str, Any]]:
    """The demonstration's articles in order of their files."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(DEMO.glob("articles/*.json"))]


def articles(count: int) -> Iterator[dict[str, Any]]:
    """`count` articles, each with its own id; from the second round on with other numbers in the text."""
    originals = demo_articles()
    for number, article in enumerate(islice(cycle(originals), count)):
        turn = number // len(originals)
        text = _NUMBER.sub(lambda found, turn=turn: str(int(found[0]) + turn), article["text"])
        yield article | {
            "id": f"bench-{number}",
            "guid": f"bench-{number}",
            "revision": 1,
            "text": text,
        }
