"""Words that turn a statement round, and words that make it one about another event."""

from collections.abc import Mapping

from services.match.aliases import akin

# Each line: words of one meaning against words of the opposite one.
_CONVERSE = (
    ("rise increase grow climb gain higher jump", "fall decrease shrink drop decline lower lose"),
    ("win", "lose"),
    ("high highest most large largest", "low lowest least small smallest"),
    ("more", "fewer less"),
    ("safe", "unsafe dangerous"),
    ("legal lawful", "illegal unlawful"),
    ("online", "offline"),
)
_OTHER = (
    ("begin start open", "end finish close complete stop"),
    ("join enter", "leave quit withdraw"),
    ("export", "import"),
    ("birth bear born", "death die"),
    ("adopt sign", "ratify apply force effect"),
    ("arrive", "depart"),
    ("revenue income", "profit spend cost"),
    ("case infection", "death die"),
    ("man male", "woman female"),
    ("buy", "sell"),
)


def _pairs(lines: tuple[tuple[str, str], ...]) -> Mapping[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for one, other in lines:
        for these, those in ((one.split(), other.split()), (other.split(), one.split())):
            for word in these:
                table[word] = table.get(word, frozenset()) | frozenset(those)
    return table


_TURNS, _EVENTS = _pairs(_CONVERSE), _pairs(_OTHER)


CHANGES = frozenset(f"{_CONVERSE[0][0]} {_CONVERSE[0][1]}".split())
"""Words that say that something moved."""

_MEANING: Mapping[str, frozenset[str]] = {
    word: frozenset(side.split())
    for line in (*_CONVERSE, *_OTHER)
    for side in line
    for word in side.split()
}


def turned(ours: frozenset[str], theirs: frozenset[str]) -> tuple[str, str] | None:
    """The words by which one side rises where the other falls."""
    return _opposed(_TURNS, ours, theirs)


def unlike(left: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The terms of `left` that no other one means the same as: "fall" does what "drop" does."""
    return frozenset(
        term
        for term in left
        if not any(akin(other, word) for word in _MEANING.get(term, ()) for other in others)
    )


def other_event(
    ours: frozenset[str], theirs: frozenset[str], beside: frozenset[str] = frozenset()
) -> tuple[str, str] | None:
    """Two words of two different events in one story: "began" and "ended".

    None when `beside`, all that the claim says, tells of the other event too: "adopted in May, in force in June".
    """
    found = _opposed(_EVENTS, ours, theirs)
    return None if found and beside & _MEANING[found[1]] else found


def _opposed(
    table: Mapping[str, frozenset[str]], ours: frozenset[str], theirs: frozenset[str]
) -> tuple[str, str] | None:
    for mine in sorted(ours - theirs):
        for its in sorted(table.get(mine, frozenset()) & (theirs - ours)):
            if not any(akin(mine, one) for one in theirs):
                return mine, its
    return None
