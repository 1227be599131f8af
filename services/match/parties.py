"""Whose word a sentence is: the party that says it, as far as the sentence tells."""

import re
from typing import NamedTuple

from schemas.evidence import Evidence, EvidenceKind
from services.match.statement import Statement
from services.match.wordlists import words

_SAID = (
    r"(?:said|says?|told|claims?|claimed|insists?|insisted|den(?:y|ies|ied)|reject(?:s|ed)?|dismiss(?:es|ed)?|"
    r"announced|states?|stated|argues?|argued)"
)
_LEADING = re.compile(
    rf"^(?P<who>[^,.;:]{{2,80}}?)\s+(?P<cue>{_SAID})\b(?=\s+(?:that|the|it|any|all|\w+s? of|claims|reports|there)\b)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf",[\"”’]?\s*(?:(?P<who>[^,.;:]{{2,80}}?)\s+{_SAID}|{_SAID}\s+(?P<after>[^,.;:]{{2,80}})|according to (?P<by>[^,.;:]{{2,80}}))"
    r"(?:\s+(?:on|in|at|to|the)\b[^,.;:]*)?\s*[,.;]?",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:den(?:y|ies|ied)|reject(?:s|ed)?|dismiss(?:es|ed)?)\b", re.IGNORECASE)
_PLAIN = words("the a an its his her their of for on in at and mr mrs ms a former two")


class Party(NamedTuple):
    """Who tells a sentence, in lower-case words, and whether they tell it to deny something."""

    name: frozenset[str]
    denies: bool


def party_of(text: str) -> Party | None:
    """The party that a sentence names as its source; none when it is told by nobody."""
    text = text[:1_000]
    if found := _LEADING.search(text):
        return Party(_words(found["who"]), _DENIES.search(found["cue"]) is not None)
    if found := _TRAILING.search(text):
        return Party(_words(found["who"] or found["after"] or found["by"] or ""), denies=False)
    return None


def word_against_word(claim: Statement, evidence: Statement, item: Evidence) -> bool:
    """Whether two parties say these: neither is a record that decides between them.

    An official statement is the word of who makes it, a report only where it tells who says so. The claim
    is somebody's where its article or its words say so, or where the evidence denies it.
    """
    theirs = party_of(evidence.text)
    official = item.kind is EvidenceKind.OFFICIAL_STATEMENT
    if theirs is None and not official:
        return False
    ours = party_of(claim.text)
    own = (ours.name if ours else frozenset()) | _words(claim.speaker or "")
    other = (theirs.name if theirs else frozenset()) | (
        _words(item.speaker or "") if official else frozenset()
    )
    if own & other:
        return False  # one party that contradicts itself
    return bool(own) or bool(theirs and theirs.denies)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", name.lower())) - _PLAIN
