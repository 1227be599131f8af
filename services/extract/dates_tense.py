"""Whether a word of a parsed sentence speaks of the past or of what is to come."""

from enum import Enum
from itertools import islice

from spacy.tokens import Token

from services.extract.calendar_words import PLANNING


class Tense(Enum):
    """The time that the verb above a word speaks of."""

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"
    UNKNOWN = "unknown"


_AHEAD = frozenset(("will", "shall", "'ll", "’ll", "wo", "would", "may", "might", "can", "could"))
_AHEAD |= {"must", "should", "ought"}
_FURTHEST = 60
"""Steps up the tree; a parse is a tree, so this only bounds the cost on absurd sentences."""


def tense_of(token: Token) -> Tense:
    """The tense of the clause that `token` stands in; UNKNOWN where no finite verb is above it."""
    node = token
    for _ in range(_FURTHEST):
        if node.lemma_.lower() in PLANNING and node.pos_ == "ADJ":
            return Tense.FUTURE
        is_verb = node.pos_ in ("VERB", "AUX") and not _is_month(node)
        if is_verb and (tense := _of_verb(node)) is not None:
            return tense
        if node.head is node:
            return Tense.UNKNOWN
        node = node.head
    return Tense.UNKNOWN


def _is_month(token: Token) -> bool:
    """In "on 7 May the port lost power" the parser takes the month for a helper of the verb."""
    return token.text == "May" and not token.is_sent_start


def _of_verb(verb: Token) -> Tense | None:
    """None when the verb is not finite and takes its time from the one above."""
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    helpers = [helper for helper in helpers if not _is_month(helper)]
    words = {helper.lower_ for helper in helpers}
    if words & _AHEAD:
        # "could have been", "would have won" look back.
        return Tense.PAST if words & {"have", "'ve"} and "will" not in words else Tense.FUTURE
    if verb.tag_ == "VB":
        return _of_bare(verb, words)
    if verb.tag_ == "VBD" or any(helper.tag_ == "VBD" for helper in helpers):
        return Tense.PAST
    if any(helper.lemma_ == "have" for helper in helpers):
        return Tense.PAST
    return _of_rest(verb, helped=bool(helpers))


def _of_bare(verb: Token, words: set[str]) -> Tense | None:
    """A bare form: "did go", "does go", "to go", or the subjunctive after a demand."""
    if "did" in words:
        return Tense.PAST
    if words & {"do", "does"}:
        return Tense.PRESENT
    if "to" not in words:
        return Tense.FUTURE
    above = verb.head
    if above.lemma_.lower() in PLANNING or (above.lemma_ == "be" and verb.dep_ == "xcomp"):
        return Tense.FUTURE
    return None


def _of_rest(verb: Token, *, helped: bool) -> Tense | None:
    if verb.tag_ == "VBG" and not helped:
        return None
    if verb.tag_ != "VBN":
        return Tense.PRESENT
    if helped:
        return Tense.FUTURE if verb.lemma_.lower() in PLANNING else Tense.PRESENT
    # A participle with a subject is a past form that the tagger took for one.
    has_subject = any(child.dep_ == "nsubj" for child in verb.children)
    planned = verb.lemma_.lower() in PLANNING and not has_subject
    return Tense.FUTURE if planned else Tense.PAST


def is_planned(token: Token) -> bool:
    """Whether a verb of planning, promising or demanding stands above `token`."""
    return any(above.lemma_.lower() in PLANNING for above in islice(token.ancestors, _FURTHEST))
