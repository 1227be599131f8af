"""What a publisher's rating says about the claim that it rates."""

import re
from collections.abc import Mapping
from enum import Enum

_PLAIN = re.compile(r"[\W_]+")


class Stance(Enum):
    """What a fact-check found."""

    TRUE = "true"
    FALSE = "false"
    UNCLEAR = "unclear"


_WORDS: Mapping[Stance, frozenset[str]] = {
    Stance.TRUE: frozenset(
        {"true", "mostly true", "correct", "accurate", "correct attribution", "confirmed"}
    ),
    Stance.FALSE: frozenset(
        {
            *("false", "mostly false", "pants fire", "pants on fire", "incorrect", "wrong"),
            *("fake", "hoax", "debunked", "fabricated", "not true", "untrue", "barely true"),
            *("misattributed", "scam", "labeled satire", "satire", "altered", "misleading"),
        }
    ),
}


def stance_of(rating: str | None) -> Stance:
    """The stance of `rating`; unclear when there is none or it is not on our list."""
    words = _PLAIN.sub(" ", rating or "").strip().lower()
    return next((stance for stance, known in _WORDS.items() if words in known), Stance.UNCLEAR)
