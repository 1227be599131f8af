"""Numbers with their units in a sentence, and whether two of them can both be right."""

import re
from collections.abc import Mapping
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
    (?P<figure>(?<![\w.:])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![\w.:])\d{{1,15}}(?:\.\d{{1,9}})?|\b(?:{_ALTERNATIVES})\b)
    (?P<ordinal>(?:st|nd|rd|th)\b)?
    (?P<scale>[\s-]?(?:hundred|thousand|millions?|billions?|trillions?|bn|mn|tn|[kmb](?=\b))\b)?
    (?P<percent>\s?%|[\s-]per\ ?cent\b)?
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
    "more than of the a an about around nearly almost new people's estimated last".split()  # noqa: SIM905
)
_SOFT = re.compile(
    r"\b(?:about|around|nearly|almost|roughly|approximately|some|an? estimated|over|under|"
    r"more than|less than|at least|at most|up to|barely|close to)\s+(?:[$€£]\s?)?$",
    re.IGNORECASE,
)
_LONGEST = 4_000  # characters that are searched: a claim is a sentence or two

EXACT, SOFT = 0.005, 0.06
"""How far apart two figures may lie and still be the same: as given, and after "about" or "nearly"."""


class Number(NamedTuple):
    """A figure. `unit` is `%`, `ordinal`, a currency, the words that are counted, or empty."""

    value: float
    units: frozenset[str]
    text: str
    soft: bool

    def same(self, other: "Number") -> bool:
        """Whether both can be right at once."""
        margin = SOFT if self.soft or other.soft else EXACT
        return abs(self.value - other.value) <= margin * max(abs(self.value), abs(other.value))

    def comparable(self, other: "Number") -> bool:
        """Whether both measure the same thing, as far as their units say."""
        if self.units & _KINDS or other.units & _KINDS:
            return self.units & _KINDS == other.units & _KINDS
        return bool(self.units & other.units) or not (self.units and other.units)


_KINDS = frozenset({"%", "ordinal", "dollar", "euro", "pound", "crown"})


def find_numbers(text: str, taken: list[tuple[int, int]]) -> list[Number]:
    """The numbers of `text` in reading order, except within the spans `taken` by dates."""
    text = text[:_LONGEST]
    if not _ANY.search(text):
        return []
    numbers: list[tuple[int, Number]] = []
    taken = list(taken)
    for found in _FRACTION.finditer(text):
        if (share := _share(found)) is not None and not _overlaps(found.span(), taken):
            taken.append(found.span())
            soft = bool(_SOFT.search(text[: found.start()]))
            numbers.append((found.start(), Number(share, frozenset({"%"}), found[0].strip(), soft)))
    numbers += [
        (found.start(), _number(text, found))
        for found in _NUMBER.finditer(text)
        if not _overlaps(found.span("figure"), taken)
    ]
    return [number for _, number in sorted(numbers, key=lambda pair: pair[0])]


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _share(found: re.Match[str]) -> float | None:
    if found[1]:
        return _FRACTIONS[found[1].lower().replace("-", " ")]
    part, whole = _plain(found[2]), _plain(found[3])
    return 100 * part / whole if 0 < part <= whole else None


def _plain(figure: str) -> float:
    figure = figure.lower()
    return _WORDS.get(figure) or _ORDINALS.get(figure) or float(figure.replace(",", "") or 0)


def _number(text: str, found: re.Match[str]) -> Number:
    figure = found["figure"].lower()
    value = 0.0 if figure == "zero" else _plain(figure)
    if found["scale"]:
        value *= _SCALES[found["scale"].strip(" -\t\n").lower()]
    soft = bool(_SOFT.search(text[max(0, found.start() - 20) : found.start("figure")]))
    return Number(value, _units(text, found), found[0].strip(), soft)


def _units(text: str, found: re.Match[str]) -> frozenset[str]:
    if found["percent"]:
        return frozenset({"%"})
    if found["money"]:
        return frozenset({_MONEY[found["money"]]})
    if found["ordinal"] or found["figure"].lower() in _ORDINALS:
        return frozenset({"ordinal"})
    following = _UNIT.match(text, found.end())
    words = [word.lower() for word in following.groups() if word] if following else []
    units = [_singular(word) for word in words if word not in _PASSED]
    if money := next((_MONEY_WORDS[unit] for unit in units[:1] if unit in _MONEY_WORDS), None):
        return frozenset({money})
    return frozenset(units)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
