"""Queries as people write them, in Lucene's syntax, read by luqum.

Words side by side must all occur. What Lucene reads otherwise than it looks is refused with its place and
the remedy: AND beside OR without brackets, an exclusion with nothing to exclude from.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse as read

from services.alert import query as nodes
from services.alert.document import FIELDS, TEXT, Sort
from services.alert.query import Query
from services.alert.words import fold
from services.runtime.errors import UserError

MAX_QUERY = 2_000
MAX_TERMS = 50
MAX_DEPTH = 20
LEAST_PREFIX = 2
"""Characters before a wildcard: with fewer it would stand for half the language."""

_QUOTES = str.maketrans("“”„‟«»", '""""""')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_PLACE = re.compile(r"position (\d+)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$")


class QueryError(UserError):
    """The query cannot be read; `position` counts characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"query, position {position}: {message}")
        self.text, self.position = message, position


def parse(query: str) -> Query:
    """Read a query. Raises QueryError with the position and the remedy."""
    if len(query) > MAX_QUERY:
        raise QueryError(f"longer than {MAX_QUERY:,} characters", MAX_QUERY + 1)
    if not query.strip():
        raise QueryError("it needs at least one word that must occur", 1)
    if unreadable := _UNREADABLE.search(query):
        raise QueryError("a character that no text holds; leave it out", unreadable.start() + 1)
    text = query.translate(_QUOTES)
    _check_pairs(text)
    try:
        found = read(text)
    except ParseError as error:
        place = _PLACE.search(str(error))
        at = int(place[1]) + 1 if place else len(query) + 1
        raise QueryError(_unread(text, at), at) from error
    return _Reader(text).read(found)


def names_field(query: str, field: str) -> bool:
    """Whether a query that `parse` reads names this field."""
    pending: list[tree.Item] = [read(query.translate(_QUOTES))]
    while pending:
        item = pending.pop()
        if isinstance(item, tree.SearchField) and item.name == field:
            return True
        pending.extend(item.children)
    return False


def _check_pairs(text: str) -> None:
    """Raise QueryError for a quotation mark or bracket without its partner, where it stands."""
    quoted: int | None = None
    opened: list[int] = []
    for at, character in _plain(text):
        if quoted is not None:
            quoted = None if character == '"' else quoted
        elif character == '"':
            quoted = at
        elif character == "(":
            opened.append(at)
            if len(opened) > MAX_DEPTH:
                raise QueryError(f"more than {MAX_DEPTH} brackets inside each other", at + 1)
        elif character == ")":
            if not opened:
                raise QueryError("this bracket was never opened; put a ( before it", at + 1)
            opened.pop()
    if quoted is not None:
        raise QueryError('this quotation mark is never closed; add a "', quoted + 1)
    if opened:
        raise QueryError("this bracket is never closed; add a )", opened[-1] + 1)


def _plain(text: str) -> list[tuple[int, str]]:
    """Each character that is not escaped, with its place."""
    kept, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        kept.append((at, text[at]))
        at += 1
    return kept


def _unread(text: str, at: int) -> str:
    if at > len(text):
        return "something is missing at the end"
    return (
        f"{text[at - 1]!r} cannot stand here; put the words in quotation marks, or a \\ before a sign "
        "that is meant as such"
    )


class _Reader:
    """One query from luqum's tree to ours."""

    def __init__(self, text: str) -> None:
        self._text, self._terms = text, 0

    def read(self, item: tree.Item) -> Query:
        if isinstance(item, tree.Not | tree.Prohibit):
            raise self._error(item, "it needs at least one word that must occur")
        return self._node(item, TEXT)

    # Structure

    def _node(self, item: tree.Item, field: str) -> Query:
        for kind, reader in self._STRUCTURE.items():
            if isinstance(item, kind):
                return reader(self, item, field)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._error(item, f"more than {MAX_TERMS} words")
        for kind, reader in self._TERMS.items():
            if isinstance(item, kind):
                return reader(self, item, field)
        raise self._error(item, f"{type(item).__name__.lower()} is not understood here")

    def _all(self, item: tree.BaseOperation, field: str) -> Query:
        required: list[Query] = []
        excluded: list[Query] = []
        for part in self._flat(item):
            if isinstance(part, tree.OrOperation):
                raise self._two_ways(part)
            if isinstance(part, tree.Not | tree.Prohibit):
                excluded.append(self._node(part.a, field))
            else:
                required.append(self._node(part, field))
        if not required:
            raise self._error(item, "it needs at least one word that must occur")
        return (
            required[0]
            if len(required) == 1 and not excluded
            else nodes.All(tuple(required), tuple(excluded))
        )

    def _flat(self, item: tree.Item) -> list[tree.Item]:
        """The parts of words side by side and of AND, which mean the same."""
        if not isinstance(item, tree.AndOperation | tree.UnknownOperation):
            return [item]
        return [part for operand in item.operands for part in self._flat(operand)]

    def _any(self, item: tree.OrOperation, field: str) -> Query:
        for part in item.operands:
            if isinstance(part, tree.AndOperation | tree.UnknownOperation):
                raise self._two_ways(part)
            if isinstance(part, tree.Not | tree.Prohibit | tree.Plus):
                raise self._error(part, "an exclusion or + cannot be one of several choices")
        return nodes.Any(tuple(self._node(part, field) for part in item.operands))

    def _inner(self, item: tree.BaseGroup | tree.Plus, field: str) -> Query:
        inner = item.expr if isinstance(item, tree.BaseGroup) else item.a
        if isinstance(inner, tree.Not | tree.Prohibit):
            raise self._error(
                inner, "nothing is left to exclude from; put it beside what must occur"
            )
        return self._node(inner, field)

    def _field(self, item: tree.SearchField, field: str) -> Query:
        if field != TEXT:
            raise self._error(item, f"a field inside the field {field!r}; close its bracket first")
        if item.name not in FIELDS:
            raise self._error(
                item,
                f"there is no field {item.name!r}; there are {', '.join(FIELDS)}; "
                'put the words in quotation marks if ":" belongs to them',
            )
        if isinstance(item.expr, tree.Not | tree.Prohibit | tree.Plus):
            raise self._error(item, f"put the sign before the field: -{item.name}:…")
        return self._node(item.expr, item.name)

    def _no_boost(self, item: tree.Boost, _field: str) -> Query:
        raise self._error(item, "^ weighs words in a ranking, and alerts have none; leave it out")

    def _no_pattern(self, item: tree.Regex, _field: str) -> Query:
        raise self._error(item, "patterns between / are not understood; * and ? are, within a word")

    # Terms

    def _word(self, item: tree.Word, field: str) -> Query:
        if item.value == "*" and field != TEXT:
            return nodes.Present(f"{field}:*", field)
        if FIELDS[field][0] is not Sort.WORDS:
            return self._bounded(item, field, item, item, (True, True))
        if item.has_wildcard():
            return self._wildcard(item, field)
        return self._row(item, field, item.value)

    def _phrase(self, item: tree.Phrase, field: str) -> Query:
        if FIELDS[field][0] is not Sort.WORDS:
            return self._bounded(item, field, item, item, (True, True))
        return self._row(item, field, item.value[1:-1])

    def _row(self, item: tree.Item, field: str, value: str) -> nodes.Row:
        if '"' in _ESCAPED.sub("", value):
            raise self._error(item, "a quotation mark within a word; put a space before it")
        shown = _unescaped(value)
        words = tuple(fold(shown))
        if not words:
            raise self._error(item, f"{shown!r} has no letter or digit to look for")
        return nodes.Row(shown, field, words)

    def _wildcard(self, item: tree.Word, field: str) -> Query:
        shown = str(item.value)
        if "\\" in shown:
            raise self._error(item, "a \\ beside * or ? in one word can be read two ways")
        parts = re.split(r"([*?])", shown)
        folded = [part if part in {"*", "?"} else "".join(fold(part)) for part in parts]
        if any(len(fold(part)) > 1 for part in parts):
            raise self._error(item, "* and ? work within one word; this is several")
        if len(folded[0]) < LEAST_PREFIX:
            raise self._error(item, f"at least {LEAST_PREFIX} letters must stand before * or ?")
        return nodes.Wildcard(shown, field, "".join(folded), folded[0])

    def _near(self, item: tree.Proximity, field: str) -> Query:
        row = self._phrase(item.term, field)
        if not isinstance(row, nodes.Row) or item.degree != int(item.degree):
            raise self._error(item, "~ with a whole number goes after a phrase of words")
        if len(set(row.words)) != len(row.words):
            raise self._error(item, "~ is not understood after a phrase that repeats a word")
        return nodes.Row(f"{row.shown}", field, row.words, int(item.degree))

    def _fuzzy(self, item: tree.Fuzzy, field: str) -> Query:
        if not isinstance(item.term, tree.Word) or FIELDS[field][0] is not Sort.WORDS:
            raise self._error(item, "~ goes after a word or a phrase")
        row = self._row(item, field, item.term.value)
        implicit = self._text[item.pos : item.pos + item.size].rstrip().endswith("~")
        distance = _auto(row.words[0]) if implicit else item.degree
        if len(row.words) > 1 or distance not in {0, 1, 2}:
            raise self._error(
                item, "~ goes after one word, with 1 or 2 for the letters that may differ"
            )
        if distance == 0:
            return row
        return nodes.Fuzzy(row.shown, field, row.words[0], int(distance))

    def _range(self, item: tree.Range, field: str) -> Query:
        return self._bounded(
            item, field, item.low, item.high, (item.include_low, item.include_high)
        )

    def _from(self, item: tree.From, field: str) -> Query:
        return self._bounded(item, field, item.a, None, (item.include, True))

    def _to(self, item: tree.To, field: str) -> Query:
        return self._bounded(item, field, None, item.a, (True, item.include))

    def _bounded(
        self,
        item: tree.Item,
        field: str,
        low: tree.Item | None,
        high: tree.Item | None,
        closed: tuple[bool, bool],
    ) -> Query:
        sort = FIELDS[field][0]
        if sort is Sort.WORDS:
            numeric = [name for name, (kind, _) in FIELDS.items() if kind is not Sort.WORDS]
            raise self._error(item, f"{field!r} holds words; ranges work in {', '.join(numeric)}")
        span_low = self._bound(low, sort, -math.inf)
        span_high = self._bound(high, sort, math.inf)
        shown = f"{field}:{self._text[item.pos : item.pos + item.size].strip()}"
        return nodes.Between(
            shown,
            field,
            span_low[0] if closed[0] else span_low[1],
            span_high[1] if closed[1] else span_high[0],
            closed,
        )

    def _bound(self, item: tree.Item | None, sort: Sort, open_end: float) -> tuple[float, float]:
        """The first and last number that the words of a bound mean."""
        value = "*" if item is None else _unescaped(str(item.value).strip('"'))
        if value == "*":
            return open_end, open_end
        try:
            return _date(value) if sort is Sort.DATE else (float(value), float(value))
        except ValueError as error:
            wanted = "a day such as 2026-05-31" if sort is Sort.DATE else "a number such as 0.5"
            assert item is not None
            raise self._error(item, f"{value!r} is not {wanted}") from error

    def _two_ways(self, item: tree.BaseOperation) -> QueryError:
        first = item.operands[0]
        return self._error_at(
            first.pos + first.size, "AND and OR side by side can be read two ways: use brackets"
        )

    def _error(self, item: tree.Item, message: str) -> QueryError:
        return self._error_at(item.pos, message)

    def _error_at(self, start: int, message: str) -> QueryError:
        while start < len(self._text) and self._text[start].isspace():
            start += 1
        return QueryError(message, start + 1)

    _STRUCTURE: ClassVar[dict[type, Callable[[Any, Any, str], Query]]] = {
        tree.AndOperation: _all,
        tree.UnknownOperation: _all,
        tree.OrOperation: _any,
        tree.BaseGroup: _inner,
        tree.Plus: _inner,
        tree.SearchField: _field,
    }
    _TERMS: ClassVar[dict[type, Callable[[Any, Any, str], Query]]] = {
        tree.Word: _word,
        tree.Phrase: _phrase,
        tree.Proximity: _near,
        tree.Fuzzy: _fuzzy,
        tree.Range: _range,
        tree.From: _from,
        tree.To: _to,
        tree.Boost: _no_boost,
        tree.Regex: _no_pattern,
    }


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(r"\1", value)


def _auto(word: str) -> int:
    """Letters that may differ when the person does not say, by the word's length (Elasticsearch's AUTO)."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def _date(value: str) -> tuple[float, float]:
    """The first and last moment of a year, month, day or moment, in seconds since 1970."""
    known = _DATE.match(value)
    if known is None:
        moment = datetime.fromisoformat(value)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return at, at
    year, month, day = (int(part) if part else None for part in known.groups())
    assert year is not None
    start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    if day:
        end = start + timedelta(days=1)
    elif month:
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    else:
        end = datetime(year + 1, 1, 1, tzinfo=UTC)
    return start.timestamp(), end.timestamp() - 0.001
