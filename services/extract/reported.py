"""Claims that somebody is said to have made: the content of reports, or the act of saying itself."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Quote
from services.extract.clauses import Clause, asks, is_finite, trim
from services.extract.cues import ACTS, DENIALS
from services.extract.draft import FEWEST_WORDS, Draft, stated
from services.extract.ranges import offsets_of, tokens_of
from services.extract.report import Form, Report
from services.extract.subjects import own_subject, verb_above
from services.extract.words import words

_NO_STATEMENT = words(
    """
    ask wonder question want wish hope like prefer seem appear love discuss address mention
    call describe consider talk speak refer go read quote cite know see think feel
    """
)
"""Cues whose clause is no statement of the speaker about the world ("asked about it", "wants it to go")."""
_OPEN = words("who what why whether how which if when where")
_CONDITIONAL = words("if when where")
_ASKING = words("ask wonder question know decide see")
_NOBODY = frozenset({"nobody", "no", "no-one", "none", "neither"})
_NO_ACTS = frozenset({Form.ACCORDING, Form.NOUN, Form.ACCOUNT})
_JOINING = frozenset({"and", "but"})
_LEAST_SPLIT = 3
"""Tokens of a statement that is told apart from the one beside it."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_OPENING_THAT = frozenset({"mark", "dobj", "nsubj", "det", "advmod"})


def of_report(text: str, doc: Doc, report: Report, clauses: list[list[Clause]]) -> Iterator[Draft]:
    """The claims that `report` makes; none when it only frames another, or states nothing.

    `clauses` are those of each sentence.
    """
    lemma = report.lemma
    if report.frames or _is_denied(report):
        return
    if report.form is Form.DIRECT:
        yield from _quoted(text, doc, report, lemma)
    elif report.form is Form.LABEL:
        yield from _spoken(doc, report)
    elif _is_act(report):
        span = _act_span(doc, report, clauses[report.sentence])
        if span is not None:
            yield Draft(span, report.sentence, report, Quote.INDIRECT, [], lemma, report.head)
    elif _is_statement(text, report):
        spans = (part for one in _stretches(text, doc, report) for part in _one_by_one(doc, one))
        for span in spans:
            whole = _with_subject(doc, report, span)
            if whole is not None:
                quote, words = _quote_of(report, whole)
                yield Draft(words, report.sentence, report, quote, lemma=lemma)


def _quote_of(report: Report, span: Offsets) -> tuple[Quote, Offsets]:
    """How this very part of what is said is quoted; all of it is direct, and goes without its marks."""
    held = [one for one in report.quotations if one.span[0] < span[1] and span[0] < one.span[1]]
    if held and held[0].span == span:
        return Quote.DIRECT, held[0].inner
    return (report.quote if held else Quote.INDIRECT), span


def _is_statement(text: str, report: Report) -> bool:
    if report.form in (Form.INFINITIVE, Form.OBJECT):
        return False
    return report.form is not Form.CLAUSE or not (
        report.lemma in _NO_STATEMENT or _is_question(text, report)
    )


def _is_denied(report: Report) -> bool:
    """Whether the content is that of claims which somebody rejects: not what the rejecter says."""
    head = report.head
    if report.form is not Form.NOUN or head is None or head.dep_ != "dobj":
        return False
    return head.head.lemma_.lower() in DENIALS


def _is_question(text: str, report: Report) -> bool:
    """Content that leaves open what is so ("did not say who …", "asked whether …")."""
    first = text[report.content[0][0] : report.content[0][0] + 8].split()
    opens = _OPEN if report.lemma in _ASKING else _OPEN - _CONDITIONAL
    return bool(first) and first[0].lower() in opens


def _is_act(report: Report) -> bool:
    if report.form in _NO_ACTS or report.source is None:
        return False
    if report.lemma in DENIALS or _is_unsaid(report):
        return True
    return report.form in (Form.INFINITIVE, Form.OBJECT) and report.lemma in ACTS


def _is_unsaid(report: Report) -> bool:
    """Whether nobody says it ("nobody thought", "did not say when"): only that can be checked."""
    head, source = report.head, report.source_head
    if report.form is not Form.CLAUSE or head is None or source is None:
        return False
    negated = any(child.dep_ == "neg" for child in head.children)
    return negated or any(token.lower_ in _NOBODY for token in (source, source.left_edge))


def _act_span(doc: Doc, report: Report, clauses: list[Clause]) -> Offsets | None:
    """The whole clause of the cue, from its subject on, without other clauses that assert on their own."""
    head, source = report.head, report.source
    if head is None or source is None or not is_finite(head):
        return None
    clause = next((clause for clause in clauses if clause.head == head), None)
    if clause is not None:
        left, right = clause.words
        left = source.start if left < source.start < head.i else left
        return stated(doc, left, right)
    if source.start >= head.i:
        return None
    starts = [other.head.left_edge.i for other in clauses if other.head.left_edge.i > head.i]
    return stated(doc, *trim(doc, source.start, min([head.right_edge.i + 1, *starts])))


def _quoted(text: str, doc: Doc, report: Report, lemma: str | None) -> Iterator[Draft]:
    """Each quotation without its marks, dated also by the sentence that brings it."""
    first = report.head or tokens_of(doc, report.quotations[0].span)[0]
    around = offsets_of(first.sent)
    outside = _without(around, [quotation.span for quotation in report.quotations])
    for quotation in report.quotations:
        start, end = quotation.inner
        end = start + len(text[start:end].rstrip(" ,;—–-"))
        if len(text[start:end].split()) >= FEWEST_WORDS:
            dating = outside if around[0] <= start < around[1] else []
            yield Draft((start, end), report.sentence, report, Quote.DIRECT, dating, lemma)


def _spoken(doc: Doc, report: Report) -> Iterator[Draft]:
    """Each sentence of a transcript's turn that states something."""
    turn = tokens_of(doc, report.content[0])
    for sentence in _sentences(turn):
        left, right = trim(doc, max(sentence.start, turn.start), min(sentence.end, turn.end))
        span = stated(doc, left, right)
        if span is not None and _has_verb(doc, span) and not asks(sentence):
            yield Draft(span, report.sentence, report, Quote.DIRECT)


def _sentences(turn: Span) -> Iterator[Span]:
    at = turn.start
    while at < turn.end:
        sentence = turn.doc[at].sent
        yield sentence
        at = sentence.end


def _without(span: Offsets, holes: Iterable[Offsets]) -> list[Offsets]:
    parts, at = [], span[0]
    for start, end in sorted(holes):
        if at < start:
            parts.append((at, min(start, span[1])))
        at = max(at, end)
    if at < span[1]:
        parts.append((at, span[1]))
    return parts


def _stretches(text: str, doc: Doc, report: Report) -> list[Offsets]:
    """Each part of the content that is a statement by itself; all of it in one where the first is none."""
    parts = [
        span for span in report.content if len(text[span[0] : span[1]].split()) >= FEWEST_WORDS
    ]
    if not parts:
        return []
    if len(report.content) > 1 and report.form is not Form.ACCORDING:
        if not _has_verb(doc, report.content[0]):  # the cue cuts off a subject, however short
            return [_without_that(doc, report.bounds)]
        if all(_has_verb(doc, span) for span in parts):
            return [_without_that(doc, span) for span in parts]
        if len(report.content) == 2 and _is_interrupted(report):
            return [_without_that(doc, report.bounds)]
    return [
        _without_that(
            doc, max(parts, key=lambda span: (_holds_verb(report, span), span[1] - span[0]))
        )
    ]


def _is_interrupted(report: Report) -> bool:
    """Whether the cue stands between the two parts of what is said."""
    head = report.head
    return head is not None and report.content[0][1] <= head.idx < report.content[1][0]


def _one_by_one(doc: Doc, span: Offsets) -> list[Offsets]:
    """The statements of "that the fee would rise and that nobody would pay less", each by itself."""
    part = tokens_of(doc, span)
    cuts = [
        token.i
        for token in part[_LEAST_SPLIT:-_LEAST_SPLIT]
        if _opens_that(token) or _opens_joined(token, part)
    ]
    # Not within a quotation: that is one claim.
    cuts = [cut for cut in cuts if not sum(t.is_quote for t in doc[part.start : cut]) % 2]
    if not cuts:
        return [span]
    edges = [part.start, *cuts, part.end]
    pieces = (stated(doc, *trim(doc, low, high)) for low, high in pairwise(edges))
    return [_without_that(doc, piece) for piece in pieces if piece is not None]


def _opens_that(token: Token) -> bool:
    return (
        token.lower_ == "that"
        and token.dep_ == "mark"
        and token.nbor(-1).lower_ in _JOINING
        and token.head.dep_ == "conj"
        and own_subject(token.head) is not None
    )


def _opens_joined(token: Token, part: Span) -> bool:
    """Whether a main clause with a subject of its own begins after the "and" before `token`."""
    joint = token.nbor(-1)
    if joint.dep_ != "cc" or joint.lower_ not in _JOINING or token.dep_ == "mark":
        return False
    # By the verbs: the parser often hangs "and" on the noun before it, or the subject on the first verb.
    other = next(
        (t for t in part.doc[token.i : part.end] if t.dep_ == "conj" and is_finite(t)), None
    )
    first = other.head if other is not None else token
    if other is None or first.i >= joint.i or not is_finite(first):
        return False
    subjects = [t.i for t in part if t.dep_ in _SUBJECTS and t.head in (first, other)]
    before = any(at < first.i for at in subjects)
    return before and any(token.i <= at < other.i for at in subjects) and _is_main(first, part)


def _is_main(verb: Token, part: Span) -> bool:
    """Whether nothing in `part` but a clause beside it stands above `verb`."""
    while verb.dep_ == "conj" and verb.head.i in range(part.start, part.end):
        verb = verb.head
    return verb.dep_ == "ROOT" or verb.head.i not in range(part.start, part.end)


def _with_subject(doc: Doc, report: Report, span: Offsets) -> Offsets | None:
    """`span`, with the noun before it where it begins with a verb that lacks its subject; none without a noun."""
    part = tokens_of(doc, span)
    first = part[0]
    verb = first.head if first.dep_ in {"aux", "auxpass"} else first
    if not is_finite(verb) or verb.i not in range(part.start, part.end):
        return span
    if first.pos_ not in {"VERB", "AUX"} or first.tag_ in {"VB", "VBG", "VBN"}:
        return span
    if any(child.dep_ in _SUBJECTS and child.i >= part.start for child in verb.children):
        return span
    if not part.start or first.is_sent_start:
        return None
    noun = doc[part.start - 1]
    if noun.pos_ not in {"NOUN", "PROPN"} or noun == report.source_head:
        return None
    return noun.left_edge.idx, span[1]


def _holds_verb(report: Report, span: Offsets) -> bool:
    """Whether the clause's own verb, and not only a remark on it, is in `span`."""
    return report.head is not None and span[0] <= verb_above(report.head).idx < span[1]


def _has_verb(doc: Doc, span: Offsets) -> bool:
    return any(token.pos_ in {"VERB", "AUX"} and is_finite(token) for token in tokens_of(doc, span))


def _without_that(doc: Doc, span: Offsets) -> Offsets:
    part = tokens_of(doc, span)
    opens = len(part) > 1 and part[0].lower_ == "that" and part[1].lower_ != "is"
    first = part.start + int(opens and part[0].dep_ in _OPENING_THAT)
    return stated(doc, *trim(doc, first, part.end)) or span
