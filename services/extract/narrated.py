"""Claims that an article makes in its own voice."""

from bisect import bisect_right
from collections.abc import Iterator

from spacy.tokens import Doc, Token

from schemas.base import Span as Offsets
from services.extract.clauses import Clause, asks, is_finite
from services.extract.cues import VERBS
from services.extract.draft import FEWEST_WORDS, Draft, stated
from services.extract.report import TELLING, Form, Report
from services.extract.subjects import quoting_verb, verb_above

_MOST_COVERED = 0.5
"""Share of a clause that reports may account for; above it the claim is theirs."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})


class Cover:
    """What reports already account for: characters of their claims and contents, and their cues."""

    def __init__(self, drafts: list[Draft], reports: list[Report]) -> None:
        spans = sorted(
            [draft.span for draft in drafts]
            + [span for r in reports if r.form in TELLING for span in r.content]
        )
        self._merged: list[list[int]] = []
        for start, end in spans:
            if self._merged and start <= self._merged[-1][1]:
                self._merged[-1][1] = max(self._merged[-1][1], end)
            else:
                self._merged.append([start, end])
        self._starts = [start for start, _ in self._merged]
        self.heads = {
            (verb_above(report.head) if report.form is Form.ACCORDING else report.head).i
            for report in reports
            if report.head is not None and report.form in TELLING
        }
        self.heads |= {draft.clause_head.i for draft in drafts if draft.clause_head is not None}
        # "As X wrote, …" and "quoted X as saying …" only bring what is said.
        cues = [report.head for report in reports if report.head is not None]
        self.heads |= {
            cue.i for cue in cues if cue.dep_ == "advcl" and cue.left_edge.lower_ == "as"
        }
        self.heads |= {above.i for cue in cues if (above := quoting_verb(cue)) is not None}

    def share(self, span: Offsets) -> float:
        """The part of `span` that is covered, from 0 to 1."""
        position = max(0, bisect_right(self._starts, span[0]) - 1)
        total = 0
        while position < len(self._merged) and self._merged[position][0] < span[1]:
            start, end = self._merged[position]
            total += max(0, min(end, span[1]) - max(start, span[0]))
            position += 1
        return total / max(1, span[1] - span[0])


def of_narration(doc: Doc, number: int, clauses: list[Clause], covered: Cover) -> Iterator[Draft]:
    """The clauses of sentence `number` that the article asserts itself and no report has covered."""
    for clause in clauses:
        head = clause.head
        if head.i in covered.heads or asks(head.sent) or not _states(head):
            continue
        left, right = clause.words
        left += int(clause.relative and doc[left].lower_ == "where")
        span = stated(doc, left, right)
        if span is not None and covered.share(span) <= _MOST_COVERED:
            yield Draft(span, number, clause_head=head)


def _states(head: Token) -> bool:
    """Whether `head` is a finite verb with a subject, and more than a cue whose content was found elsewhere."""
    helpers = [child for child in head.lefts if child.dep_ in {"aux", "auxpass"}]
    subjects = (child for verb in (head, *helpers) for child in verb.children)
    if not is_finite(head) or not any(child.dep_ in _SUBJECTS for child in subjects):
        return False
    size = head.right_edge.i - head.left_edge.i + 1
    return head.lemma_.lower() not in VERBS or size > FEWEST_WORDS + 1
