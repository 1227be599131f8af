"""A quotation on the task's page: the word diff, its context, and nobody's markup."""

from datetime import UTC, datetime

from schemas.evidence import EvidenceKind
from schemas.quotation import (
    ContextKind,
    ContextNote,
    DiffKind,
    DiffPart,
    QuoteCheck,
    QuoteSource,
    QuoteStatus,
)
from services.review.templates import _TEMPLATES

CHECK = QuoteCheck(
    quotation="We will <b>never</b> pay",
    status=QuoteStatus.EDITED,
    why="Edited: “never” was put in.",
    searched=12,
    source=QuoteSource(id="s", kind=EvidenceKind.REPORT, url="javascript:alert(1)"),
    before="Before. ",
    said="We will pay",
    after=". After.",
    diff=[
        DiffPart(kind=DiffKind.SAME, quoted="We will", said="We will"),
        DiffPart(kind=DiffKind.ADDED, quoted="<b>never</b>", alters="negation"),
        DiffPart(kind=DiffKind.LEFT_OUT, said="perhaps", declared=True),
    ],
    notes=[ContextNote(kind=ContextKind.NEGATED, words="It is not true that", span=(0, 19))],
)


def test_the_diff_is_marked_and_every_word_escaped() -> None:
    page = _TEMPLATES.get_template("quotation.html").render(
        quotation=CHECK, now=datetime(2024, 5, 1, tzinfo=UTC)
    )
    assert '<ins class="alters"><span class="unseen">quoted: </span>&lt;b&gt;never' in page
    assert '<del><span class="unseen">said: </span>perhaps</del>' in page
    assert "Before. <mark>We will pay</mark>. After." in page
    assert "denies it: “<bdi>It is not true that</bdi>”" in page
    assert "12 passages searched" in page
    assert "javascript" not in page
