"""What was changed between the words said and the words quoted, and whether that changes what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rapidfuzz.distance import Indel

from schemas.quotation import DiffKind, DiffPart
from services.match.quotation_align import Piece
from services.match.quotation_marks import Quoted
from services.match.quotation_words import LIGHT, Word, is_figure
from services.match.wordlists import words

_REACH = (
    4  # words before and after a piece in which the quotation's first and last word are looked for
)
_REPLY = 6  # words of a sentence like "That is not true", which speaks of the one before
_LARGE = 60_000  # pairs of words above which the faster aligner is used

_NEGATIONS = words(
    "not no never nobody none nothing nor neither without hardly barely scarcely cannot"
)
_MODALS = words("may might could can must should shall will would cannot")
_CONDITIONS = words("if unless until provided except only")
_SCOPE = words(
    "all every everyone everybody each most many some few several half always often sometimes rarely nearly "
    "almost about approximately roughly around least both either any more less fewer"
)
_HEDGES = words(
    "perhaps maybe possibly probably likely allegedly reportedly apparently believe think hope"
)
_UP = words(
    "rise rises rose risen rising raise raised raises raising increase increases increased increasing grow grows grew "
    "grown growing up higher gain gains gained more support supports supported accept accepted win won open opened "
    "allow allowed better safe safer legal before success strengthen"
)
_DOWN = words(
    "fall falls fell fallen falling cut cuts cutting decrease decreases decreased decreasing shrink shrank shrinking "
    "down lower lowered lowering loss losses lost less fewer oppose opposes opposed reject rejected lose close closed "
    "ban banned forbid worse unsafe dangerous illegal after failure weaken drop dropped"
)
_FILLERS = (
    *(("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of"), ("well",), ("you", "see")),
    *(("like",), ("so",), ("now",), ("look",), ("right",), ("ok",), ("yes",)),
)
_MONEY = (
    ("euro",),
    ("dollar",),
    ("pound",),
)  # said once and meant twice: "two billion euros, and one for roads"
_IDLE: Mapping[DiffKind, tuple[tuple[str, ...], ...]] = {
    DiffKind.SAME: (),
    DiffKind.CHANGED: (),
    DiffKind.ADDED: _MONEY,
    DiffKind.LEFT_OUT: (*_FILLERS, *_MONEY),
}
"""Words that are no difference when one side has them alone."""
_BRANCHES = words("which who whose where because although though and while when as since")
"""Words that begin a part of a sentence which can be left out as a whole."""


class Step(NamedTuple):
    """Words `i` to `i_end` of the quotation for words `j` to `j_end` of the statement."""

    same: bool
    i: int
    i_end: int
    j: int
    j_end: int


def steps(quoted: Sequence[Quoted], piece: Piece) -> list[Step]:
    """The word diff of one piece, without what the statement has before its first and after its last word."""
    ours = [one.key for one in quoted[piece.i : piece.i_end]]
    piece = _widened(piece, ours)
    theirs = piece.spoken.keys[piece.j : piece.j_end]
    made = [
        Step(same, i + piece.i, i_end + piece.i, j + piece.j, j_end + piece.j)
        for same, i, i_end, j, j_end in _joined(_opcodes(ours, theirs), ours)
    ]
    return _ends_fitted(made)


def _widened(piece: Piece, ours: Sequence[str]) -> Piece:
    """The piece with a few words more where the quotation's first or last word stands: "I [don't] believe"."""
    keys = piece.spoken.keys
    before = keys[max(0, piece.j - _REACH) : piece.j]
    after = keys[piece.j_end : piece.j_end + _REACH]
    j, j_end = piece.j, piece.j_end
    if ours and ours[0] in before and keys[j : j + 1] != [ours[0]]:
        j -= before[::-1].index(ours[0]) + 1
    if ours and ours[-1] in after and keys[j_end - 1 : j_end] != [ours[-1]]:
        j_end += after.index(ours[-1]) + 1
    return piece._replace(j=j, j_end=j_end)


def _opcodes(ours: list[str], theirs: list[str]) -> list[Step]:
    if len(ours) * len(theirs) > _LARGE:
        codes = Indel.opcodes(ours, theirs)
        return [
            Step(o.tag == "equal", o.src_start, o.src_end, o.dest_start, o.dest_end) for o in codes
        ]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return [Step(tag == "equal", *rest) for tag, *rest in matcher.get_opcodes()]


def _joined(made: list[Step], ours: Sequence[str]) -> list[Step]:
    """Neighbours that differ as one, and a lone "the" between two changes with them: nobody reads it as kept."""
    kept: list[Step] = []
    for number, each in enumerate(made):
        step = each
        inner = 0 < number < len(made) - 1
        lone = step.same and inner and step.i_end - step.i == 1 and ours[step.i] in LIGHT
        same = step.same and not (
            lone
            and all(
                one.i_end - one.i > 0 and one.j_end - one.j > 0
                for one in (made[number - 1], made[number + 1])
            )
        )
        if kept and not same and not kept[-1].same:
            last = kept.pop()
            step = Step(False, last.i, step.i_end, last.j, step.j_end)
        kept.append(step._replace(same=same))
    return kept


def _ends_fitted(made: list[Step]) -> list[Step]:
    """Without words of the statement that only stand before or after."""
    if made and not made[0].same:
        made[0] = made[0]._replace(j=max(made[0].j, made[0].j_end - (made[0].i_end - made[0].i)))
    if made and not made[-1].same:
        last = made[-1]
        made[-1] = last._replace(j_end=min(last.j_end, last.j + (last.i_end - last.i)))
    return [one for one in made if one.i < one.i_end or one.j < one.j_end]


def to_parts(
    quoted: Sequence[Quoted], piece: Piece, made: Sequence[Step], quotation: str
) -> Iterator[DiffPart]:
    """The diff in the words of both texts. Filler words that the quotation drops are no difference."""
    said_words = piece.spoken.words
    for step in made:
        ours = [one.word for one in quoted[step.i : step.i_end]]
        theirs = said_words[step.j : step.j_end]
        kind = _kind(step)
        if tuple(word.key for word in theirs or ours) in _IDLE[kind]:
            kind = DiffKind.SAME
        declared = kind is not DiffKind.SAME and _declared(quoted, step)
        said = _raw(piece.spoken.text, theirs)
        yield DiffPart(
            kind=kind,
            quoted=_raw(quotation, ours),
            said=said,
            declared=declared,
            alters=None
            if kind is DiffKind.SAME
            else alters(
                [w.key for w in ours],
                [w.key for w in theirs],
                said,
                declared=declared,
                apart=kind is DiffKind.LEFT_OUT and _set_apart(piece.spoken.text, theirs),
            ),
        )


def _kind(step: Step) -> DiffKind:
    if step.same:
        return DiffKind.SAME
    if step.i == step.i_end:
        return DiffKind.LEFT_OUT
    return DiffKind.ADDED if step.j == step.j_end else DiffKind.CHANGED


def _declared(quoted: Sequence[Quoted], step: Step) -> bool:
    """Whether the quotation marks the change: added words stand in brackets, and dots are where words are missing."""
    ours = quoted[step.i : step.i_end]
    if ours:
        return all(one.added for one in ours)
    following = quoted[step.i] if step.i < len(quoted) else None
    before = quoted[step.i - 1] if step.i else None
    return bool(following and (following.after_gap or following.added)) or bool(
        before and before.added
    )


def _raw(text: str, found: Sequence[Word]) -> str:
    return text[found[0].start : found[-1].end] if found else ""


def _set_apart(text: str, left_out: Sequence[Word]) -> bool:
    """Whether what was left out is whole sentences, or stands between dashes or brackets."""
    before = text[: left_out[0].start].rstrip(" \n\"“”‘’'")[-1:]
    after = text[left_out[-1].end :].lstrip(" \"“”‘’'")[:1]
    ends = before in {"", ".", "!", "?"} and after in {"", ".", "!", "?"}
    return ends or (before != "" and before in "—–-(" and after != "" and after in "—–-)")


def alters(
    ours: list[str], theirs: list[str], said: str, *, declared: bool, apart: bool = False
) -> str | None:
    """What a change does to the meaning; none for other words of the same.

    A sentence or a parenthesis that was left out (`apart`) takes no word from what is quoted; without a mark it alters the
    meaning only when it may deny what stands beside it.
    """
    if apart:
        denies = not declared and len(theirs) <= _REPLY and _NEGATIONS & set(theirs)
        return "negation" if denies else None
    if declared and not ours:
        return _hidden(theirs, said)
    for name, holds in _MEANINGS:
        if holds(ours, theirs):
            return name if not declared or name in _GRAVE else None
    return None


def _hidden(theirs: list[str], said: str) -> str | None:
    """What a marked omission hides: "I would … vote for it" where "never" was said.

    An omission of whole sentences, or of a part that hangs on by "which" or "because", is fair.
    """
    inside = said.rstrip(" .!?;")
    if any(mark in inside for mark in ".!?;") or theirs[0] in _BRANCHES:
        return None
    if _NEGATIONS & set(theirs):
        return "negation"
    return "condition" if {"if", "unless"} & set(theirs[:2]) else None


def other_meaning(ours: list[str], theirs: list[str]) -> bool:
    """Whether one side denies what the other says, or has a number that the other has not."""
    figures = {word for word in ours if is_figure(word)}
    return _negated(ours, theirs) or not figures <= set(theirs)


def _negated(ours: list[str], theirs: list[str]) -> bool:
    count = [sum(word in _NEGATIONS for word in side) for side in (ours, theirs)]
    return count[0] % 2 != count[1] % 2


def _numbers(ours: list[str], theirs: list[str]) -> bool:
    return [w for w in ours if is_figure(w)] != [w for w in theirs if is_figure(w)]


def _differ(known: frozenset[str], ours: list[str], theirs: list[str]) -> bool:
    return known & set(ours) != known & set(theirs)


def _turned(ours: list[str], theirs: list[str]) -> bool:
    return bool(_UP & set(ours) and _DOWN & set(theirs))


_MEANINGS = (
    ("negation", _negated),
    ("number", _numbers),
    ("condition", lambda ours, theirs: _differ(_CONDITIONS, ours, theirs)),
    ("certainty", lambda ours, theirs: _differ(_MODALS | _HEDGES, ours, theirs)),
    ("scope", lambda ours, theirs: _differ(_SCOPE, ours, theirs)),
    ("direction", lambda ours, theirs: _turned(ours, theirs) or _turned(theirs, ours)),
)
"""What a change can do, the gravest first, and how it is seen."""
_GRAVE = frozenset({"negation", "direction"})
"""What not even brackets make right."""
