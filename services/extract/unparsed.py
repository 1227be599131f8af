"""Content that the parser did not hang on its cue: found by the words around the cue."""

from spacy.tokens import Token

from services.extract.cues import ADDRESSING, OCCASIONS, VERBS, Takes
from services.extract.ranges import Range, trim
from services.extract.roles import PEOPLE
from services.extract.subjects import is_passive, is_relay, own_subject

_THAT_WITHIN = 15
"""Tokens after a cue within which its "that" stands."""
_LONGEST_TAIL = 12
"""Tokens that may follow a cue which ends its sentence: who speaks, when and where."""
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_CLAUSE_STARTS = frozenset({"PROPN", "PRON", "DET", "NOUN", "ADJ", "NUM"})


def unparsed_content(verb: Token, takes: Takes) -> list[Range]:
    """The content after "that", before a cue that ends the sentence, or right after "said"; may be empty."""
    if Takes.QUOTE not in takes or is_passive(verb):
        return []
    return _after_that(verb) or _around_cue(verb) or _before_cue(verb) or _after_cue(verb)


def _after_that(verb: Token) -> list[Range]:
    doc, end = verb.doc, verb.sent.end
    for token in doc[verb.i + 1 : min(verb.i + _THAT_WITHIN, end)]:
        if token.pos_ == "VERB" and token.lemma_.lower() in VERBS and not is_relay(token):
            return []
        if token.lower_ == "that" and (token.tag_ == "IN" or _tells_that(verb, token)):
            clause = token.head
            stop = clause.right_edge.i + 1 if clause.i > token.i else end
            return [trim(doc, token.i, stop)]
    return []


def _tells_that(verb: Token, that: Token) -> bool:
    """Whether "that" after a listener ("told the briefing that it …") opens what was said, not a relative clause."""
    clause = that.head
    listener = clause.head
    return (
        verb.lemma_.lower() in ADDRESSING
        and clause.dep_ == "relcl"
        and listener.head == verb
        and own_subject(clause) not in {None, that}
        and (listener.lemma_.lower() in PEOPLE | OCCASIONS or listener.tag_ in {"NNS", "NNP"})
    )


def _around_cue(verb: Token) -> list[Range]:
    """In "Under the plans, she said, the sum was raised" the clause that the cue only interrupts."""
    clause = verb.head
    left, right = verb.left_edge.i, verb.right_edge.i + 1
    if verb.dep_ != "parataxis" or own_subject(verb) is None or clause.tag_ == "NN":
        return []
    first, last = clause.left_edge.i, clause.right_edge.i + 1
    after = verb.doc[right] if right < last else None
    commas = (left > first and verb.doc[left - 1].text == ",") or verb.doc[left].text == ","
    if not commas or after is None or not (after.text == "," or verb.doc[right - 1].text == ","):
        return []
    parts = [trim(verb.doc, first, left), trim(verb.doc, right, last)]
    return [part for part in parts if part[0] < part[1]]


def _before_cue(verb: Token) -> list[Range]:
    doc, sentence = verb.doc, verb.sent
    subject = own_subject(verb)
    if subject is None:  # "…, warns of a recession" goes on about what came before
        return []
    comma = min(subject.left_edge.i, verb.i) - 1
    if (
        comma <= sentence.start + 3
        or doc[comma].text != ","
        or not _ends_sentence(verb, sentence.end)
    ):
        return []
    return [trim(doc, sentence.start, comma)]


def _ends_sentence(verb: Token, end: int) -> bool:
    rest = [t for t in verb.doc[verb.i + 1 : end] if not t.is_punct and not t.is_space]
    return len(rest) <= _LONGEST_TAIL and not any(token.tag_ in _FINITE for token in rest)


def _after_cue(verb: Token) -> list[Range]:
    doc, end = verb.doc, verb.sent.end
    first = verb.i + 1
    if verb.lemma_.lower() != "say" or first >= end or doc[first].pos_ not in _CLAUSE_STARTS:
        return []
    has_clause = any(token.tag_ in _FINITE for token in doc[first:end])
    return [trim(doc, first, end)] if has_clause else []
