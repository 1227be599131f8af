"""Whether a statement is by the person who is quoted."""

import re

from schemas.evidence import Evidence, EvidenceKind
from services.match.aliases import akin
from services.match.wordlists import words

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ARTICLES = words("the a an my our his her these those of for and")
_NO_NAME = words(
    "the a an of for and mr mrs ms miss dr prof professor sir dame lord lady president minister prime mayor governor "
    "senator secretary general chief director chairman chairwoman chair spokesman spokeswoman spokesperson deputy "
    "former acting king queen prince princess judge captain colonel chancellor commissioner councillor congresswoman "
    "congressman representative ambassador speaker leader head police officer state foreign health finance interior "
    "defence defense education transport justice environment agriculture energy office department ministry government"
)


def same_person(speaker: str | None, source: Evidence) -> bool | None:
    """Whether the names of both can be one person's; none when a side has no name to compare.

    A surname or a given name in common is enough, unless both have one of their own: "Anna Berg" is not
    "Karl Berg".
    """
    ours, theirs = _names(speaker), _names(source.speaker)
    if not ours or not theirs:
        return None
    if not any(akin(one, other) for one in ours for other in theirs):
        return False
    alone = len(ours) == 1 or len(theirs) == 1
    return alone or sum(any(akin(one, other) for other in theirs) for one in ours) > 1


def speaks(source: Evidence) -> bool:
    """Whether a statement is somebody's words: it names who speaks."""
    return bool(_names(source.speaker))


def names_source(source: Evidence, text: str) -> bool:
    """Whether words like "the minister" or "she" name whoever makes the statement.

    In a report everybody who speaks is a source, so that all words do.
    """
    if source.kind is not EvidenceKind.OFFICIAL_STATEMENT:
        return bool(text)
    found = {word.lower() for word in _WORD.findall(text)} - _ARTICLES
    known = {
        word.lower() for word in _WORD.findall(f"{source.speaker or ''} {source.publisher or ''}")
    }
    return bool(found & known) or bool(found & {"he", "she"})


def _names(name: str | None) -> list[str]:
    """The words of a name that are no title; none for "the minister"."""
    found = [word for word in _WORD.findall(name or "") if word.lower() not in _NO_NAME]
    return [word.lower() for word in found if word[0].isupper()]
