"""Numbers with their units in a sentence, and whether two of them can both be right."""

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.match.hedges import Bound, Change, bound, change
from services.match.number_words import FRACTIONS, ORDINALS, SCALES, WORDS
from services.match.units import KINDS, MONEY, counted

_ALTERNATIVES = "|".join(
    word.replace(" ", r"\ ") for word in sorted((*WORDS, *ORDINALS), key=len, reverse=True)
)
_NUMBER = re.compile(
    rf"""(?P<money>[$€£])?\s?
    (?P<figure>(?<![\w.:])(?<![A-Za-z]-)\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![\w.:])(?<![A-Za-z]-)\d{{1,15}}(?:\.\d{{1,9}})?|\b(?:{_ALTERNATIVES})\b)
    (?P<ordinal>(?:st|nd|rd|th)\b)?
    (?P<scale>[\s-]?(?:hundred|thousand|millions?|billions?|trillions?|bn|mn|tn|[kmb](?=\b))\b)?
    (?P<percent>\s?%|[\s-]per\ ?cent\b)?(?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FRACTION = re.compile(
    rf"\b({'|'.join(name.replace(' ', '[ -]') for name in FRACTIONS)})\b|"
    rf"\b({'|'.join(WORDS)}|\d{{1,3}}) (?:out of|in) (?:every )?({'|'.join(WORDS)}|\d{{1,3}})\b",
    re.IGNORECASE,
)
_ANY = re.compile(
    rf"\d|\b(?:{_ALTERNATIVES}|half|quarters?|thirds?|every|tens|dozens|hundreds|thousands|millions|billions)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:])(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?:\.\d+)?(?![\w:])|"
    r"(?<![\w.])(?P<hours>\d{1,2}) hours?(?:,? (?:and )?(?P<minutes>\d{1,2}) minutes?)?"
    r"(?:,? (?:and )?(?P<seconds>\d{1,2}) seconds?)?\b",
    re.IGNORECASE,
)
_TENS = {
    "tens": 1e1,
    "dozens": 1e1,
    "hundreds": 1e2,
    "thousands": 1e3,
    "millions": 1e6,
    "billions": 1e9,
}
_VAGUE = re.compile(
    r"\b(tens|dozens|hundreds|thousands|millions|billions)(?: of (thousands|millions|billions))?"
    r"(?= of\b)",
    re.IGNORECASE,
)
_FIGURE = r"\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,4})?"
_SCALE = "hundred|thousand|million|billion|trillion"
_BETWEEN = re.compile(
    rf"(?:\bbetween |(?<![\w.,-])(?<!from ))(?P<low>{_FIGURE})(?: (?P<lowscale>{_SCALE}))?"
    rf"(?: (?:and|to) |[-–])(?P<high>{_FIGURE})(?: (?P<highscale>{_SCALE}))?(?P<percent> ?%| per ?cent\b)?"
    r"(?![\w-])",
    re.IGNORECASE,
)
_NO_FIGURE = re.compile(
    r"\bfirst(?= (?:time|thing|of all)\b)|\bfirst(?=\s*(?:[.,;:!?\"'”’)]|$|(?:out|and|but|because|when)\b))|\bat (?:first|once)\b|"
    r"\b(?:if|no|any|every|each|this|that|which|the|as|some|another) one\b(?! (?:hundred|thousand|million|billion|in\b|of\b))|"
    r"\bone (?:can|could|may|might|must|should|would|has to|leaves|thinks|says|looks|another)\b|"
    r"(?<![\w.–-])\d{1,2}[-–]\d{1,2}(?! ?(?:%|per ?cent|years?|days?|weeks?|months?|hours?|minutes?|people|[kmb]\b|"
    r"hundred|thousand|million|billion))(?![\w.–-])",
    re.IGNORECASE,
)
"""What looks like a figure and counts nothing: "for the first time", "if one looks", the 1-0 of a match."""
_LONGEST = 4_000  # characters that are searched: a claim is a sentence or two

ROUNDING = 0.1
"""The most that rounding may change a figure, as a share of it."""

PLAUSIBLE = 0.25
"""How far from its figure "more than" or "at most" is still said, as a share of it."""


class Number(NamedTuple):
    """A figure. `units` holds `%`, `ordinal`, `clock`, a currency, or the words that are counted.

    `step` is the worth of its last digit that is not a rounding zero: 10,000 in "50,000", 0.1 in "7.8".
    `top` is the upper end of a span ("tens of thousands"), whose lower end is `value`.
    """

    value: float
    units: frozenset[str]
    text: str
    step: float
    bound: Bound = Bound.NONE
    change: Change | None = None
    top: float | None = None

    def same(self, other: "Number") -> bool:
        """Whether one may be the other, rounded: "9 centimetres" and 9.4, but not 421 and 424.6.

        "More than 50,000" is 53,000 in other words, but not 90,000: nobody would put it so.
        """
        if _is_plain(self) and _is_plain(other):
            return _rounded(self, other)
        (low, high), (its_low, its_high) = _near(self), _near(other)
        return low <= its_high and its_low <= high

    def differs(self, other: "Number") -> bool:
        """Whether both cannot be right. "More than 50,000" and 90,000 are neither the same nor this."""
        if _is_plain(self) and _is_plain(other):
            return not _rounded(self, other)
        (low, high), (its_low, its_high) = _allowed(self), _allowed(other)
        return not (low <= its_high and its_low <= high)

    def comparable(self, other: "Number") -> bool:
        """Whether both measure the same thing, as far as their units say; a bare figure may be anything."""
        return not self.kinds_differ(other) and (
            bool(self.units & other.units) or not (self.units and other.units)
        )

    def alike(self, other: "Number") -> bool:
        """Whether both name the same unit."""
        return bool(self.units & other.units) and not self.kinds_differ(other)

    def kinds_differ(self, other: "Number") -> bool:
        """Whether one is a share, a rank, a time or money, and the other is not; or one a change."""
        if self.change and other.change and self.change is not other.change:
            return True
        return self.units & KINDS != other.units & KINDS


def _is_plain(one: Number) -> bool:
    return one.bound is Bound.NONE and one.top is None


def _rounded(one: Number, other: Number) -> bool:
    apart = abs(one.value - other.value)
    largest = max(abs(one.value), abs(other.value))
    return apart <= min(max(one.step, other.step) / 2, ROUNDING * largest) + 1e-9 * largest


def _near(one: Number) -> tuple[float, float]:
    """The values that somebody who says this has in mind."""
    low, high = _allowed(one)
    return max(low, one.value * (1 - PLAUSIBLE)), min(high, _end(one) * (1 + PLAUSIBLE))


def _allowed(one: Number) -> tuple[float, float]:
    """The values that the words allow."""
    if one.bound is Bound.ABOVE:
        return one.value, math.inf
    if one.bound is Bound.BELOW:
        return -math.inf, _end(one)
    slack = 1e-9 * abs(one.value)
    return one.value - slack, _end(one) + slack


def _end(one: Number) -> float:
    return one.value if one.top is None else one.top


def find_numbers(text: str, taken: list[tuple[int, int]]) -> list[Number]:
    """The numbers of `text` in reading order, except within the spans `taken` by dates."""
    text = text[:_LONGEST]
    if not _ANY.search(text):
        return []
    numbers: list[tuple[int, Number]] = []
    taken = [*taken, *(found.span() for found in _NO_FIGURE.finditer(text))]
    for pattern, read in _READERS:
        for found in pattern.finditer(text):
            free = not any(_overlaps(found.span(), span) for span in taken)
            number = read(text, found) if free else None
            if number:
                taken.append(found.span())
                numbers.append((found.start(), number))
    numbers += [
        (found.start(), _number(text, found))
        for found in _NUMBER.finditer(text)
        if not any(_overlaps(found.span("figure"), span) for span in taken)
    ]
    return [
        number._replace(bound=bound(text, start), change=change(text, start))
        for start, number in sorted(numbers, key=lambda pair: pair[0])
    ]


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _clock(_: str, found: re.Match[str]) -> Number | None:
    """A time that something took, in seconds."""
    hours, minutes, seconds = (
        int(found[short] or found[long] or 0)
        for short, long in (("h", "hours"), ("m", "minutes"), ("s", "seconds"))
    )
    total = float(3600 * hours + 60 * minutes + seconds)
    return Number(total, frozenset({"clock"}), found[0].strip(), 1.0)


def _share(_: str, found: re.Match[str]) -> Number | None:
    """A fraction as per cent."""
    if found[1]:
        share = FRACTIONS[found[1].lower().replace("-", " ")]
    else:
        part, whole = _plain(found[2]), _plain(found[3])
        if not 0 < part <= whole:
            return None
        share = 100 * part / whole
    return Number(share, frozenset({"%"}), found[0].strip(), 5.0)


def _plain(figure: str) -> float:
    figure = figure.lower()
    return WORDS.get(figure) or ORDINALS.get(figure) or float(figure.replace(",", "") or 0)


def _number(text: str, found: re.Match[str]) -> Number:
    figure = found["figure"].lower()
    value = 0.0 if figure == "zero" else _plain(figure)
    scale = SCALES[found["scale"].strip(" -\t\n").lower()] if found["scale"] else 1.0
    return Number(value * scale, _units(text, found), found[0].strip(), _step(figure) * scale)


def _step(figure: str) -> float:
    whole, point, decimals = figure.replace(",", "").partition(".")
    if point:
        return 10.0 ** -len(decimals)
    if not whole.isdigit():
        return 1.0
    return 10.0 ** (len(whole) - len(whole.rstrip("0") or whole))


def _units(text: str, found: re.Match[str]) -> frozenset[str]:
    if found["percent"]:
        return frozenset({"%"})
    if found["money"]:
        return frozenset({MONEY[found["money"]]})
    if found["ordinal"] or found["figure"].lower() in ORDINALS:
        return frozenset({"ordinal"})
    return counted(text, found.end())


def _tens(text: str, found: re.Match[str]) -> Number:
    """Vague figures like "tens of thousands": from two tens to the next power, which is what people mean by it."""
    low = _TENS[found[1].lower()] * (SCALES[found[2].lower().rstrip("s")] if found[2] else 1.0)
    return Number(2 * low, counted(text, found.end()), found[0], low, top=10 * low)


def _between(text: str, found: re.Match[str]) -> Number | None:
    """A span of figures: "between 40 and 50 people", "40 to 50 per cent"."""
    low, high = _plain(found["low"]), _plain(found["high"])
    low_scale = found["lowscale"] or found["highscale"]
    low *= SCALES[low_scale.lower()] if low_scale else 1.0
    high *= SCALES[found["highscale"].lower()] if found["highscale"] else 1.0
    if not low < high:
        return None
    units = frozenset({"%"}) if found["percent"] else counted(text, found.end())
    return Number(low, units, found[0].strip(), _step(found["low"]), top=high)


_READERS: Sequence[tuple[re.Pattern[str], Callable[[str, re.Match[str]], Number | None]]] = (
    (_CLOCK, _clock),
    (_BETWEEN, _between),
    (_VAGUE, _tens),
    (_FRACTION, _share),
)
