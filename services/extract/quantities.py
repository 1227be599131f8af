"""Quantities: numbers in figures and words, with bounds and unit.

Dates, years, ordinals, clock times and numbers that are part of a name are not among them. The text
of a quantity is the number with its bound, scale, currency or measure; a counted noun stays outside.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Quantity
from services.extract.comparison_words import CHANGE
from services.extract.dates import time_spans
from services.extract.quantities_patterns import BOUND, PATTERNS, UNIT, Reading
from services.extract.units import BOUNDS, CURRENCY_WORDS, HINTS, INFINITE, MEASURES, NAMING
from services.extract.wordlists import word_set

_NAMED = frozenset(("PRODUCT", "LAW", "FAC", "WORK_OF_ART", "ORG", "EVENT", "PERSON"))
_DIGIT = re.compile(r"\d")
_GOES_ON = re.compile(r"[.,:/]\d|:\w|-?[^\W_]|[ \xa0][ap]\.?m\b")
"""What makes figures part of something else: "1.2.3", "10:30", "20th", "45-year-old", "5 p.m."."""
_TIMES = frozenset(("year", "month", "week", "day", "hour", "decade", "minute"))
_HOW_LONG = word_set(
    "for in after within of is was are were been be lasted took taken lasting spent and or"
)
_RATE = re.compile(
    r"(?:[ \u00a0](?P<noun>[a-z]{3,20}(?: [a-z]{3,20}){0,2}?))?[ \u00a0](?:per|in every|for every)[ \u00a0]"
    r"(?P<whole>1(?:,000|0,000|00,000|00|,000,000)|million)\b(?![.,]?\d)"
)
"""What is counted, and per how many: "cases per 100,000"."""
_AGO = re.compile(r"\b(?:ago|old|later|earlier|before)\b")
_BEFORE_A_NOUN = frozenset(("ADJ", "ADV", "DET", "VERB", "PRON", "NUM"))


def find_quantities(span: Span, times: Sequence[Offsets] | None = None) -> list[Quantity]:
    """The quantities within `span` in reading order; offsets are into the doc's text.

    `low` and `high` bound what the words allow, none being open; both are the number itself where it
    is exact. Shares ("half of", "one in five") are per cent. `times` are the expressions of time in
    the doc's text that touch the span, in reading order; found here when they are not given.
    """
    text = span.text
    if not _DIGIT.search(text) and not any(token.lower_ in HINTS for token in span):
        return []
    readings = list(_readings(text))
    if times is None:
        inside = time_spans(span) if readings else []
    else:
        inside = [(low - span.start_char, high - span.start_char) for low, high in times]
    found: list[Quantity] = []
    end = 0
    for reading in _outside(inside, readings):
        complete = _complete(reading, span, text) if reading.start >= end else None
        if complete:
            end = complete.end
            found += [_quantity(one, span, text) for one in _ends(complete, span, text)]
            end = _joined_rate(found, text, span.start_char) or end
    return found


def _joined_rate(found: list[Quantity], text: str, start: int) -> int | None:
    """The end of a rate ("7.3 cases per 100,000 people"), which the last of `found` is made; none without one.

    The number it is counted per is its unit, and no quantity by itself.
    """
    last = found[-1]
    rate = _RATE.match(text, last.span[1] - start)
    if rate is None:
        return None
    noun = rate["noun"] or (last.unit if last.unit not in (None, "%") else None)
    whole = f"per {rate['whole']}"
    found[-1] = last.model_copy(
        update={
            "span": (last.span[0], start + rate.end("whole")),
            "text": text[last.span[0] - start : rate.end("whole")],
            "unit": f"{last.unit if rate['noun'] is None and noun else noun} {whole}"
            if noun
            else whole,
        }
    )
    return rate.end("whole")


def _ends(reading: Reading, span: Span, text: str) -> Iterator[Reading]:
    """The two figures of "rose from 3 to 4 per cent", which bound no range; any other reading as it is."""
    left, _, _ = text[reading.start : reading.end].partition(" to ")
    middle = reading.start + len(left)
    came_from = text[max(0, reading.start - 5) : reading.start].lower() == "from "
    two = came_from and middle < reading.end and reading.low < reading.high
    if not two or not any(token.lemma_.lower() in CHANGE for token in span):
        yield reading
    else:
        yield replace(reading, end=middle, high=reading.low)
        yield replace(reading, start=middle + len(" to "), low=reading.high)


def _outside(times: Sequence[tuple[int, int]], readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings that touch no time; both are in reading order and do not overlap among themselves."""
    place = 0
    for reading in readings:
        while place < len(times) and times[place][1] <= reading.start:
            place += 1
        if place == len(times) or times[place][0] >= reading.end:
            yield reading


def _readings(text: str) -> Iterator[Reading]:
    """Readings that do not overlap, in reading order: the earlier, the longer, the first pattern."""
    has_digit = _DIGIT.search(text) is not None
    found = [
        (match.start(), -match.end(), order, match)
        for order, one in enumerate(PATTERNS)
        if has_digit or not one.figures_only
        for match in one.pattern.finditer(text)
    ]
    found.sort(key=lambda one: one[:3])
    end = 0
    for start, negative_end, order, match in found:
        if start >= end and (reading := PATTERNS[order].read(match)):
            yield reading
            end = -negative_end


def _complete(reading: Reading, span: Span, text: str) -> Reading | None:
    """The reading with its unit, or none where the number is part of something else."""
    unit = None if reading.unit else UNIT.match(text, reading.end)
    if unit and not reading.maybe_metres:
        name = " ".join(unit.group().lower().split()).lstrip("-")
        return replace(reading, end=unit.end(), unit=_standard(name))
    if reading.in_figures and _GOES_ON.match(text, reading.end):
        return None
    token = _token(span, reading.end - 1)
    if reading.unit or token is None:
        return reading
    noun = _counted(token)
    if reading.maybe_metres and noun is None:
        return replace(reading, low=reading.low / 1e6, high=reading.high / 1e6, unit="metre")
    if _is_name(token) or _is_empty(reading, noun):
        return None
    return replace(reading, unit=noun)


def _standard(name: str) -> str:
    singular = name.removesuffix("s")
    return (
        MEASURES.get(name)
        or CURRENCY_WORDS.get(singular)
        or CURRENCY_WORDS.get(name)
        or name.upper()
    )


def _is_empty(reading: Reading, noun: str | None) -> bool:
    """Whether the number counts nothing: "the two", "one" as a pronoun, "555-1234"."""
    if reading.in_figures:
        return noun is None and reading.low < reading.high
    return reading.high == 1 or (noun is None and reading.high < 10)


def _is_name(token: Token) -> bool:
    """Whether the number names something: "Article 5", "Boeing 747", "page four"."""
    if token.i == 0:
        return False
    before = token.nbor(-1)
    if before.lower_ in NAMING:
        return True
    leftwards = token.head.i < token.i and token.dep_ in ("nummod", "appos", "pobj", "npadvmod")
    named = before.pos_ == "PROPN" and leftwards and token.dep_ == "nummod"
    return named or (token.ent_type_ in _NAMED and before.ent_type_ == token.ent_type_)


def _counted(token: Token) -> str | None:
    """The lemma of the noun that is counted: the last of the nouns after modifiers."""
    doc, noun = token.doc, None
    for after in doc[token.i + 1 : token.i + 9]:
        if noun is None and after.lower_ in ("a", "an"):
            break  # "300 a year" counts no years
        if after.pos_ in ("NOUN", "PROPN"):
            noun = after
        elif noun is not None or not (after.pos_ in _BEFORE_A_NOUN or after.lower_ == "of"):
            break
    if noun is None:
        return None
    return noun.lemma_.lower() if noun.pos_ == "NOUN" else noun.lemma_


def _token(span: Span, offset: int) -> Token | None:
    place = span.start_char + offset
    found = span.doc.char_span(place, place + 1, alignment_mode="expand")
    return found[0] if found else None


def _quantity(reading: Reading, span: Span, text: str) -> Quantity:
    """The reading as its bounding word makes it, at its place in the doc."""
    bound = BOUND.search(text, max(0, reading.start - 24), reading.start)
    low: float | None = reading.low
    high: float | None = reading.high
    start = reading.start
    if bound and _spans_time(reading, bound, text):
        bound = None
    if bound:
        start = bound.start()
        lower, upper = BOUNDS[" ".join(bound.group().lower().split())]
        low = _round(reading.low * lower) if lower else None
        high = _round(reading.high * upper) if upper < INFINITE else None
    return Quantity(
        span=(span.start_char + start, span.start_char + reading.end),
        text=text[start : reading.end],
        low=low,
        high=high,
        unit=reading.unit,
    )


def _spans_time(reading: Reading, bound: re.Match[str], text: str) -> bool:
    """Whether "over" tells how long ("£3bn over two years"), and is no bound ("for over two years")."""
    if bound.group().strip().lower() != "over" or reading.unit not in _TIMES:
        return False
    before = text[: bound.start()].split()[-1:]
    return (
        bool(before)
        and before[0].lower() not in _HOW_LONG
        and not _AGO.search(text, reading.end, reading.end + 16)
    )


def _round(value: float) -> float:
    """Without the noise of binary fractions."""
    return float(f"{value:.9g}")
