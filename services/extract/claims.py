"""Claims: from reports and clauses to the spans that can be checked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Excluded, Quote
from services.extract.clauses import Clause, find_clauses, is_finite, trim
from services.extract.contents import offsets_of, tokens_of
from services.extract.cues import ACTS, DENIALS, VERBS
from services.extract.report import Form, Report
from services.extract.spans import SpanIndex

_FEWEST_WORDS = 3
_UNCHECKABLE_CUES = frozenset(
    [
        "ask",
        "wonder",
        "question",
        "want",
        "wish",
        "hope",
        "like",
        "prefer",
        "seem",
        "appear",
        "love",
        "discuss",
        "address",
        "mention",
        "call",
        "describe",
        "consider",
        "talk",
        "speak",
        "refer",
        "go",
        "read",
        "quote",
        "cite",
        "know",
        "see",
        "think",
        "feel",
    ]
)
"""Cues whose infinitive or object is no statement ("asked about it", "wants to go")."""
_OVERLAP = 0.5


@dataclass
class Draft:
    """A claim before it is dated, scored and named. `dating` are further stretches whose dates it has."""

    span: Offsets
    sentence: int
    report: Report | None = None
    quote: Quote = Quote.NONE
    dating: list[Offsets] = field(default_factory=list)
    lemma: str | None = None
    clause_head: Token | None = None


def draft_claims(
    text: str, doc: Doc, reports: list[Report], excluded: SpanIndex[Excluded]
) -> list[Draft]:
    """The claims of a parsed article in reading order; none touches an excluded span or repeats another."""
    sentences = list(doc.sents)
    starts = [token.idx for token in doc]
    drafts: list[Draft] = []
    clauses = [find_clauses(sentence) for sentence in sentences]
    for report in reports:
        drafts.extend(_of_report(text, doc, report, clauses))
    covered = _Cover(drafts, reports)
    for number, group in enumerate(clauses):
        drafts.extend(_of_narration(doc, number, group, covered))
    drafts = [
        clipped for draft in drafts if (clipped := _clip(doc, starts, draft, excluded)) is not None
    ]
    return _distinct(drafts)


# From reports


def _of_report(text: str, doc: Doc, report: Report, clauses: list[list[Clause]]) -> Iterator[Draft]:
    # Of a listener ("told reporters that") and of a quotation, telling is saying; else it is asking.
    lemma = "say" if report.lemma == "tell" and report.form in _TELLING else report.lemma
    if report.frames:
        return
    if report.form is Form.DIRECT:
        yield from _quoted(text, doc, report, lemma)
        return
    if report.form is Form.LABEL:
        yield from _spoken(doc, report)
        return
    if _is_act(report):
        span = _act_span(doc, report, clauses[report.sentence])
        if span is not None:
            yield Draft(
                span, report.sentence, report, Quote.INDIRECT, lemma=lemma, clause_head=report.head
            )
        return
    if report.form in (Form.INFINITIVE, Form.OBJECT) or (
        lemma in _UNCHECKABLE_CUES and report.form is Form.CLAUSE
    ):
        return
    if report.form is Form.CLAUSE and _is_question(text, report):
        return
    for span in _stretches(text, doc, report):
        yield Draft(span, report.sentence, report, report.quote, lemma=lemma)


def _is_question(text: str, report: Report) -> bool:
    """Content that leaves open what is so ("did not say who …", "asked whether …")."""
    first = text[report.content[0][0] : report.content[0][0] + 8].split()
    opens = _OPEN if report.lemma in _ASKING else _OPEN - {"if", "when", "where"}
    return bool(first) and first[0].lower() in opens


_OPEN = frozenset({"who", "what", "why", "whether", "how", "which", "if", "when", "where"})
_ASKING = frozenset({"ask", "wonder", "question", "know", "decide", "see"})


def _is_act(report: Report) -> bool:
    if report.form in (Form.ACCORDING, Form.NOUN, Form.ACCOUNT) or report.source is None:
        return False
    if report.lemma in DENIALS:
        return True
    return report.form in (Form.INFINITIVE, Form.OBJECT) and report.lemma in ACTS


def _act_span(doc: Doc, report: Report, clauses: list[Clause]) -> Offsets | None:
    """The whole clause of the cue, from its subject on, without other clauses that assert on their own."""
    head = report.head
    if head is None or not is_finite(head):
        return None
    clause = next((clause for clause in clauses if clause.head == head), None)
    if clause is not None:
        left, right = clause.words
        subject = report.source
        if subject is not None and left < subject.start < head.i:
            left = subject.start
    elif report.source is not None and report.source.start < head.i:
        left, right = trim(doc, report.source.start, head.right_edge.i + 1)
        inner = [
            other.head.left_edge.i for other in clauses if head.i < other.head.left_edge.i < right
        ]
        left, right = trim(doc, left, min([right, *inner]))
    else:
        return None
    return _offsets(doc, left, right)


def _quoted(text: str, doc: Doc, report: Report, lemma: str | None) -> Iterator[Draft]:
    sentence = (
        tokens_of(doc, report.quotations[0].span)[0].sent
        if report.head is None
        else report.head.sent
    )
    around = offsets_of(sentence)
    outside = _without(around, [quotation.span for quotation in report.quotations])
    for quotation in report.quotations:
        start, end = quotation.inner
        words = text[start:end]
        end -= len(words) - len(words.rstrip(" ,;—–-"))
        if len(text[start:end].split()) >= _FEWEST_WORDS:
            near = around[0] <= start < around[1]
            yield Draft(
                (start, end),
                report.sentence,
                report,
                Quote.DIRECT,
                outside if near else [],
                lemma,
            )


def _spoken(doc: Doc, report: Report) -> Iterator[Draft]:
    """Each sentence of a transcript's turn that states something."""
    turn = tokens_of(doc, report.content[0])
    for sentence in _sentences(turn):
        left, right = trim(doc, max(sentence.start, turn.start), min(sentence.end, turn.end))
        span = _offsets(doc, left, right)
        if (
            span is not None
            and is_finite(sentence.root)
            and not sentence.text.rstrip().endswith("?")
        ):
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


def _stretches(text: str, doc: Doc, report: Report) -> Iterator[Offsets]:
    """Each part of the content that is a statement by itself; all of it in one where none is."""
    parts = [
        span for span in report.content if len(text[span[0] : span[1]].split()) >= _FEWEST_WORDS
    ]
    if not parts:
        return
    if (
        len(parts) > 1
        and report.form is not Form.ACCORDING
        and all(_has_verb(doc, span) for span in parts)
    ):
        spans = parts
    elif (
        len(report.content) > 1
        and report.form is not Form.ACCORDING
        and not _has_verb(doc, parts[0])
    ):
        spans = [report.bounds]
    else:
        spans = [max(parts, key=lambda span: span[1] - span[0])]
    for span in spans:
        yield _without_that(doc, span)


def _has_verb(doc: Doc, span: Offsets) -> bool:
    part = doc.char_span(*span, alignment_mode="expand")
    return part is not None and any(
        token.pos_ in {"VERB", "AUX"} and is_finite(token) for token in part
    )


def _without_that(doc: Doc, span: Offsets) -> Offsets:
    part = doc.char_span(*span, alignment_mode="expand")
    if part is None or len(part) < 2:
        return span
    first = 0
    if (
        part[0].lower_ == "that"
        and part[0].dep_ in {"mark", "dobj", "nsubj", "det", "advmod"}
        and part[1].lower_ != "is"
    ):
        first = 1
    left, right = trim(doc, part.start + first, part.end)
    return _offsets(doc, left, right) or span


def _offsets(doc: Doc, left: int, right: int) -> Offsets | None:
    if right - left < _FEWEST_WORDS:
        return None
    return doc[left].idx, doc[right - 1].idx + len(doc[right - 1])


# From narration


class _Cover:
    """What reports already account for: characters of their claims and contents, and their cues."""

    def __init__(self, drafts: list[Draft], reports: list[Report]) -> None:
        spans = sorted(
            [draft.span for draft in drafts]
            + [span for r in reports if r.form in _TELLING for span in r.content]
        )
        self._merged: list[list[int]] = []
        for start, end in spans:
            if self._merged and start <= self._merged[-1][1]:
                self._merged[-1][1] = max(self._merged[-1][1], end)
            else:
                self._merged.append([start, end])
        self._starts = [start for start, _ in self._merged]
        self.heads = {
            (_clause_head(r.head) if r.form is Form.ACCORDING else r.head).i
            for r in reports
            if r.head is not None and r.form in _TELLING
        }
        self.acts = {draft.clause_head.i for draft in drafts if draft.clause_head is not None}

    def share(self, span: Offsets) -> float:
        """The part of `span` that is covered, from 0 to 1."""
        position = max(0, bisect_right(self._starts, span[0]) - 1)
        total = 0
        while position < len(self._merged) and self._merged[position][0] < span[1]:
            start, end = self._merged[position]
            total += max(0, min(end, span[1]) - max(start, span[0]))
            position += 1
        return total / max(1, span[1] - span[0])


def _clause_head(token: Token) -> Token:
    """The verb of the clause that "according to" stands in."""
    token = token.head
    while token.head != token and token.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token


_TELLING = (Form.DIRECT, Form.COLON, Form.LABEL, Form.CLAUSE, Form.ACCORDING, Form.ACCOUNT)


def _of_narration(doc: Doc, number: int, clauses: list[Clause], covered: _Cover) -> Iterator[Draft]:
    for clause in clauses:
        head = clause.head
        if head.i in covered.heads or head.i in covered.acts or not is_finite(head):
            continue
        left, right = clause.words
        if clause.relative and doc[left].lower_ == "where":
            left += 1
        span = _offsets(doc, left, right)
        if (
            span is None
            or head.sent.text.rstrip().endswith("?")
            or not any(c.dep_ in _SUBJECTS for c in head.children)
        ):
            continue
        if covered.share(span) <= _OVERLAP and not _only_cue(head, doc):
            yield Draft(span, number, clause_head=head)


_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}


def _only_cue(head: Token, doc: Doc) -> bool:
    """A clause such as "he said" whose content was found elsewhere."""
    return (
        head.lemma_.lower() in VERBS
        and len(list(head.subtree)) <= _FEWEST_WORDS + 1
        and len(doc) > 0
    )


# Order and limits


def _clip(doc: Doc, starts: list[int], draft: Draft, excluded: SpanIndex[Excluded]) -> Draft | None:
    """The draft without excluded text: what stands after it if it leads, what stands before it otherwise."""
    start, end = draft.span
    for item in excluded.touching(draft.span):
        low, high = item.span
        if high <= start or low >= end:
            continue
        if low <= start:
            start = high
        else:
            end = low
    if (start, end) == draft.span:
        return draft
    left, right = bisect_left(starts, start), bisect_left(starts, end)
    if left >= right:
        return None
    span = _offsets(doc, *trim(doc, left, right))
    if span is None:
        return None
    return Draft(
        span,
        draft.sentence,
        draft.report,
        draft.quote,
        draft.dating,
        draft.lemma,
        draft.clause_head,
    )


def _distinct(drafts: list[Draft]) -> list[Draft]:
    """In reading order; of two that nearly coincide the one with a speaker, then the first found, stays."""
    kept: list[Draft] = []
    ordered = sorted(
        enumerate(drafts),
        key=lambda pair: (pair[1].span[0], pair[1].report is None, -pair[1].span[1], pair[0]),
    )
    for _, draft in ordered:
        if not any(_same(draft, other) for other in kept[-6:]):
            kept.append(draft)
    return kept


def _same(one: Draft, other: Draft) -> bool:
    start, end = max(one.span[0], other.span[0]), min(one.span[1], other.span[1])
    longest = max(one.span[1], other.span[1]) - min(one.span[0], other.span[0])
    return end > start and (end - start) / longest >= 0.7
