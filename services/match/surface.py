"""Index terms as they stand in a sentence, for a reader: “Türkiye” and not “turkey”."""

import re
from collections.abc import Collection

from schemas.base import Span
from services.match.aliases import akin, canonical
from services.match.statement import LIGHT

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_PAST = {
    "fell": "fall",
    "rose": "rise",
    "risen": "rise",
    "grew": "grow",
    "won": "win",
    "lost": "lose",
    "began": "begin",
    "left": "leave",
    "bought": "buy",
    "sold": "sell",
    "bore": "bear",
    "went": "go",
}
_POSSESSIVE = re.compile(r"[’']s$")


def surface(text: str, terms: Collection[str], most: int) -> list[str]:
    """Up to `most` of the `terms` as `text` has them, in reading order; those that stand side by side as one.

    Terms that `text` has in no recognisable form are left out, and words of telling and counting.
    """
    found: dict[str, Span] = {}
    for term in terms:
        if not term[0].isdigit() and term not in LIGHT and (span := span_of(text, term)):
            found.setdefault(text[slice(*span)].lower(), span)
    joined: list[Span] = []
    for start, end in sorted(list(found.values())[:most]):
        if joined and text[joined[-1][1] : start] == " ":
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [text[slice(*span)] for span in joined]


def span_of(text: str, term: str) -> Span | None:
    """Where the word of `text` stands that is the term, else one akin to it; none when no word is."""
    near = None
    for one in _WORD.finditer(text):
        bare = _POSSESSIVE.sub("", one[0])
        span = (one.start(), one.start() + len(bare))
        form = canonical(_PAST.get(bare.lower(), bare.lower()))
        if form == term:
            return span
        # The index cuts "James" to "jam".
        cut = len(term) > 2 and form.startswith(term) and len(form) - len(term) <= 2
        if near is None and (cut or akin(form, term)):
            near = span
    return near
