"""Numbers in figures and words to values."""

import re

from services.extract.units import SCALES, SMALL

FIGURES = (
    r"(?:\d{1,3}(?:,\d{2,3}){1,5}|[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3}(?![\w-])){1,4}|\d{1,15})"
    r"(?:\.\d{1,6})?(?!\d)"
)
"""A number in figures, with a comma or a space between groups and a point before decimals."""

_LARGE = "hundred|thousand|million|billion|trillion"
_SMALL = "|".join(sorted(SMALL, key=len, reverse=True))
WORDS = (
    rf"(?:(?:an?[ ](?:{_LARGE})|{_SMALL})\b"
    rf"(?:(?:-|[ ](?:and[ ])?)(?:{_SMALL}|{_LARGE})\b){{0,9}})"
)
"""A number in words, at most ten of them."""

SCALE = r"(?:[ -]?(?:hundred|thousand|lakh|million|crore|billion|trillion)|[ ]?(?:mn|bn|tn)|[mk])(?![\w])"
"""What may follow figures: " million", "bn", "m"."""

_SPLIT = re.compile(r"[ -]+")


def figures(text: str) -> float:
    """The value of figures as FIGURES matches them."""
    return float("".join(part for part in text if part not in ", \u00a0\u2009\u202f"))


def scale_of(text: str) -> float:
    """The scale word that number words end with, 1 where there is none."""
    return SCALES.get(_SPLIT.split(text.lower())[-1], 1.0)


def words(text: str) -> float | None:
    """The value of number words, or none where they make no number ("two three")."""
    parts = [part for part in _SPLIT.split(text.lower()) if part not in ("and", "")]
    if parts and parts[0] in ("a", "an"):
        parts[0] = "one"
    return _large(parts) if parts else None


def _large(parts: list[str]) -> float | None:
    """Split at thousands, millions and so on; each must be smaller than the one before."""
    total, group, ceiling = 0.0, [], float("inf")
    for part in parts:
        scale = SCALES.get(part, 0.0)
        if scale < 1e3:
            group.append(part)
            continue
        value = _below_thousand(group) if group else 1.0
        if value is None or scale >= ceiling:
            return None
        total, group, ceiling = total + value * scale, [], scale
    rest = _below_thousand(group) if group else 0.0
    return None if rest is None else total + rest


def _below_thousand(parts: list[str]) -> float | None:
    """Reads "two hundred (and) fifty five"; each part must be smaller than the one before."""
    total, ceiling = 0.0, 1e3
    for index, part in enumerate(parts):
        if part == "hundred":
            if index > 1 or total >= 100:
                return None
            total, ceiling = (total or 1.0) * 100, 100
            continue
        value = float(SMALL[part])
        if value >= ceiling or (
            index and parts[index - 1] != "hundred" and not _pairs(total, value)
        ):
            return None
        total, ceiling = total + value, value
    return total


def _pairs(total: float, value: float) -> bool:
    """Whether `value` may stand after a tens word: "fifty five", and not "fifteen five"."""
    return total % 100 >= 20 and total % 10 == 0 and value < 10
