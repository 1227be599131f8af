"""The clauses of a sentence that assert something of their own."""

from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from services.extract.ranges import Range
from services.extract.subjects import own_subject
from services.extract.words import words

_ASSERTING_MARKS = words("while whereas although though as because after")
_OPENERS = words(
    """
    meanwhile however moreover furthermore nevertheless nonetheless besides still and but
    yet so or also then additionally separately instead indeed thus therefore hence while
    whereas although though as
    """
)
_JOINS = words("after because that")
"""What joins a clause that is a statement by itself to the rest of its sentence."""
_FEWEST = 4
_COMPARED = 6
"""Tokens before "as" in which the first half of a comparison is looked for."""
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})


@dataclass(frozen=True)
class Clause:
    """`head` is its verb; `words` the tokens from its first to its last, other asserting clauses left out."""

    head: Token
    words: Range
    relative: bool = False


def find_clauses(sentence: Span) -> list[Clause]:
    """The main clause of `sentence`, and those coordinated with it or below it that stand alone."""
    contrasted = {verb.i for token in sentence if (verb := _contrasted(token)) is not None}
    heads = [
        token
        for token in sentence
        if token == sentence.root or token.i in contrasted or _stands_alone(token)
    ]
    found = []
    for head in heads:
        words = _words(head, [other for other in heads if other != head])
        if words[1] - words[0] >= _FEWEST:
            found.append(Clause(head, words, relative=head.dep_ == "relcl"))
    return found


def _contrasted(token: Token) -> Token | None:
    """The verb that "while" or "whereas" sets against the rest, wherever the parser hung it."""
    if token.lower_ not in {"while", "whereas"}:
        return None
    verb = token
    for _ in range(4):
        if verb.pos_ in {"VERB", "AUX"}:
            return verb if is_finite(verb) and own_subject(verb) is not None else None
        verb = verb.head
    return None


def _stands_alone(token: Token) -> bool:
    if token.pos_ not in {"VERB", "AUX"} or not is_finite(token):
        return False
    if token.dep_ == "conj":
        return (
            own_subject(token) is not None
            and token.head.pos_ in {"VERB", "AUX"}
            and _is_open(token.head)
        )
    if token.dep_ == "advcl":
        marks = {child.lower_ for child in token.lefts if child.dep_ in {"mark", "advmod"}}
        subject = own_subject(token)
        if subject is None or "if" in marks or _compares(token):
            return False
        return bool(marks & _ASSERTING_MARKS)
    if token.dep_ == "relcl":
        return _relative_asserts(token)
    return token.dep_ == "parataxis" and own_subject(token) is not None


def _compares(clause: Token) -> bool:
    """Whether `clause` is the second half of "as many as" or "the same as", not a statement."""
    mark = next((child for child in clause.lefts if child.dep_ == "mark"), None)
    if mark is None or mark.lower_ != "as":
        return False
    before = clause.doc[max(clause.sent.start, mark.i - _COMPARED) : mark.i]
    return any(token.lower_ in ("as", "same") and token.dep_ != "prep" for token in before)


def _is_open(head: Token) -> bool:
    """Whether what is coordinated with `head` is asserted too: not below "if" or within reported words."""
    return head.dep_ in {"ROOT", "conj", "parataxis"} or _stands_alone(head)


def _relative_asserts(token: Token) -> bool:
    first = token.left_edge
    if first.lower_ == "where" or any(child.lower_ == "where" for child in token.lefts):
        return own_subject(token) is not None
    before = first.i - 1
    return (
        first.lower_ in {"which", "who", "whose"} and before >= 0 and token.doc[before].text == ","
    )


def asks(sentence: Span) -> bool:
    """Whether `sentence` is a question."""
    return (
        next((t.text for t in reversed(list(sentence)) if t.is_punct and not t.is_quote), "") == "?"
    )


def is_finite(verb: Token) -> bool:
    """Whether `verb` or an auxiliary of it carries tense.

    A participle with a subject and no auxiliary is a past tense that the tagger misread; so is the
    bare form of a sentence's main verb a present one.
    """
    if verb.tag_ in _FINITE:
        return True
    helpers = [child for child in verb.lefts if child.dep_ in {"aux", "auxpass"}]
    if any(child.tag_ in _FINITE for child in helpers):
        return True
    misread = verb.tag_ == "VBN" or (verb.tag_ == "VB" and verb.dep_ == "ROOT")
    return misread and not helpers and any(child.dep_ == "nsubj" for child in verb.lefts)


def _words(head: Token, others: list[Token]) -> Range:
    left, right = head.left_edge.i, head.right_edge.i + 1
    for other in others:
        low, high = other.left_edge.i, other.right_edge.i + 1
        if low <= head.i < high:
            continue  # the clause above this one
        if high <= head.i:
            left = max(left, high if low <= left + 1 else left)
        elif low > head.i:
            right = min(right, low)
    for child in head.lefts:  # an opening clause is another statement, or a condition of time
        subject = own_subject(head)
        if (
            child.dep_ == "advcl"
            and subject is not None
            and child.right_edge.i < subject.left_edge.i
        ):
            left = max(left, child.right_edge.i + 1)
    first = head.doc[left]
    if first.dep_ == "mark" and first.head == head and first.lower_ in _JOINS:
        left += 1
    return trim(head.doc, left, right)


def trim(doc: Doc, left: int, right: int) -> Range:
    """Without punctuation at the ends and words that only join the clause to what came before."""
    changed: bool = True
    while changed and left < right:
        token = doc[left]
        drop = (
            (token.is_punct and not token.is_quote and token.text not in "([")
            or token.is_space
            or (
                token.lower_ in _OPENERS
                and token.dep_ in {"cc", "mark", "advmod"}
                and _opens(doc, left, right)
            )
            or (token.lower_ == "most" and left + 1 < right and doc[left + 1].lower_ == "recently")
            or (
                token.lower_ == "recently"
                and token.dep_ == "advmod"
                and left
                and doc[left - 1].lower_ == "most"
            )
        )
        changed = bool(drop)
        left += int(changed)
    while left < right and (
        doc[right - 1].is_space
        or (
            doc[right - 1].is_punct
            and not doc[right - 1].is_quote
            and doc[right - 1].text not in ")]%"
        )
        or doc[right - 1].dep_ in {"cc", "mark"}
    ):
        right -= 1
    return left, right


def _opens(doc: Doc, left: int, right: int) -> bool:
    """Whether the word at `left` only opens; in "as well" and "so far" it does not."""
    after = doc[left + 1].lower_ if left + 1 < right else ""
    return after not in {"well", "far", "many", "much", "long"}
