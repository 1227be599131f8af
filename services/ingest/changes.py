"""What an edit changed, word by word, and whether it touched a quotation or a number."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import LCSseq

from schemas.article import Article, WordChange
from schemas.base import Span

MOST_CHANGES = 40
"""Changes that an event lists; the rest are counted."""

LONGEST = 240
"""Characters of each side of a change."""

MOST_TEXT = 200_000
"""Characters of a text that are compared; an edit after them is a revision without its words."""

_MOST_TOKENS = 4_000  # on a side: comparing costs their product over 64 in time, over 4 in bytes
_MOST_PARAGRAPHS = 4_000
_GAP = 2  # unchanged words between two changes that are told as one
_SHORT = 3  # words: a number put in or taken out by itself, not with a new passage

_TOKEN = re.compile(r"\w+(?:[.,:'’-]\w+)*|[^\w\s]")
_SAME = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"}
    | dict.fromkeys("‐‑–—", "-")
)
_NUMBER = re.compile(
    r"\d|(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?"
    r"|thousands?|millions?|billions?|trillions?|dozens?|half|third|quarter|double|triple)\Z"
)
# "Last updated at 10:45": a line that every edit changes, and that claims nothing.
_STAMP = re.compile(
    r"\W{0,3}(?:last |first )?(?:updated?|published|modified|posted)\b", re.IGNORECASE
)
_LONGEST_STAMP = 100
_QUOTED = re.compile(r'“[^”\n]*”?|„[^“”\n]*[“”]?|«[^»\n]*»?|"[^"\n]*"?')
_PARAGRAPH = re.compile(r"\S[^\n]*")


@dataclass(frozen=True)
class _Token:
    """A word or a mark: `key` is what is compared, so that a curled quotation mark is no edit."""

    key: str
    span: Span


@dataclass(frozen=True)
class _Edit:
    """Tokens [a, b) of the old text that became tokens [c, d) of the new."""

    old: Span
    new: Span


@dataclass(frozen=True)
class Comparison:
    """An article's changes against its revision before: those listed, and how many more there are."""

    changes: list[WordChange]
    omitted: int = 0

    @property
    def alters(self) -> bool:
        """Whether words of a quotation or a number changed."""
        return any(change.quotation or change.number for change in self.changes)


def compare(before: Article, after: Article) -> Comparison:
    """The changes of title, byline and text, in reading order.

    When not all can be listed, those to quotations and numbers go before the others.
    """
    found = [
        *_field("title", before.title, after.title),
        *_field("byline", before.byline or "", after.byline or ""),
        *_field("text", before.text, after.text),
    ]
    if len(found) <= MOST_CHANGES:
        return Comparison(found)
    first = sorted(range(len(found)), key=lambda i: (not _matters(found[i]), i))[:MOST_CHANGES]
    return Comparison([found[i] for i in sorted(first)], len(found) - MOST_CHANGES)


def _matters(change: WordChange) -> bool:
    return change.quotation or change.number


def _field(name: Literal["title", "byline", "text"], old: str, new: str) -> Iterator[WordChange]:
    if old == new:
        return
    sides = _Side.of(old[:MOST_TEXT]), _Side.of(new[:MOST_TEXT])
    for edit in _merged(_edits(*sides)):
        change = _change(name, *sides, edit)
        if change:
            yield change


@dataclass(frozen=True)
class _Side:
    """One of the two texts, in tokens, with its quotations."""

    text: str
    tokens: list[_Token]
    quotations: list[Span]

    @classmethod
    def of(cls, text: str) -> "_Side":
        tokens = [
            _Token(match.group().translate(_SAME).casefold(), match.span())
            for match in _TOKEN.finditer(text)
        ]
        return cls(text, tokens, [match.span() for match in _QUOTED.finditer(text)])

    def span(self, tokens: Span) -> Span:
        """The characters of tokens [a, b); none of them is a point between its neighbours."""
        start, end = tokens
        if start < end:
            return self.tokens[start].span[0], self.tokens[end - 1].span[1]
        at = self.tokens[start - 1].span[1] if start else 0
        return at, at

    def told(self, span: Span) -> str:
        words = self.text[slice(*span)]
        return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"

    def words(self, tokens: Span) -> list[str]:
        keys = (token.key for token in self.tokens[slice(*tokens)])
        return [key for key in keys if key[0].isalnum()]

    def in_stamp(self, span: Span) -> bool:
        start = self.text.rfind("\n", 0, span[0]) + 1
        end = self.text.find("\n", span[1])
        line = self.text[start : len(self.text) if end < 0 else end]
        return len(line) <= _LONGEST_STAMP and _STAMP.match(line) is not None

    def quotation(self, span: Span) -> Span | None:
        """The quotation that `span` lies within."""
        place = bisect_right(self.quotations, (span[0], len(self.text) + 1)) - 1
        if place < 0:
            return None
        start, end = self.quotations[place]
        return (start, end) if start <= span[0] and span[1] <= end and span[0] < end else None


def _change(
    name: Literal["title", "byline", "text"], old: _Side, new: _Side, edit: _Edit
) -> WordChange | None:
    before, after = old.span(edit.old), new.span(edit.new)
    words = old.words(edit.old), new.words(edit.new)
    if words[0] == words[1] and not _marks_matter(old, new, edit):
        return None
    return WordChange(
        field=name,
        span=after,
        before=old.told(before) if edit.old[0] < edit.old[1] else "",
        after=new.told(after) if edit.new[0] < edit.new[1] else "",
        quotation=words[0] != words[1] and _quotation(old, new, before, after),
        number=name != "byline" and _number(*words) and not new.in_stamp(after),
    )


def _marks_matter(old: _Side, new: _Side, edit: _Edit) -> bool:
    """Whether words were put into or taken out of quotation marks."""

    def quotes(side: _Side, span: Span) -> int:
        return sum(token.key == '"' for token in side.tokens[slice(*span)])

    return quotes(old, edit.old) != quotes(new, edit.new)


def _quotation(old: _Side, new: _Side, before: Span, after: Span) -> bool:
    """Whether a quotation that goes on had words changed: a whole new one, or one taken out, is none."""
    was, now = old.quotation(before), new.quotation(after)
    if before[0] < before[1] and after[0] < after[1]:
        return was is not None and now is not None
    inner, part = (was, before) if before[0] < before[1] else (now, after)
    if was is None or now is None or inner is None:
        return False
    return part[0] - inner[0] > 1 or inner[1] - part[1] > 1


def _number(before: Sequence[str], after: Sequence[str]) -> bool:
    one, other = (sorted(filter(_NUMBER.match, words)) for words in (before, after))
    if one == other:
        return False
    replaced = bool(before) and bool(after)
    return (replaced and bool(one)) or len(before) + len(after) <= _SHORT


def _edits(old: _Side, new: _Side) -> Iterator[_Edit]:
    """The differences in order. Long texts are compared by paragraphs first, and within those by words."""
    a, b = [token.key for token in old.tokens], [token.key for token in new.tokens]
    start, stop = _common(a, b)
    left, right = a[start : len(a) - stop], b[start : len(b) - stop]
    if max(len(left), len(right)) <= _MOST_TOKENS:
        yield from _diff(left, right, start, start)
        return
    yield from _by_paragraphs(old, new, (start, len(a) - stop), (start, len(b) - stop))


def _by_paragraphs(old: _Side, new: _Side, a: Span, b: Span) -> Iterator[_Edit]:
    parts = _paragraphs(old, a), _paragraphs(new, b)
    if max(map(len, parts)) > _MOST_PARAGRAPHS:
        yield _Edit(a, b)
        return
    keys = [
        [" ".join(token.key for token in side.tokens[slice(*part)]) for part in of]
        for side, of in zip((old, new), parts, strict=True)
    ]
    for edit in _merged(_diff(keys[0], keys[1], 0, 0), gap=0):
        one, other = (_hull(of, span) for of, span in zip(parts, (edit.old, edit.new), strict=True))
        left, right = (
            [token.key for token in side.tokens[slice(*span)]]
            for side, span in ((old, one), (new, other))
        )
        if min(len(left), len(right)) > 0 and max(len(left), len(right)) <= _MOST_TOKENS:
            yield from _diff(left, right, one[0], other[0])
        else:
            yield _Edit(one, other)


def _paragraphs(side: _Side, tokens: Span) -> list[Span]:
    """Tokens [a, b) cut where paragraphs end."""
    found, start = [], tokens[0]
    for place in range(tokens[0] + 1, tokens[1]):
        if "\n" in side.text[side.tokens[place - 1].span[1] : side.tokens[place].span[0]]:
            found.append((start, place))
            start = place
    return [*found, (start, tokens[1])] if start < tokens[1] else found


def _hull(parts: list[Span], span: Span) -> Span:
    if span[0] < span[1]:
        return parts[span[0]][0], parts[span[1] - 1][1]
    at = parts[span[0] - 1][1] if span[0] else (parts[0][0] if parts else 0)
    return at, at


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many tokens the two begin with, and end with, alike."""
    most = min(len(a), len(b))
    start = next((i for i in range(most) if a[i] != b[i]), most)
    most -= start
    stop = next((i for i in range(most) if a[-1 - i] != b[-1 - i]), most)
    return start, stop


def _diff(a: list[str], b: list[str], at: int, bt: int) -> Iterator[_Edit]:
    for op in LCSseq.opcodes(a, b):
        if op.tag != "equal":
            yield _Edit(
                (at + op.src_start, at + op.src_end), (bt + op.dest_start, bt + op.dest_end)
            )


def _merged(edits: Iterator[_Edit], gap: int = _GAP) -> Iterator[_Edit]:
    """Edits with hardly a word between them as one: what a person would call one change."""
    last: _Edit | None = None
    for edit in edits:
        if last and edit.old[0] - last.old[1] <= gap and edit.new[0] - last.new[1] <= gap:
            last = _Edit((last.old[0], edit.old[1]), (last.new[0], edit.new[1]))
            continue
        if last:
            yield last
        last = edit
    if last:
        yield last
