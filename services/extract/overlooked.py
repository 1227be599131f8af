"""What no rule found: running text with a date or a figure, of which the parser missed the verb.

A statement that is lost is never checked; one too many is ranked low. So these are taken as they stand,
with less confidence.
"""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Excluded
from services.extract.clauses import asks, is_finite, trim
from services.extract.draft import Draft
from services.extract.ranges import Range, offsets_of, tokens_of
from services.extract.report import Report
from services.extract.spans import SpanIndex
from services.extract.subjects import own_subject

CERTAINTY = 0.5
"""How far a claim that no rule found is trusted to be one, beside how clean its letters are."""
_FEWEST_WORDS = 5
_FIGURES = frozenset({"DATE", "PERCENT", "MONEY", "QUANTITY"})
_MAIN = frozenset({"ROOT", "ccomp", "conj", "parataxis"})
_BELOW = frozenset({"relcl", "acl", "advcl", "pcomp"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "expl"})
_RUNNING = re.compile(r"[.!…][\"”’')\]]{0,2}\s*\Z")
_LISTED = re.compile(r"\s*(?:[•*·▪–—-]|\d{1,2}[.)]|\(?\w{1,2}\))\s")


def of_rest(
    doc: Doc,
    paragraphs: Sequence[Offsets],
    drafts: Sequence[Draft],
    reports: Sequence[Report],
    excluded: SpanIndex[Excluded],
) -> Iterator[Draft]:
    """What `drafts` and `reports` left of each sentence, where it states something by itself."""
    taken = _taken(doc, drafts, reports)
    text = doc.text
    lines = SpanIndex(paragraphs, lambda span: span)
    for number, sentence in enumerate(doc.sents):
        span = offsets_of(sentence)
        if not _runs(sentence) or excluded.touching(span):
            continue
        line = next(iter(lines.touching(span)), span)
        if _LISTED.match(text, line[0]):
            continue
        whole = not any(taken[sentence.start : sentence.end])
        if whole and not _is_sentence(sentence, line):
            continue
        for left, right in _free(taken, sentence):
            part = doc[slice(*trim(doc, left, right))]
            if _has_figure(part) and (whole or _has_clause(part)):
                yield Draft(offsets_of(part), number, certainty=CERTAINTY)


def _taken(doc: Doc, drafts: Sequence[Draft], reports: Sequence[Report]) -> bytearray:
    """One byte a token: whether a claim, what somebody said, his cue or his name holds it."""
    spans = [draft.span for draft in drafts]
    for report in reports:
        spans += [*report.content, *report.cue]
        if report.source is not None:
            spans.append(offsets_of(report.source))
    taken = bytearray(len(doc))
    for span in spans:
        found = tokens_of(doc, span)
        taken[found.start : found.end] = b"\1" * len(found)
    return taken


def _free(taken: bytearray, sentence: Span) -> Iterator[Range]:
    """The stretches of `sentence` of which no token is taken."""
    left = sentence.start
    while left < sentence.end:
        if taken[left]:
            left += 1
            continue
        right = taken.find(1, left, sentence.end)
        right = sentence.end if right < 0 else right
        yield left, right
        left = right


def _runs(sentence: Span) -> bool:
    """Whether it is a sentence of running text: no headline, label, question or request."""
    text = sentence.text
    if not _RUNNING.search(text) or asks(sentence):
        return False
    return sentence.root.tag_ != "VB" or own_subject(sentence.root) is not None


def _is_sentence(sentence: Span, line: Offsets) -> bool:
    """Whether it has a verb, or others beside it in its paragraph `line`: else it is a caption."""
    if any(token.pos_ in {"VERB", "AUX"} for token in sentence):
        return True
    return len(sentence.text.rstrip()) < line[1] - line[0]


def _has_figure(part: Span) -> bool:
    """Whether there are words enough and a date or a figure among them."""
    words = sum(1 for token in part if not token.is_punct and not token.is_space)
    return words >= _FEWEST_WORDS and any(
        token.like_num or token.ent_type_ in _FIGURES for token in part
    )


def _has_clause(part: Span) -> bool:
    """Whether a main clause with its subject is in `part`, and no mere circumstance of the rest."""
    return any(_states(token, part) for token in part)


def _states(verb: Token, part: Span) -> bool:
    if verb.pos_ not in {"VERB", "AUX"} or verb.dep_ not in _MAIN or not is_finite(verb):
        return False
    subject = next((c for c in verb.lefts if c.dep_ in _SUBJECTS), None)
    marked = any(child.dep_ == "mark" for child in verb.lefts)
    if subject is None or subject.i < part.start or marked:
        return False
    while verb.dep_ not in _BELOW and verb.head != verb and part.start <= verb.head.i < part.end:
        verb = verb.head
    return verb.dep_ not in _BELOW
