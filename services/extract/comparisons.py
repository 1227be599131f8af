"""Comparison baselines: what a figure is compared with, and on which side of it it lies.

Each cue word has a rule that says whether it compares, and which way; the baseline is what the
parser hangs on the cue, cut where another statement begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from schemas.claim import Comparison, DateMention, Direction, Quantity
from services.extract.comparison_words import (
    CHANGE,
    EARLIER,
    EXCEEDING,
    LEVELS,
    LOWER,
    MEASURED,
    MULTIPLES,
    PERIODS,
)
from services.extract.marks import Marks
from services.extract.ranges import Range, offsets_of
from services.extract.wordlists import word_set

_BACK = 12
"""Tokens before a cue in which its comparative, superlative or change is looked for."""
_LONGEST = 14
"""Tokens of a baseline."""
_STOPS = word_set(', ; : ( ) — – " “ ” but which who')
_BOUNDING = word_set("half double twice a an one two $ £ €")
_ON = {"in": frozenset[str](), "on": EARLIER, "over": word_set("previous prior preceding")}
"""After which prepositions a period is a baseline, and what makes it one."""
_PARTS = word_set("half third quarter fifth tenth dozen hour minute second")
_UNITS_OF_TIME = PERIODS | frozenset(period + "s" for period in PERIODS)


@dataclass(frozen=True)
class _Baseline:
    """`left` is its first token; `holder` the one whose subtree it is."""

    left: int
    holder: Token
    direction: Direction | None


@dataclass(frozen=True)
class _Place:
    """A cue in its claim."""

    cue: Token
    span: Span

    def before(self, count: int = _BACK) -> list[Token]:
        """The tokens of the claim before the cue, the nearest first."""
        doc, low = self.cue.doc, max(self.span.start, self.cue.i - count)
        return [doc[i] for i in range(self.cue.i - 1, low - 1, -1)]

    def after(self, count: int = 1) -> list[Token]:
        """The tokens of the claim after the cue."""
        doc, high = self.cue.doc, min(self.span.end, self.cue.i + 1 + count)
        return [doc[i] for i in range(self.cue.i + 1, high)]


def _than(place: _Place) -> _Baseline | None:
    """Reads "higher than"; not a bound on a number ("more than 300"), nor "rather than"."""
    before, after = place.before(), place.after(3)
    if not before or not after or before[0].lower_ in ("rather", "other"):
        return None
    degree = next((token for token in before if token.tag_ in ("JJR", "RBR")), None)
    if degree is None or (degree == before[0] and _is_number(after, degree)):
        return None
    holder = place.cue if _has_right(place.cue) else place.cue.head
    return _Baseline(place.cue.i + 1, holder, _of_degree(degree))


def _is_number(after: Sequence[Token], degree: Token) -> bool:
    first = after[0]
    if first.like_num or first.is_currency or first.lower_ in ("half", "double", "twice"):
        return True
    if first.lower_ not in ("a", "an") or degree.lower_ not in ("more", "less"):
        return False
    return any(token.lower_ in _UNITS_OF_TIME | _PARTS or token.like_num for token in after[1:])


def _compared(place: _Place) -> _Baseline | None:
    after = place.after()
    if not after or after[0].lower_ not in ("with", "to"):
        return None
    return _Baseline(after[0].i + 1, after[0], _trend(place) or _trend_after(place))


def _against(place: _Place) -> _Baseline | None:
    """Reads "relative to" and "in line with"."""
    after = place.after()
    if not after or after[0].lower_ not in ("with", "to"):
        return None
    if place.cue.lower_ == "line" and place.before(1)[:1] and place.before(1)[0].lower_ != "in":
        return None
    equal = place.cue.lower_ in ("line", "equal")
    direction = Direction.EQUAL if equal else _trend(place)
    return _Baseline(after[0].i + 1, after[0], direction)


def _from(place: _Place) -> _Baseline | None:
    """Reads "up 5% from 2019", "fell from 5 to 4": a figure, a date or a level after a change."""
    end = min(place.cue.right_edge.i - place.cue.i, 8)
    figures = any(
        token.like_num or token.lower_ in LEVELS or token.lower_ in EARLIER
        for token in place.after(end)
    )
    direction = _trend(place) if figures else None
    return _Baseline(place.cue.i + 1, place.cue, direction) if direction is not None else None


def _since(place: _Place) -> _Baseline | None:
    """Reads "the lowest since 2003", "has risen since 2010", "not been this low since"."""
    direction = _superlative(place) or _trend(place) or _this(place)
    if direction is None:
        return None
    holder = place.cue if _has_right(place.cue) else place.cue.head
    return _Baseline(place.cue.i + 1, holder, direction)


def _this(place: _Place) -> Direction | None:
    """Reads "this low", "so many" under a negation."""
    before = place.before()
    for adjective, word in pairwise(before):
        if word.lower_ in ("this", "so", "that") and adjective.pos_ in ("ADJ", "ADV"):
            return _of_degree(adjective)
    return None


def _in_or_on(place: _Place) -> _Baseline | None:
    """Reads "the worst in 40 years", "lowest on record", "up 3% on a year earlier"."""
    after = [token for token in place.after(6) if token.lower_ not in _STOPS]
    if not any(token.lower_ in _UNITS_OF_TIME for token in after):
        return None
    superlative = _superlative(_Place(place.cue, place.span), 7)
    counted = any(
        token.like_num or token.lower_ in ("a", "record", "history", "memory")
        for token in after[:3]
    )
    if superlative is not None and counted:
        return _Baseline(place.cue.i + 1, place.cue, superlative)
    change = (
        _trend(place) if any(token.lower_ in _ON[place.cue.lower_] for token in after) else None
    )
    if change is None:
        return None
    # In "year on year" the period before the cue belongs to it.
    turn = after[0].lower_ == place.before(1)[0].lower_
    return _Baseline(place.cue.i + (-1 if turn else 1), place.cue, change)


def _against_figure(place: _Place) -> _Baseline | None:
    """Reads "30 million, against 45 million the year before"."""
    after = place.after()
    figure = bool(after) and (after[0].like_num or after[0].is_currency)
    return _Baseline(place.cue.i + 1, place.cue, _trend(place)) if figure else None


def _as(place: _Place) -> _Baseline | None:
    """The second "as" of "as many as", or that of "the same as"; no bound and no "as well as"."""
    before, after = place.before(8), place.after()
    if not after or after[0].like_num or after[0].is_currency:
        return None
    first = next((token for token in before if token.lower_ in ("as", "same")), None)
    if first is None:
        return None
    middle = [token for token in before if token.i > first.i]
    if first.lower_ == "as":
        measured = middle and middle[-1].lower_ not in ("well", "long", "soon", "far")
        if not measured or middle[-1].pos_ not in ("ADJ", "ADV"):
            return None
    holder = place.cue if _has_right(place.cue) else place.cue.head
    return _Baseline(place.cue.i + 1, holder, _multiple(first))


def _multiple(first: Token) -> Direction:
    before = [first.doc[i] for i in range(max(0, first.i - 3), first.i)]
    if any(token.dep_ == "neg" for token in before):
        return Direction.BELOW
    found = (MULTIPLES.get(token.lower_) for token in reversed(before))
    return next((one for one in found if one), Direction.EQUAL)


def _multiplied(place: _Place) -> _Baseline | None:
    """Reads "half the size of", "twice the national average", "double that of"."""
    doc, end = place.cue.doc, min(place.span.end, place.cue.i + 7)
    for token in (doc[i] for i in range(place.cue.i + 1, end)):
        if token.lower_ in _STOPS or token.lower_ in ("as", "more", "of") or token.like_num:
            return None
        measure = token.lower_ in MEASURED or token.lower_ == "that"
        below = token.i + 1 < end and doc[token.i + 1].lower_ in ("of", "in")
        if measure and below:
            return _Baseline(token.i + 2, doc[token.i + 1], MULTIPLES[place.cue.lower_])
        if token.lower_ in LEVELS:
            return _Baseline(place.cue.i + 1, token, MULTIPLES[place.cue.lower_])
    return None


def _above(place: _Place) -> _Baseline | None:
    noun = next((child for child in place.cue.rights if child.dep_ == "pobj"), None)
    if noun is None or noun.lower_ not in LEVELS:
        return None
    above = place.cue.lower_ == "above"
    return _Baseline(place.cue.i + 1, place.cue, Direction.ABOVE if above else Direction.BELOW)


def _exceeds(place: _Place) -> _Baseline | None:
    noun = next((child for child in place.cue.rights if child.dep_ == "dobj"), None)
    direction = EXCEEDING.get(place.cue.lemma_)
    figure = noun is not None and (
        noun.lower_ in LEVELS or noun.tag_ == "CD" or "of" in {c.lower_ for c in noun.rights}
    )
    first = noun.left_edge if noun is not None else place.cue
    if noun is None or not figure or direction is None or first.like_num or first.is_currency:
        return None
    return _Baseline(first.i, noun, direction)


def _has_right(token: Token) -> bool:
    return token.n_rights > 0


def _of_degree(token: Token) -> Direction:
    return Direction.BELOW if token.lower_ in LOWER else Direction.ABOVE


def _superlative(place: _Place, count: int = 9) -> Direction | None:
    found = (
        token
        for token in place.before(count)
        if token.tag_ in ("JJS", "RBS") and not _means_majority(token)
    )
    return next((_of_degree(token) for token in found), None)


def _means_majority(word: Token) -> bool:
    """Whether "most" without an article only says how many ("in most polls since")."""
    return (
        word.lower_ == "most" and word.i > 0 and word.nbor(-1).lower_ not in ("the", "its", "their")
    )


def _trend(place: _Place) -> Direction | None:
    """The nearest change or comparative before the cue."""
    for token in place.before():
        if token.tag_ in ("JJR", "RBR"):
            if _bounds(token):
                continue
            return _of_degree(token)
        direction = CHANGE.get(token.lemma_.lower())
        if direction is not None and token.pos_ != "ADP":
            return direction
        if direction is not None and token.lower_ in ("up", "down"):
            return direction
    return None


def _bounds(degree: Token) -> bool:
    """Whether a comparative only bounds a number ("more than 60 per cent")."""
    after = degree.doc[degree.i + 1 : degree.i + 3]
    return (
        len(after) == 2
        and after[0].lower_ == "than"
        and (after[1].like_num or after[1].is_currency)
    )


def _trend_after(place: _Place) -> Direction | None:
    """The change that a claim opening with "compared with last year" tells after it."""
    if place.cue.i > place.span.start + 1:
        return None
    changes = (CHANGE.get(token.lemma_.lower()) for token in place.span if token.i > place.cue.i)
    return next((one for one in changes if one), None)


_RULES: dict[str, Callable[[_Place], _Baseline | None]] = {
    "than": _than,
    "compared": _compared,
    "comparison": _compared,
    "relative": _against,
    "line": _against,
    "equal": _against,
    "from": _from,
    "since": _since,
    "in": _in_or_on,
    "on": _in_or_on,
    "over": _in_or_on,
    "against": _against_figure,
    "as": _as,
    "above": _above,
    "below": _above,
}
_RULES |= dict.fromkeys(MULTIPLES, _multiplied)
_FORMS = word_set(
    """
    exceed exceeds exceeded surpass surpasses surpassed top tops topped outpaced outnumber outnumbered
    outstripped outperformed beat beats trail trailed match matched matches equalled equaled
    """
)
_RULES |= dict.fromkeys(_FORMS, _exceeds)


class Comparisons:
    """The comparisons of each claim of one document."""

    def __init__(self, doc: Doc) -> None:
        self._marks = Marks(doc, _RULES)
        self._periods = Marks(doc, _UNITS_OF_TIME)

    def of(
        self, span: Span, dates: Sequence[DateMention], quantities: Sequence[Quantity]
    ) -> list[Comparison]:
        """Those of the claim in `span`, which has `dates` and `quantities`; in reading order."""
        found: list[Comparison] = []
        for cue in self._marks.within(span.start, span.end):
            # Most of "in" and "on" stands before no period: not worth a look at the words around.
            if cue.lower_ in _ON and not self._periods.within(cue.i + 1, cue.i + 7):
                continue
            baseline = _RULES[cue.lower_](_Place(cue, span))
            stretch = _stretch(baseline, span) if baseline is not None else None
            if baseline is None or stretch is None:
                continue
            part = span.doc[stretch[0] : stretch[1]]
            if found and part.start_char < found[-1].baseline[1]:
                continue
            found.append(_comparison(cue, part, baseline.direction, dates, quantities))
        return found


def _comparison(
    cue: Token,
    part: Span,
    direction: Direction | None,
    dates: Sequence[DateMention],
    quantities: Sequence[Quantity],
) -> Comparison:
    low, high = offsets_of(part)
    inside = (one for one in quantities if low <= one.span[0] and one.span[1] <= high)
    quantity = next(inside, None)
    return Comparison(
        cue=offsets_of(cue),
        baseline=(low, high),
        text=part.text,
        direction=direction or _by_figures(quantity, quantities, low),
        date=next((d.value for d in dates if low <= d.span[0] and d.span[1] <= high), None),
        quantity=quantity,
    )


def _by_figures(
    baseline: Quantity | None, quantities: Sequence[Quantity], before: int
) -> Direction | None:
    """What the two figures say themselves: "340 ferries, compared with 300"."""
    stated = [one for one in quantities if one.span[1] <= before]
    if baseline is None or not stated or baseline.low is None or stated[-1].high is None:
        return None
    one, other = stated[-1], baseline
    if (
        one.low is None
        or other.high is None
        or (one.unit and other.unit and one.unit != other.unit)
    ):
        return None
    if one.low > other.high:
        return Direction.ABOVE
    return Direction.BELOW if stated[-1].high < baseline.low else None


def _stretch(baseline: _Baseline, span: Span) -> Range | None:
    """The baseline's tokens: to the end of its holder's subtree, cut at a stop or at "to" after "from"."""
    left = baseline.left
    right = min(baseline.holder.right_edge.i + 1, span.end, left + _LONGEST)
    doc = span.doc
    for i in range(left, right):
        token = doc[i]
        went = token.lower_ == "to" and doc[left - 1].lower_ == "from"
        if token.lower_ in _STOPS or went or (token.is_sent_start and i > left):
            right = i
    while right > left and (doc[right - 1].is_punct or doc[right - 1].is_space):
        right -= 1
    if right == left + 1 and doc[left].tag_ == "DT":  # the parser lost what it belongs to
        return None
    return (left, right) if left < right else None
