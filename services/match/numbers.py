"""Numbers with their units in a sentence, and whether two of them can both be right."""

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import NamedTuple

_SCALES: Mapping[str, float] = {
    **dict.fromkeys(("hundred",), 1e2),
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "millions", "mn", "m"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "b"), 1e9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 1e12),
}
_WORDS: Mapping[str, float] = {
    word: float(value)
    for value, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen", "twenty"),
        )
    )
} | {
    word: float(value)
    for word, value in zip(
        ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        range(30, 100, 10),
        strict=True,
    )
}
_ORDINALS: Mapping[str, float] = {
    word: float(value)
    for value, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
            *("ninth", "tenth"),
        ),
        start=1,
    )
}
_FRACTIONS: Mapping[str, float] = {
    "half": 50.0,
    "a third": 100 / 3,
    "one third": 100 / 3,
    "two thirds": 200 / 3,
    "a quarter": 25.0,
    "one quarter": 25.0,
    "three quarters": 75.0,
    "every second": 50.0,
}
_ALTERNATIVES = "|".join(sorted((*_WORDS, *_ORDINALS), key=len, reverse=True))
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
    rf"\b({'|'.join(name.replace(' ', '[ -]') for name in _FRACTIONS)})\b|"
    rf"\b({'|'.join(_WORDS)}|\d{{1,3}}) (?:out of|in) (?:every )?({'|'.join(_WORDS)}|\d{{1,3}})\b",
    re.IGNORECASE,
)
_ANY = re.compile(rf"\d|\b(?:{_ALTERNATIVES}|half|quarters?|thirds?|every)\b", re.IGNORECASE)
_UNIT = re.compile(r"[\s-]*([^\W\d_]+)(?:\s+([^\W\d_]+))?(?:\s+([^\W\d_]+))?")
_MONEY = {"$": "dollar", "€": "euro", "£": "pound"}
_MONEY_WORDS = {"dollar": "dollar", "euro": "euro", "pound": "pound", "crown": "crown"}
_PASSED = frozenset(
    ("more", "new", "people's", "estimated", "of", "the", "a", "an", "other", "or", "and")
)
_ENDS = frozenset(
    [
        "about",
        "above",
        "after",
        "as",
        "at",
        "before",
        "below",
        "between",
        "but",
        "by",
        "during",
        "ever",
        "for",
        "from",
        "had",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "last",
        "less",
        "next",
        "on",
        "over",
        "per",
        "since",
        "so",
        "than",
        "that",
        "then",
        "there",
        "they",
        "this",
        "to",
        "under",
        "until",
        "up",
        "was",
        "were",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "would",
    ]
)
_CLOCK = re.compile(
    r"(?<![\w:])(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?:\.\d+)?(?![\w:])|"
    r"(?<![\w.])(?P<hours>\d{1,2}) hours?(?:,? (?:and )?(?P<minutes>\d{1,2}) minutes?)?"
    r"(?:,? (?:and )?(?P<seconds>\d{1,2}) seconds?)?\b",
    re.IGNORECASE,
)
_LONGEST = 4_000  # characters that are searched: a claim is a sentence or two

ROUNDING = 0.1
"""The most that rounding may change a figure, as a share of it."""


class Number(NamedTuple):
    """A figure. `units` holds `%`, `ordinal`, `clock`, a currency, or the words that are counted.

    `step` is the worth of its last digit that is not a rounding zero: 10,000 in "50,000", 0.1 in "7.8".
    """

    value: float
    units: frozenset[str]
    text: str
    step: float

    def same(self, other: "Number") -> bool:
        """Whether one may be the other, rounded: "9 centimetres" and 9.4, but not 421 and 424.6."""
        apart = abs(self.value - other.value)
        largest = max(abs(self.value), abs(other.value))
        return apart <= min(max(self.step, other.step) / 2, ROUNDING * largest) + 1e-9 * largest

    def comparable(self, other: "Number") -> bool:
        """Whether both measure the same thing, as far as their units say; a bare figure may be anything."""
        return not self.kinds_differ(other) and (
            bool(self.units & other.units) or not (self.units and other.units)
        )

    def alike(self, other: "Number") -> bool:
        """Whether both name the same unit."""
        return bool(self.units & other.units) and not self.kinds_differ(other)

    def kinds_differ(self, other: "Number") -> bool:
        """Whether one is a share, a rank, a time or money, and the other is not."""
        return self.units & _KINDS != other.units & _KINDS


_KINDS = frozenset({"%", "ordinal", "clock", "dollar", "euro", "pound", "crown"})


def find_numbers(text: str, taken: list[tuple[int, int]]) -> list[Number]:
    """The numbers of `text` in reading order, except within the spans `taken` by dates."""
    text = text[:_LONGEST]
    if not _ANY.search(text):
        return []
    numbers: list[tuple[int, Number]] = []
    taken = list(taken)
    for pattern, read in ((_CLOCK, _clock), (_FRACTION, _share)):
        for found in pattern.finditer(text):
            number = None if _overlaps(found.span(), taken) else read(found)
            if number:
                taken.append(found.span())
                numbers.append((found.start(), number))
    numbers += [
        (found.start(), _number(text, found))
        for found in _NUMBER.finditer(text)
        if not _overlaps(found.span("figure"), taken)
    ]
    return [number for _, number in sorted(numbers, key=lambda pair: pair[0])]


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _clock(found: re.Match[str]) -> Number | None:
    """A time that something took, in seconds."""
    hours, minutes, seconds = (
        int(found[short] or found[long] or 0)
        for short, long in (("h", "hours"), ("m", "minutes"), ("s", "seconds"))
    )
    total = float(3600 * hours + 60 * minutes + seconds)
    return Number(total, frozenset({"clock"}), found[0].strip(), 1.0)


def _share(found: re.Match[str]) -> Number | None:
    """A fraction as per cent."""
    if found[1]:
        share = _FRACTIONS[found[1].lower().replace("-", " ")]
    else:
        part, whole = _plain(found[2]), _plain(found[3])
        if not 0 < part <= whole:
            return None
        share = 100 * part / whole
    return Number(share, frozenset({"%"}), found[0].strip(), 5.0)


def _plain(figure: str) -> float:
    figure = figure.lower()
    return _WORDS.get(figure) or _ORDINALS.get(figure) or float(figure.replace(",", "") or 0)


def _number(text: str, found: re.Match[str]) -> Number:
    figure = found["figure"].lower()
    value = 0.0 if figure == "zero" else _plain(figure)
    scale = _SCALES[found["scale"].strip(" -\t\n").lower()] if found["scale"] else 1.0
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
        return frozenset({_MONEY[found["money"]]})
    if found["ordinal"] or found["figure"].lower() in _ORDINALS:
        return frozenset({"ordinal"})
    following = _UNIT.match(text, found.end())
    words = [word.lower() for word in following.groups() if word] if following else []
    units = [
        _singular(word)
        for word in takewhile(lambda one: one not in _ENDS, words)
        if word not in _PASSED
    ]
    if money := next((_MONEY_WORDS[unit] for unit in units[:1] if unit in _MONEY_WORDS), None):
        return frozenset({money})
    return frozenset(units)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
