"""Patterns for quantities, each with what it reads; bounded parts only, so scanning is linear."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.extract.quantities_numbers import FIGURES, SCALE, WORDS, figures, scale_of, words
from services.extract.units import (
    BOUNDS,
    CODES,
    CROWDS,
    CURRENCY_WORDS,
    FEW,
    FOLD,
    MEASURES,
    MULTIPLES,
    SCALES,
    SMALL,
    SYMBOLS,
)

Match = re.Match[str]


@dataclass(frozen=True)
class Reading:
    """A number as a pattern reads it, before its surroundings are looked at; offsets into the text."""

    start: int
    end: int
    low: float
    high: float
    unit: str | None = None
    in_figures: bool = False
    maybe_metres: bool = False
    """The scale was a bare "m"."""


def _either(texts: Iterable[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))


_SIGN = rf"(?:(?:{_either(SYMBOLS)}|{_either(CODES)})[ \xa0]?)"
_START = r"(?<![\w.,:/-])"
_I = re.IGNORECASE
BOUND = re.compile(rf"\b(?:{_either(BOUNDS)})[ \xa0]\Z", _I)
"""A bounding word that ends the text before a number."""
UNIT = re.compile(
    rf"(?P<measure>[ \xa0-]?(?:{_either(key for key in MEASURES if key[-1] != '%')})\b|[ \xa0]?%)"
    rf"|[ \xa0-](?P<currency>(?:{_either(CURRENCY_WORDS)})s?|{_either(CODES)})\b",
    _I,
)
"""A measure or currency right after a number."""


def _scaled(number: str, scale: str | None) -> float:
    return figures(number) * SCALES[scale.strip(" -\xa0").lower()] if scale else figures(number)


def _currency(sign: str | None) -> str | None:
    return SYMBOLS.get(sign.strip(), sign.strip()) if sign else None


def _single(match: Match) -> Reading | None:
    value, unit = _scaled(match["low"], match["scale"]), _currency(match["sign"])
    metres = match["scale"] == "m" and unit is None
    return Reading(*match.span(), value, value, unit, in_figures=True, maybe_metres=metres)


def _range(match: Match) -> Reading | None:
    """A scale after the second number goes for both: "5-10 million"."""
    high = _scaled(match["high"], match["scale2"])
    low = _scaled(match["low"], match["scale"] or match["scale2"])
    unit = _currency(match["sign"] or match["sign2"])
    if low >= high:
        low = _scaled(match["low"], match["scale"])
    return Reading(*match.span(), low, high, unit, in_figures=True) if low < high else None


def _spelt(match: Match) -> Reading | None:
    value = words(match["words"])
    return None if value is None else Reading(*match.span(), value, value)


def _spelt_range(match: Match) -> Reading | None:
    """A scale after the second number goes for both: "two to three million"."""
    low, high = words(match["low"]), words(match["high"])
    if low is None or high is None:
        return None
    scale = scale_of(match["high"])
    low = low * scale if low < scale else low
    return Reading(*match.span(), low, high) if low < high else None


def _and_a_part(match: Match) -> Reading | None:
    """Reads "two and a half million"."""
    value = _small(match["whole"]) + 1 / _PARTS[match["part"].lower()]
    value *= SCALES[match["scale"].lower()] if match["scale"] else 1
    return Reading(*match.span(), value, value)


def _multiple(match: Match) -> Reading | None:
    """How many times as much it became or is, counted in times like "three times"."""
    if match["count"]:
        value = _small(match["count"])
    else:
        value = MULTIPLES.get((match["verb"] or "").lower()) or FOLD[match["fold"].lower()]
    return Reading(*match.span(), value, value, "time")


def _crowd(match: Match) -> Reading | None:
    low, high = CROWDS[match["crowd"].lower()]
    scale = SCALES[match["scale"].lower()[:-1]] if match["scale"] else 1
    return Reading(*match.span(), low * scale, high * scale)


def _few(match: Match) -> Reading | None:
    words_ = " ".join(match["few"].lower().split())
    scale = (SCALES | _DOZEN)[match["scale"].lower()] if match["scale"] else 1
    if words_ == "half a":
        return Reading(*match.span(), scale / 2, scale / 2) if match["scale"] else None
    low, high = FEW[words_]
    return Reading(*match.span(), low * scale, high * scale)


def _share(match: Match) -> Reading | None:
    part, whole = _small(match["part"]), _small(match["whole"])
    return _percent(match, part / whole) if 0 < part < whole else None


def _fraction(match: Match) -> Reading | None:
    count = _small(match["count"]) if match["count"] else 1.0
    return _percent(match, count / _PARTS[(match["half"] or match["name"]).lower()])


def _percent(match: Match, share: float) -> Reading:
    value = round(100 * share, 2)
    return Reading(*match.span(), value, value, "%")


def _small(text: str) -> float:
    if text[:1].isdigit():
        return figures(text)
    return words(text) or 0.0


_DOZEN = {"dozen": 12.0}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_NUMBER = rf"(?:{FIGURES}|(?:{_either(SMALL)})\b)"


@dataclass(frozen=True)
class Pattern:
    """A pattern, what it reads, and whether it needs a digit to match at all."""

    pattern: re.Pattern[str]
    read: Callable[[Match], Reading | None]
    figures_only: bool = False


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        re.compile(
            rf"{_START}(?P<part>{_NUMBER})[ ](?:in|out[ ]of)[ ](?:every[ ])?(?P<whole>{_NUMBER}|hundred\b)"
            rf"(?![-.,]?\d)",
            _I,
        ),
        _share,
    ),
    Pattern(
        re.compile(
            rf"{_START}(?:(?P<half>half)(?=[ ](?:of|the|its|their|all)\b)"
            r"|(?P<count>a|one|two|three|four|five)[ -](?P<name>third|quarter|fifth|tenth)s?(?=[ ]of\b))",
            _I,
        ),
        _fraction,
    ),
    Pattern(
        re.compile(
            rf"{_START}(?P<sign>{_SIGN})?(?P<low>{FIGURES})(?P<scale>{SCALE})?"
            rf"(?:[-–]|[ ]to[ ])(?P<sign2>{_SIGN})?(?P<high>{FIGURES})(?P<scale2>{SCALE})?"
        ),
        _range,
        figures_only=True,
    ),
    Pattern(
        re.compile(
            rf"{_START}[Bb]etween[ ](?P<sign>{_SIGN})?(?P<low>{FIGURES})(?P<scale>{SCALE})?"
            rf"[ ]and[ ](?P<sign2>{_SIGN})?(?P<high>{FIGURES})(?P<scale2>{SCALE})?"
        ),
        _range,
        figures_only=True,
    ),
    Pattern(
        re.compile(rf"{_START}(?P<sign>{_SIGN})?(?P<low>{FIGURES})(?P<scale>{SCALE})?"),
        _single,
        figures_only=True,
    ),
    Pattern(
        re.compile(
            rf"{_START}(?P<whole>{_NUMBER})[ ]and[ ]a[ ](?P<part>half|quarter)\b"
            r"(?:[ ](?P<scale>million|billion|trillion))?",
            _I,
        ),
        _and_a_part,
    ),
    Pattern(
        re.compile(rf"{_START}between[ ](?P<low>{WORDS})[ ]and[ ](?P<high>{WORDS})(?!-)", _I),
        _spelt_range,
    ),
    Pattern(
        re.compile(rf"{_START}(?P<low>{WORDS})[ ](?:to|or)[ ](?P<high>{WORDS})(?!-)", _I),
        _spelt_range,
    ),
    Pattern(re.compile(rf"{_START}(?P<words>{WORDS})(?!-)", _I), _spelt),
    Pattern(
        re.compile(
            rf"{_START}(?:(?P<verb>{_either(MULTIPLES)})\b"
            rf"|(?P<fold>{_either(FOLD)})(?=[ ](?:as|the|that|what|its|their|his|her)\b)"
            rf"|(?P<count>{_NUMBER}|{_either(SMALL)})-?fold\b)",
            _I,
        ),
        _multiple,
    ),
    Pattern(
        re.compile(
            rf"{_START}(?P<crowd>{_either(CROWDS)})(?:[ ]of[ ](?P<scale>thousands|millions|billions|trillions))?\b",
            _I,
        ),
        _crowd,
    ),
    Pattern(
        re.compile(
            rf"{_START}(?P<few>half a|{_either(FEW)})(?:[ ](?P<scale>dozen|hundred|thousand|million|billion|trillion))?\b",
            _I,
        ),
        _few,
    ),
)
"""Where two readings overlap, the earlier start wins, then the longer, then the earlier pattern."""
