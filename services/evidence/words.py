"""Untrusted values to clean text: entities, markup, control characters, names in whatever wrapping."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]|[\ud800-\udfff]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_SPACES = re.compile(r"\s+")
_TWICE = 2  # publishers escape what was escaped: &amp;quot;
_MOST_NAMES = 3


def clean(text: str) -> str:
    """`text` with character references resolved and without control characters, line ends kept."""
    for _ in range(_TWICE):
        if "&" not in text:
            break
        text = html.unescape(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()


def line(text: str) -> str:
    """`text` as one line without markup: a claim, a title, a name."""
    text = clean(text)
    if "<" in text:
        text = clean(_TAG.sub(" ", text))
    return _SPACES.sub(" ", text).strip()


def plain(value: Any) -> str:
    """The text of a value: itself, a number's digits, the name within an object, the names of a list.

    How JSON-LD writes people: "A", {"name": "A"}, [{"name": "A"}, "B"]. Anything else is empty.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return _first(value.get(key) for key in ("name", "@value", "legalName", "alternateName"))
    if isinstance(value, list):
        names = dict.fromkeys(filter(None, map(_inner, value[: 2 * _MOST_NAMES])))
        return ", ".join(list(names)[:_MOST_NAMES])
    return ""


def _first(values: Iterable[Any]) -> str:
    return next((text for text in map(_inner, values) if text), "")


def _inner(value: Any) -> str:
    """As `plain`, one wrapping deep: what nests further is no name."""
    if isinstance(value, Mapping):
        value = value.get("name")
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def number(text: str) -> float | None:
    """A number as publishers write it: "4", "3,5", " 2 "; none when it is none."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None
