"""A sentence cut into clauses, so that each part speaks for itself."""

import re
from typing import NamedTuple

_LONGEST = 4_000  # characters that are read: a claim is a sentence or two
_MOST = 24  # clauses of a sentence; what is beyond them stays in the last one

_WORDS = (
    "and|but|while|although|though|whereas|which|who|whose|where|when|because|so|as|or|nor|yet|if"
)
_CUT = re.compile(
    # A contrast: ", not in 1992", "rather than in 1992".
    r"(?P<contrast>,\s*(?:(?:and|but)\s+)?not\s+(?!only\b|just\b|merely\b)|"
    r"\s(?:rather\s+than|instead\s+of)\s+)|"
    # The end of a sentence, but not the full stop of "U.S. troops", "John F. Kennedy" or "Dr. Lund".
    r"[;:—–]\s|(?<!\b\w)(?<!\b(?:Mr|Ms|Dr|St|No))(?<!\b(?:Mrs|Sen|Gov|Gen|Rep))[.!?][\"'”’]?\s+"
    r"(?=[\"'“‘]?(?-i:[A-ZÀ-Þ]))|"
    rf",[\s\"'”’“‘]*(?=\b(?:{_WORDS})\b)|"
    r"\s(?=(?:although|though|whereas|but)\b)|"
    r"\s(?=and\s+(?:nobody|no\s+one|never|not|they|he|she|it|we|i)\b)",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """A clause's text; `contrast` when it only names what is not meant: "in 1990, not in 1992"."""

    text: str
    contrast: bool


def clauses(text: str) -> list[Part]:
    """The clauses of `text` in reading order; never none, and never one without words."""
    text = text[:_LONGEST]
    parts: list[Part] = []
    start, contrast = 0, False
    for found in _CUT.finditer(text):
        if len(parts) >= _MOST:
            break
        _add(parts, text[start : found.start()], contrast)
        start, contrast = found.end(), found["contrast"] is not None
    _add(parts, text[start:], contrast)
    return parts or [Part(text, False)]


def _add(parts: list[Part], text: str, contrast: bool) -> None:
    if contrast and "," in text:
        # A contrast ends with its comma: "the bridge, not the tunnel, was closed".
        meant, _, text = text.partition(",")
        parts.append(Part(meant.strip(), True))
        contrast = False
    if any(character.isalnum() for character in text):
        parts.append(Part(text.strip(), contrast))
