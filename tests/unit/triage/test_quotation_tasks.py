"""A quotation that is not as it was said is a way into the queue, and the gravest finding stays with the task."""

from itertools import permutations

import pytest

from schemas.article import ArticleRef
from schemas.claim import Claim, Quote
from schemas.match import ArticleMatches, ClaimMatches
from schemas.quotation import DiffKind, DiffPart, QuoteCheck, QuoteStatus
from services.triage.handle import handle
from services.triage.merge import gravest

SAID = "We will pay for the bridge"


def check(status: QuoteStatus, alters: str | None = None) -> QuoteCheck:
    part = DiffPart(kind=DiffKind.CHANGED, quoted="will", said="may", alters=alters)
    return QuoteCheck(quotation=SAID, status=status, why=f"It is {status}.", diff=[part])


def matches(quotation: QuoteCheck | None) -> ArticleMatches:
    claim = Claim(id="c", span=(0, len(SAID)), text=SAID, quote=Quote.DIRECT, speaker="Ina Krog")
    row = ClaimMatches(claim=claim, quotation=quotation)
    return ArticleMatches(article=ArticleRef(id="a"), claims=[row])


@pytest.mark.parametrize(
    "quotation",
    [
        check(QuoteStatus.EDITED, "certainty"),
        check(QuoteStatus.STITCHED),
        check(QuoteStatus.OUT_OF_CONTEXT),
        check(QuoteStatus.MISATTRIBUTED),
    ],
)
def test_a_doctored_quotation_becomes_a_task_that_says_why(quotation: QuoteCheck) -> None:
    (task,) = handle(matches(quotation), threshold=0.9)
    assert task.quotation == quotation
    assert quotation.why in task.reason
    part = next(part for part in task.priority.parts if part.name == "evidence")
    assert part.value >= 0.9
    assert part.why == quotation.why


@pytest.mark.parametrize(
    "quotation",
    [
        None,
        check(QuoteStatus.VERBATIM),
        check(QuoteStatus.EDITED),
        check(QuoteStatus.PARAPHRASED),
        check(QuoteStatus.NOT_FOUND),
    ],
)
def test_other_findings_are_no_way_into_the_queue(quotation: QuoteCheck | None) -> None:
    assert list(handle(matches(quotation), threshold=0.9)) == []


def test_the_gravest_finding_stays_in_any_order() -> None:
    found = [
        None,
        check(QuoteStatus.NOT_FOUND),
        check(QuoteStatus.STITCHED),
        check(QuoteStatus.VERBATIM),
        check(QuoteStatus.EDITED),
    ]
    assert {repr(gravest(order)) for order in permutations(found)} == {repr(found[2])}
    assert gravest([found[1], found[3]]) == found[3]
    assert gravest([]) is None
