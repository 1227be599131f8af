"""What a figure counts: the words that follow it, its currency, or the sort of figure that it is."""

import re
from itertools import takewhile

from services.match.wordlists import words

MONEY = {"$": "dollar", "€": "euro", "£": "pound"}
KINDS = frozenset({"%", "ordinal", "clock", "dollar", "euro", "pound", "crown"})
"""Sorts of figures that are compared with their like only."""

_FOLLOWING = re.compile(r"[\s-]*([^\W\d_]+)(?:\s+([^\W\d_]+))?(?:\s+([^\W\d_]+))?")
_MONEY_WORDS = {"dollar": "dollar", "euro": "euro", "pound": "pound", "crown": "crown"}
_PASSED = words(
    "more new people's estimated of the a an other or and additional whole full working"
)
_ENDS = words(
    "about above after as at before below between but by during ever for from had has have if in "
    "into is it last less next on over per since so than that then there they this to under until "
    "up was were when where which while who will with would"
)


def counted(text: str, end: int) -> frozenset[str]:
    """The unit of the figure that ends at `end`: a currency, or up to three words, in the singular."""
    following = _FOLLOWING.match(text, end)
    following_words = [word.lower() for word in following.groups() if word] if following else []
    units = [
        _singular(word)
        for word in takewhile(lambda one: one not in _ENDS, following_words)
        if word not in _PASSED
    ]
    if money := next((_MONEY_WORDS[unit] for unit in units[:1] if unit in _MONEY_WORDS), None):
        return frozenset({money})
    return frozenset(units)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
