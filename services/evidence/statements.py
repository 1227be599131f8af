"""Press releases, transcripts and statements to rows: what the text says of itself, and what a person adds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from services.evidence.line import Line
from services.evidence.words import clean
from services.runtime.ids import stable_id

PART = 200_000
"""Characters of an item: a longer text becomes several, so that all of its passages can be searched."""

LEAST = 40
"""Letters that a text needs to say anything."""

_TITLE = 300  # characters of a first line that can be a title
_KEYS = frozenset(
    [
        "id",
        "kind",
        "title",
        "claim",
        "speaker",
        "publisher",
        "organization",
        "author",
        "date",
        "url",
        "source",
        "language",
        "revision",
        "modified",
        "withdrawn",
    ]
)
_FENCE = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z][A-Za-z _-]{0,30}):[ \t]+(\S.*)")
_MOST_FIELDS = 20
_FRONT = 8_000  # characters in which front matter ends


@dataclass(frozen=True)
class Given:
    """What a person says about texts that do not say it themselves; it wins over what they say."""

    kind: str | None = None
    speaker: str | None = None
    publisher: str | None = None
    date: str | None = None
    title: str | None = None
    url: str | None = None
    language: str | None = None

    def fields(self) -> dict[str, str]:
        """What was given."""
        return {name: value for name, value in asdict(self).items() if value}


NOTHING = Given()
"""Nothing was given."""


def statement(text: str, given: Given, known: Mapping[str, str] | None = None) -> Iterator[Line]:
    """The text as one item, or as several parts when it is longer than PART.

    What it says of itself (`known`, else its front matter) fills what `given` leaves open.
    """
    text = clean(text)
    front, text = ({}, text) if known is not None else front_matter(text)
    if sum(map(str.isalpha, text[: 50 * LEAST])) < LEAST:
        yield Line("1", None, "an item without text: it has hardly a word")
        return
    fields = {"kind": "official statement", **(known or {}), **front, **given.fields()}
    title = fields.get("title") or _first_line(text)
    fields = {**fields, "title": title, "claim": fields.get("claim") or title}
    fields["id"] = fields.get("id") or _make_id(fields)
    parts = list(_parts(text))
    for number, (start, end) in enumerate(parts, start=1):
        row = {**fields, "text": text[start:end]}
        if len(parts) > 1:
            row["id"] = stable_id("ev", "part", fields["id"], number)
            row["claim"] = f"{fields['claim']} (part {number} of {len(parts)})"
            row["title"] = f"{title} (part {number} of {len(parts)})"
        place = f"characters {start}-{end}" if len(parts) > 1 else "1"
        yield Line(place, row, share=end / len(text))


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields before a text and the text after them.

    Either between lines of `---`, or as `Name: value` lines that end at a blank one and are all ours.
    """
    if fence := _FENCE.match(text[:_FRONT]):
        return _fields(fence[1].split("\n")), text[fence.end() :].strip()
    head, gap, _ = text[:_FRONT].partition("\n\n")
    lines = head.split("\n")
    found = _fields(lines)
    if gap and len(found) == len(lines) <= _MOST_FIELDS:
        return found, text[len(head) + len(gap) :].strip()
    return {}, text


def _fields(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        if match := _FIELD.fullmatch(line.strip()):
            name = match[1].strip().lower()
            if name in _KEYS:
                found["url" if name == "source" else name] = match[2].strip().strip("\"'")
    return found


def _first_line(text: str) -> str:
    line = text.split("\n", 1)[0].strip()
    if len(line) <= _TITLE:
        return line
    return line[: line.rfind(" ", _TITLE // 2, _TITLE)] if " " in line[:_TITLE] else line[:_TITLE]


def _make_id(fields: Mapping[str, str]) -> str:
    """One id for all revisions of a text: from its address, or else from who said it, when, under which title."""
    if fields.get("url"):
        return stable_id("ev", "statement", fields["url"])
    names = ("publisher", "speaker", "date", "title")
    return stable_id("ev", "statement", *(fields.get(name, "") for name in names))


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Runs of up to PART characters that end where a paragraph, a line, a sentence or a word does."""
    start = 0
    while len(text) - start > PART:
        middle, limit = start + PART // 2, start + PART
        ends = (text.rfind(mark, middle, limit) for mark in ("\n\n", "\n", ". ", " "))
        end = next((found + 1 for found in ends if found > 0), limit)
        yield start, end
        start = end
    yield start, len(text)
