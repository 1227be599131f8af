"""Saved word queries: all words must occur, "phrases" in one piece, and -excluded ones must not.

The signs and names of Lucene's syntax are refused with their position, so that a query saved today
will mean the same when they are understood.
"""

import re
from dataclasses import dataclass

from services.alert.words import fold
from services.runtime.errors import UserError

MAX_QUERY = 2_000
MAX_TERMS = 50

_TOKEN = re.compile(r'(-?)(?:"([^"]*)("?)|(\S+))\s*')
_OPERATORS = frozenset(("AND", "OR", "NOT", "&&", "||"))
_FIELD = re.compile(r"[A-Za-z_]+:(?!//)")
_SIGNS = re.compile(r"[()\[\]{}*^~\"]")


class QueryError(UserError):
    """The query cannot be read; `position` counts characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"query, position {position}: {message}")
        self.position = position


@dataclass(frozen=True)
class Term:
    """A word, or words that must stand in a row. `shown` is how the person wrote it."""

    shown: str
    words: tuple[str, ...]

    @property
    def needle(self) -> str:
        """How it looks in a field of a `Text`."""
        return f" {' '.join(self.words)} "


@dataclass(frozen=True)
class Query:
    """What must occur and what must not."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...] = ()

    def matches(self, text: "Text") -> bool:
        """Whether every required term is in `text` and no excluded one."""
        return all(term in text for term in self.required) and not any(
            term in text for term in self.excluded
        )


class Text:
    """Fields to search in. A phrase is found within one field, never across two."""

    def __init__(self, fields: list[str]) -> None:
        self._folded = "\n".join(f" {' '.join(fold(field))} " for field in fields)

    def __contains__(self, term: Term) -> bool:
        return term.needle in self._folded


def parse(query: str) -> Query:
    """Read a query. Raises QueryError with the position and the remedy."""
    if len(query) > MAX_QUERY:
        raise QueryError(f"longer than {MAX_QUERY:,} characters", MAX_QUERY + 1)
    terms: dict[bool, list[Term]] = {True: [], False: []}
    place, end = len(query) - len(query.lstrip()), len(query)
    while place < end:
        token = _TOKEN.match(query, place)
        assert token is not None  # the pattern matches wherever something is left
        excluded, term = _term(token)
        terms[excluded].append(term)
        place = token.end()
        if len(terms[True]) + len(terms[False]) > MAX_TERMS:
            raise QueryError(f"more than {MAX_TERMS} words", token.start() + 1)
    if not terms[False]:
        raise QueryError("it needs at least one word that must occur", 1)
    return Query(tuple(terms[False]), tuple(terms[True]))


def _term(token: re.Match[str]) -> tuple[bool, Term]:
    minus, phrase, closed, word = token.groups()
    if phrase is not None and not closed:
        raise QueryError('this quotation mark is never closed; add a "', token.start(2))
    shown = phrase if word is None else word
    start = token.start(4 if phrase is None else 2)
    if word is not None:
        _refuse_syntax(word, start)
    words = tuple(fold(shown))
    if not words:
        raise QueryError(f"{shown!r} has no letter or digit to look for", start + 1)
    return bool(minus), Term(shown, words)


def _refuse_syntax(word: str, start: int) -> None:
    if word in _OPERATORS:
        raise QueryError(
            f"{word} is not understood; words are joined by AND, and - excludes one", start + 1
        )
    if field := _FIELD.match(word):
        raise QueryError(f"fields such as {field[0]!r} are not understood", start + 1)
    if sign := _SIGNS.search(word):
        raise QueryError(
            f"{sign[0]!r} is not understood here; put the words in quotation marks",
            start + sign.start() + 1,
        )
