"""How a sentence hedges a figure: "more than", "at most", "rose by" against "rose to"."""

import re
from enum import Enum

_BEFORE = 30  # characters before a figure that are looked at


class Bound(Enum):
    """Which side of the figure the words leave open."""

    NONE = "none"
    ABOVE = "above"  # more than, at least
    BELOW = "below"  # fewer than, at most


class Change(Enum):
    """Whether a figure is a change ("by 3"), where it led ("to 9") or where it began ("from 6")."""

    BY = "by"
    TO = "to"
    FROM = "from"


_BELOW = (
    r"(?:less|fewer|lower|no more|not more) than|under|below|at (?:the )?most|up to|not even|"
    r"a maximum of"
)
_ABOVE = (
    r"(?:no|not) (?:fewer|less) than|(?:more|higher|greater) than|over|above|at (?:the )?least|"
    r"upwards of|a minimum of|exceed(?:s|ed|ing)?|in excess of"
)
_SOFT = r"(?:\s+(?:about|around|some|roughly|nearly|almost|approximately|an? (?:estimated|average of)))?"
# "No more than" is looked for before "more than", which it holds.
_BOUND = re.compile(
    rf"\b(?:(?P<notless>(?:no|not) (?:fewer|less) than)|(?P<below>{_BELOW})|(?P<above>{_ABOVE}))"
    rf"{_SOFT}\s*[$€£]?$",
    re.IGNORECASE,
)
_LED = re.compile(
    r"\b(?:r[io]se[sn]?|rising|f[ae]ll(?:s|en|ing)?|grow[sn]?|grew|growing|increas\w+|decreas\w+|dropp?\w*|"
    r"climb\w*|declin\w+|jump\w*|went (?:up|down)|up|down|cut|rais\w+|lower\w*|reduc\w+|expand\w*|shr[aiu]nk\w*)"
    rf"\b[^.;]{{0,40}}?\s(?P<change>by|to|from){_SOFT}(?:\s+(?:more|less|fewer) than)?\s*[$€£]?$",
    re.IGNORECASE,
)


def bound(text: str, start: int) -> Bound:
    """The side that the words before the figure at `start` leave open."""
    found = _BOUND.search(text[max(0, start - _BEFORE) : start])
    if not found:
        return Bound.NONE
    return Bound.BELOW if found["below"] and not found["notless"] else Bound.ABOVE


def change(text: str, start: int) -> Change | None:
    """What the figure at `start` is to a rise or a fall; none when it is not said to be either."""
    found = _LED.search(text[max(0, start - 2 * _BEFORE) : start])
    return Change(found["change"].lower()) if found else None
