"""What the templates are given: safe links, words for codes, the claim in its context."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.claim import Kind
from schemas.evidence import EvidenceKind
from schemas.match import Relation
from schemas.verdict import Rating
from services.ports.work import State
from services.review.present import label, nearness, number, passage, safe_url
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


CONTEXT = "Maria Lind said it fell. Later it fell again."


def test_claim_speaker_and_cue_are_found_by_their_offsets() -> None:
    start = 1_000  # where the context begins in its article
    claim = make_claim(
        "it fell",
        context=CONTEXT,
        span=(start + 16, start + 23),
        speaker_span=(start, start + 10),
        cue=[(start + 11, start + 15), (5, 9)],
    )
    assert passage(claim) == [
        ("Maria Lind", "speaker"),
        (" ", ""),
        ("said", "cue"),
        (" ", ""),
        ("it fell", "claim"),
        (". Later it fell again.", ""),
    ]


def test_what_overlaps_is_both() -> None:
    claim = make_claim("He fell", context="He fell", span=(7, 14), speaker_span=(7, 9))
    assert passage(claim) == [("He", "claim speaker"), (" fell", "claim")]


@given(
    text=st.text(max_size=40),
    speaker=st.tuples(st.integers(0, 99), st.integers(0, 99)),
    cue=st.tuples(st.integers(0, 99), st.integers(0, 99)),
)
def test_whatever_the_offsets_no_character_is_lost(
    text: str, speaker: tuple[int, int], cue: tuple[int, int]
) -> None:
    claim = make_claim("it", context=f"{text}it{text}").model_copy(
        update={"speaker_span": speaker, "cue": [cue]}
    )
    assert "".join(run.text for run in passage(claim)) == claim.context


@pytest.mark.parametrize("context", ["", "Something else."])
def test_a_claim_that_its_context_does_not_hold_stands_alone(context: str) -> None:
    assert passage(make_claim("it fell", context=context)) == [("it fell", "claim")]


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
