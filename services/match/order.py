"""Whether the same words in another order still say the same: "Lorn attacked Corvia", "Corvia attacked Lorn"."""

import re
from collections.abc import Callable

from services.match.statement import Statement

_WORD = re.compile(r"[^\W\d_]+")
_DIGITS, _YEAR = re.compile(r"\d+(?:[.,]\d+)*"), re.compile(r"1[5-9]\d\d|20\d\d")
_BY = re.compile(r"\bby\s+(.+)", re.IGNORECASE)

Same = Callable[[str, str], bool]
"""Whether two words are forms of one."""


def roles_differ(one: Statement, other: Statement, keys: frozenset[str], same: Same) -> bool:
    """Whether the words that both share stand in an order that turns round who does it to whom.

    In one voice a part may stand elsewhere ("in March unemployment fell"), but no two parts may change
    places. Between the voices, who does it must follow "by".
    """
    if _crossed(one.text, other.text, keys, same):
        return True
    if one.clauses[0].passive != other.clauses[0].passive:
        active, passive = (other, one) if one.clauses[0].passive else (one, other)
        return not _is_agent(active, passive, same)
    mine, its = _sequence(one, keys, same), _sequence(other, keys, same)
    figures, theirs = _figures(one), _figures(other)
    if len(figures) > 1 and len(theirs) > 1:
        # Which figure is whose is told by the order alone.
        return (mine, figures) != (its, theirs)
    return not _one_move(mine, its)


def _figures(statement: Statement) -> list[str]:
    """The figures in digits, without years."""
    return [one for one in _DIGITS.findall(statement.text) if not _YEAR.fullmatch(one)]


def _sequence(statement: Statement, keys: frozenset[str], same: Same) -> list[str]:
    """The shared words in reading order, each by the key that it is a form of, once."""
    terms = [term for clause in statement.clauses for term in clause.order]
    keyed = (next((key for key in sorted(keys) if same(term, key)), "") for term in terms)
    return [key for key in dict.fromkeys(keyed) if key]


def _one_move(ours: list[str], theirs: list[str]) -> bool:
    """Whether moving one part makes the one order the other."""
    while ours and ours[0] == theirs[0]:
        ours, theirs = ours[1:], theirs[1:]
    while ours and ours[-1] == theirs[-1]:
        ours, theirs = ours[:-1], theirs[:-1]
    return not ours or any(ours[n:] + ours[:n] == theirs for n in range(len(ours)))


def _is_agent(active: Statement, passive: Statement, same: Same) -> bool:
    """Whether the passive one names after "by" who does it in the active one."""
    told = _BY.search(passive.text)
    after = _WORD.findall(told[1].lower()) if told else []
    doers = active.clauses[0].subject
    return any(same(word, key) for word in after for key in doers)


def _crossed(ours: str, theirs: str, keys: frozenset[str], same: Same) -> bool:
    """Whether what stands before "than" in one stands after it in the other, and the other way round."""
    (before, after), (earlier, later) = (_around(text, keys, same) for text in (ours, theirs))
    return bool(before & later and after & earlier)


def _around(text: str, keys: frozenset[str], same: Same) -> tuple[frozenset[str], frozenset[str]]:
    before, than, after = text.lower().partition(" than ")
    held = [
        frozenset(key for key in keys if any(same(word, key) for word in _WORD.findall(part)))
        for part in (before, after)
    ]
    return (held[0], held[1]) if than else (frozenset(), frozenset())
