"""A report: one finding that somebody says something, in tokens, before speakers are resolved."""

from dataclasses import dataclass, field
from enum import StrEnum

from spacy.tokens import Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Quote
from services.extract.quotes import Quotation
from services.extract.subjects import is_name_like_modal, phrase_of


class Form(StrEnum):
    """How the content hangs on the cue."""

    DIRECT = "direct"
    CLAUSE = "clause"
    INFINITIVE = "infinitive"
    OBJECT = "object"
    ACCORDING = "according"
    NOUN = "noun"
    COLON = "colon"
    LABEL = "label"
    ACCOUNT = "account"


TELLING = frozenset(
    {Form.DIRECT, Form.COLON, Form.LABEL, Form.CLAUSE, Form.ACCORDING, Form.ACCOUNT}
)
"""Forms whose content is a statement, not a thing or a plan."""

_CONFIDENCE = {
    Form.DIRECT: 0.9,
    Form.CLAUSE: 0.85,
    Form.ACCORDING: 0.85,
    Form.COLON: 0.6,
    Form.LABEL: 0.8,
    Form.INFINITIVE: 0.6,
    Form.OBJECT: 0.6,
    Form.NOUN: 0.6,
    Form.ACCOUNT: 0.6,
}


@dataclass
class Report:
    """`head` is the cue's main word (none for a bare colon), `source` the phrase that names who says it.

    `content` are offsets in reading order; `quotations` those of a direct or mixed report.
    `passed_on` are the heads of those who pass it on, nearest first.
    """

    form: Form
    head: Token | None
    cue: list[Offsets]
    source: Span | None
    source_head: Token | None
    content: list[Offsets]
    sentence: int
    quotations: list[Quotation] = field(default_factory=list)
    passed_on: list[Token] = field(default_factory=list)
    floating: bool = False
    frames: bool = False
    """Whether the content is little more than another report, so that only that one makes a claim."""

    @property
    def lemma(self) -> str | None:
        """Lemma of the cue's main word."""
        return self.head.lemma_.lower() if self.head is not None else None

    @property
    def confidence(self) -> float:
        """How often a report of this form holds, as counted on news articles annotated by hand."""
        return _CONFIDENCE[Form.DIRECT if self.floating else self.form] * (
            0.8 if self.source is None else 1.0
        )

    @property
    def quote(self) -> Quote:
        """Direct, mixed or indirect."""
        if self.form in (Form.DIRECT, Form.LABEL):
            return Quote.DIRECT
        return Quote.MIXED if self.quotations else Quote.INDIRECT

    def add(self, quotation: Quotation) -> None:
        """Take in one more quotation of the same saying."""
        self.content.append(quotation.span)
        self.quotations.append(quotation)

    def cite(self, head: Token) -> None:
        """Take `head` for the source: what was said came from there."""
        self.source_head, self.source = head, phrase_of(head)

    @property
    def bounds(self) -> Offsets:
        """From the first to the last character of the content."""
        return self.content[0][0], self.content[-1][1]


def cue_offsets(cue: Token) -> list[Offsets]:
    """The cue with its auxiliaries, negation and particle."""
    near = (
        child
        for child in cue.children
        if abs(child.i - cue.i) <= 3 and not is_name_like_modal(child)
    )
    indices = [cue.i, *(c.i for c in near if c.dep_ in {"aux", "auxpass", "neg", "prt"})]
    first, last = cue.doc[min(indices)], cue.doc[max(indices)]
    return [(first.idx, last.idx + len(last))]
