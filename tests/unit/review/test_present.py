"""What the templates are given: safe links, words for codes, the claim in its context."""

import pytest

from schemas.claim import Kind
from schemas.evidence import EvidenceKind
from schemas.match import Relation
from schemas.verdict import Rating
from services.ports.task_store import State
from services.review.present import in_context, label, nearness, number, safe_url
from tests.support.desk import make_claim


@pytest.mark.parametrize("url", ["https://a.example/b?c=d#e", "HTTP://a.example", "http://[::1]/"])
def test_web_addresses_are_links(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://a.example/%0aalert(1)",
        "data:text/html,<script>",
        "//a.example",
        "/local",
        "https:",
        "https://",
        "http://[",
        " javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is(url: str | None) -> None:
    assert safe_url(url) is None


def test_the_claim_is_found_in_its_context() -> None:
    around = in_context(make_claim("it fell", context="She said it fell. Later it fell again."))
    assert (around.before, around.claim, around.after) == (
        "She said ",
        "it fell",
        ". Later it fell again.",
    )


@pytest.mark.parametrize("context", ["", "Something else."])
def test_a_claim_that_its_context_does_not_hold_stands_alone(context: str) -> None:
    around = in_context(make_claim("it fell", context=context))
    assert (around.before, around.claim, around.after) == ("", "it fell", "")


def test_every_code_has_words() -> None:
    for codes in (Kind, EvidenceKind, Relation, Rating, State):
        for code in codes:
            assert label(code)[0].isupper()
            assert "_" not in label(code)
    assert label("pants_on_fire") == "pants on fire"
    assert label(None) == ""


def test_numbers_read_well() -> None:
    assert [number(597_000.0), number(1.5), nearness(0.926)] == [
        "597,000",
        "1.5",
        "match 0.93",
    ]
