"""Whether two claims are one claim in other words: for clusters, so a wrong yes costs more than a wrong no."""

import re

from services.match.compare import compare_numbers
from services.match.dates import Day, find_dates
from services.match.grounds import Grounds, grounds_of
from services.match.hedges import Bound, Change
from services.match.number_words import ORDINALS, WORDS
from services.match.numbers import Number
from services.match.opposites import CHANGES, other_event, unlike
from services.match.order import roles_differ
from services.match.statement import Statement
from services.match.synonyms import unmatched
from services.match.wordlists import words

NEAR = 0.8
"""The least cosine at which two claims are compared."""

_SHARED = 0.85
"""The least share of the longer claim's content that stands in the shorter one."""

_FILLER = words(
    "rate number level figure amount there people person overall currently now already approximately "
    "around roughly least some several nearly estimate estimated report reported say said tell claim "
    "add accord according believe also still percent per cent hundred thousand million billion trillion "
    "have contain include january february march april june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday today yesterday dollar euro pound "
    "crown few"
)
"""Words that hedge, tell, or stand again in the figures and dates, which are compared for themselves."""

_FORMS = (
    "s",
    "es",
    "ies",
    "ed",
    "d",
    "ing",
    "n",
    "ns",
    "an",
    "ans",
    "ian",
    "ians",
    "ish",
    "ese",
    "ly",
)
"""What one form of a word has more than another."""

_FIGURES = frozenset({*WORDS, *ORDINALS, "half", "quarter"})  # compared for themselves
_FACTORS = words("double halve triple treble quadruple twice")
_CALENDAR = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|"
    r"Thursday|Friday|Saturday|Sunday)\b"
)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|won['’]t|plan(?:s|ned)? to|is to|are to|(?:is|are) going to|intends? to|(?:is|are) due to)\b",
    re.IGNORECASE,
)
"""What has not come to pass yet: "will rule" is another claim than "ruled"."""

_PLURALS = {"wolf": "wolves", "woman": "women", "man": "men", "child": "children"}

_STEM = 4  # letters that two forms of a word share

_DIRECTIONS = tuple(
    (words(one), words(other))
    for one, other in (
        ("more most above over exceed exceeds", "less least fewer fewest below under"),
        ("before", "after"),
        (
            "up rise rises rose risen increase increases increased grew grown climbed jumped",
            "down fall falls fell fallen drop drops dropped decrease decreased decline declined",
        ),
        ("with", "without"),
        ("inside", "outside"),
        ("first", "last"),
        ("full filled", "empty"),
        ("top", "bottom"),
        ("early", "late behind"),
        ("whether if", "that"),
    )
)
_OWNED = re.compile(r"['’]s\s+([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+")


def same_claim(one: Statement, other: Statement) -> bool:
    """Whether `one` says what `other` says: nothing differs, and one's content stands in the other.

    Two speakers make two claims; a claim that nobody is named for may be anybody's. A figure or a date
    that only one of them gives makes it another claim, as does a word on each side that the other lacks.
    """
    grounds = grounds_of(one, other, background=lambda: other)
    if _against(grounds) or other_event(*grounds.keys) or _is_ahead(one) != _is_ahead(other):
        return False
    return (
        _figures_agree(one, other)
        and _times_agree(one, other)
        and _words_agree(one, other)
        and not roles_differ(one, other, _content(one) & _content(other), _one_word)
        and not _directions_differ(one, other)
    )


def _is_ahead(statement: Statement) -> bool:
    return _AHEAD.search(statement.text) is not None


def speaks_against(one: Statement, other: Statement) -> bool:
    """Whether two near claims cannot be one: other speakers, figures, dates or polarity, either way round."""
    return _against(grounds_of(one, other, background=lambda: other)) or _against(
        grounds_of(other, one, background=lambda: one)
    )


def _against(grounds: Grounds) -> bool:
    return grounds.comparison.speaker is False or bool(grounds.slots) or grounds.polarity_differs


def _content(statement: Statement) -> frozenset[str]:
    terms = frozenset[str]().union(*(one.terms for one in statement.clauses))
    return frozenset(term for term in terms - _FILLER - _FIGURES if not term[0].isdigit())


def _words_agree(one: Statement, other: Statement) -> bool:
    mine, its = _content(one), _content(other)
    left = unmatched(unlike(_lacking(mine, its), its), its)
    its_left = unmatched(unlike(_lacking(its, mine), mine), mine)
    if not mine or not its or (left and its_left) or _FACTORS & (left | its_left):
        return False
    if _anothers(left, one) or _anothers(its_left, other):
        return False
    return 1 - max(len(left) / len(mine), len(its_left) / len(its)) >= _SHARED


def _lacking(terms: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The terms that no other one is a form of; stricter than for ranking: Ravensford is not Ravensmoor."""
    return frozenset(
        term for term in terms - others if not any(_one_word(term, other) for other in others)
    )


def _one_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if long in (short, f"{short}s", f"{short}es", _PLURALS.get(short)):
        return True
    stems = (short, short[:-1]) if short[-1] in "aey" else (short,)
    return any(
        len(stem) >= _STEM and long.startswith(stem) and long[len(stem) :] in _FORMS
        for stem in stems
    )


def _figures_agree(one: Statement, other: Statement) -> bool:
    if compare_numbers(one.numbers, other.numbers)[0] is False:
        return False
    moving = bool(CHANGES & (_content(one) | _content(other)))
    return all(
        any(_equal(mine, its, moving=moving) for its in theirs)
        for ours, theirs in ((one.numbers, other.numbers), (other.numbers, one.numbers))
        for mine in ours
    )


def _equal(mine: Number, its: Number, *, moving: bool) -> bool:
    if moving and (mine.change is Change.TO) != (its.change is Change.TO):
        return False  # "fell 18%" is by how much, "fell to 18%" is how far
    # What bounds them is compared by its words: "under twelve" and "under ten" are two figures.
    plain, other = (one._replace(bound=Bound.NONE) for one in (mine, its))
    return plain.same(other) and not plain.kinds_differ(other)


def _times_agree(one: Statement, other: Statement) -> bool:
    """Whether every time that one names, also one to measure by, is one that the other names."""
    ours, theirs = _times(one), _times(other)
    named = frozenset(_CALENDAR.findall(one.text)) != frozenset(_CALENDAR.findall(other.text))
    if named and not (one.resolved or other.resolved):
        return False
    return all(any(day.fits(its) for its in theirs) for day in ours) and all(
        any(day.fits(its) for its in ours) for day in theirs
    )


def _times(statement: Statement) -> list[Day]:
    told = [found.day for found in find_dates(statement.text)]
    return [*told, *statement.resolved]


def _directions_differ(one: Statement, other: Statement) -> bool:
    """Whether one says more where the other says less, or before for after: words that the index leaves out."""
    mine, its = (frozenset(_WORD.findall(side.text.lower())) for side in (one, other))
    return any(
        (here & mine and there & its and not (here & its and there & mine))
        for pair in _DIRECTIONS
        for here, there in (pair, pair[::-1])
    )


def _anothers(left: frozenset[str], statement: Statement) -> bool:
    """Whether a word that only this one has is somebody's: "the mayor's brother" is not the mayor."""
    owned = [found.lower() for found in _OWNED.findall(statement.text)]
    return any(_one_word(term, word) for term in left for word in owned)
