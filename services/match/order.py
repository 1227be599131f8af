"""Whether the same words in another order still say the same: "Lorn attacked Corvia", "Corvia attacked Lorn"."""

import re
from collections.abc import Callable
from typing import NamedTuple

from services.match.dates import find_dates
from services.match.statement import Statement

_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_FRONTED = re.compile(
    rf"^(?:(?:on|in|at|from|since|after|before|between|over|during|last|this|by|every|with)\b[^,]{{2,60}},\s*|"
    rf"(?:on|in|from|since|by|last)\s+(?:(?:the|last|early|late|\d{{1,2}})\s+)*(?:{_MONTH}|{_DAY}|year|month|week|night|summer|winter|spring|"
    rf"autumn|\d{{4}})(?:\s+(?:\d{{4}}|night|morning|evening))?,?\s+)",
    re.IGNORECASE,
)
"""What stands in front of a sentence and tells when or where, not who."""
_DONE = (
    r"\w{2,}ed|\w+(?:wn|ken|ven|ten|len|den|sen)|struck|cut|put|shut|hit|sunk|run|won|lost|made|found|led|sold|bought|"
    r"built|sent|told|held|left|paid|kept|met|caught|brought|taught|thought|shot|hurt|set|spent"
)
_HELPS = r"(?:will|would|has|have|had|must|may|can|could|do|does|did)"
_PASSIVE = re.compile(
    rf"(?:{_HELPS} (?:not )?)?(?:is|are|was|were|be|been|being)(?: to be)? (?:\w+ly |not |never )?(?:{_DONE})\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    rf"\b(?:(?:{_HELPS} (?:not )?)?(?:is|are|was|were|be|been)(?: to be)?(?: (?:\w+ly |not |never )?(?:{_DONE}))?|"
    rf"{_HELPS} (?:not )?\w+|{_DONE}|cuts?|pays?|gives?|takes?|gave|took|rose|fell|grew|went|threw|stole|began|causes?|kills?|holds?|"
    rf"contains?|receives?|gets?|got|makes?|says?|costs?|doubles?|exceeds?|employs?|leads?|beats?|owes?|owns?|loses?|rises?|falls?|"
    rf"signs?|attacks?|supports?|invites?|plans?|drives?|drove|wrote|writes?)\b",
    re.IGNORECASE,
)
_AGENT = re.compile(r"\bby\s+(?!\d|\w+ (?:per ?cent|million|billion))(.+)", re.IGNORECASE)

Same = Callable[[str, str], bool]
"""Whether two words are forms of one."""


def roles_differ(one: Statement, other: Statement, keys: frozenset[str], same: Same) -> bool:
    """Whether the words that both share stand in an order that turns round who does it to whom.

    In one voice, what stands before the verb in one may not stand after it in the other while the reverse holds too.
    Where a verb is not known, a part may stand elsewhere ("in March unemployment fell"), but no two parts may
    change places. Between the voices, who does it must follow "by", or not be named.
    """
    if _crossed(one.text, other.text, keys, same):
        return True
    names = one.names | other.names
    mine, theirs = _figures(one), _figures(other)
    if len(mine) > 1 and len(theirs) > 1:
        # Which figure is whose is told by the order alone.
        named = [
            [key for key in _sequence(side, keys, same) if key in names] for side in (one, other)
        ]
        if mine != theirs or named[0] != named[1]:
            return True
    ours, its = _halves(one.text, keys, same), _halves(other.text, keys, same)
    if ours is None or its is None:
        return not _one_move(_sequence(one, keys, same), _sequence(other, keys, same))
    if ours.passive != its.passive:
        return _turned_voice(*((ours, its) if ours.passive else (its, ours)))
    if ours.agent and its.agent:
        return ours.agent != its.agent
    return _swapped(ours, its, names) or _swapped(its, ours, names)


def _figures(statement: Statement) -> list[str]:
    """The figures in digits, without those of dates."""
    text = statement.text
    for found in reversed(find_dates(text)):
        text = f"{text[: found.span[0]]} {text[found.span[1] :]}"
    return _DIGITS.findall(text)


def _swapped(ours: "_Halves", its: "_Halves", names: frozenset[str]) -> bool:
    """Whether a subject of one is what something is done to in the other, and another one does it there."""
    moved, back = (ours.before - its.before) & its.after, (its.before - ours.before) & ours.after
    return bool(moved and back) or bool(moved & names and its.before & names)


class _Halves(NamedTuple):
    """The shared words before and after the first verb, and those after "by" in the passive."""

    before: frozenset[str]
    after: frozenset[str]
    passive: bool
    agent: frozenset[str]


def _halves(text: str, keys: frozenset[str], same: Same) -> _Halves | None:
    """None when no verb is known, or nothing stands before it. What stands in front, as a date, counts as after."""
    fronted = _FRONTED.match(text)
    body = text[fronted.end() :] if fronted else text
    verb = _VERB.search(body)
    if verb is None:
        return None
    passive = _PASSIVE.match(body, verb.start()) is not None
    rest = body[verb.end() :]
    by = _AGENT.search(rest) if passive else None

    def held(part: str) -> frozenset[str]:
        found = _WORD.findall(part.lower())
        return frozenset(key for key in keys if any(same(word, key) for word in found))

    before = held(body[: verb.start()])
    if not before:
        return None
    front = held(fronted[0]) if fronted else frozenset[str]()
    return _Halves(before, held(rest) | front, passive, held(by[1]) if by else frozenset())


def _turned_voice(passive: _Halves, active: _Halves) -> bool:
    """Whether the active one does not say of its subject what the passive one says after "by".

    What is done to the passive's subject is done to it in the active too, so no word of it may be the active's subject.
    """
    if passive.before & active.before:
        return True
    return not passive.agent & active.before if passive.agent else not passive.before & active.after


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
