"""What holds for every text: exact offsets, no excluded text in a claim, no crash, linear cost."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.extract.extraction import Extraction, Source, extract, extract_all
from services.extract.markup import mask
from services.extract.paragraphs import PIECE, cut, find_paragraphs
from services.extract.sentences import Layout
from tests.unit.extract.conftest import Extract

if TYPE_CHECKING:
    from spacy.language import Language

SENTENCES = (
    "Robert Berg said the dam was safe.",
    '"The dam is safe," Nora Quist said on Monday.',
    "“It leaks. It always has,",
    "According to the ministry, 5,000 people left.",
    "(This story is unedited and comes from a syndicated feed.)",
    "Harbour Mayor Pia Lund Says Ferry Subsidy Was Wrong to End.",
    "Read more: the ferry's last day",
    "<p>The <b>minister</b> denied it.</p>",
    "Lisbon, June 4:",
    "He said he would return next week",
    "\u202eabc\u202c \x00 \x07",
    "'Tis the farmers' union's “smart” plan — isn't it?",
    "SMITH: Nobody was told about it before May.",
)
NEWS = st.lists(
    st.tuples(st.sampled_from(SENTENCES), st.sampled_from([" ", "\n", "\n\n", "", '"'])), max_size=9
).map(lambda parts: "".join(word + gap for word, gap in parts))
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check(text: str, found: Extraction) -> None:
    for claim in found.claims:
        start, end = claim.span
        assert text[start:end] == claim.text
        assert claim.text.strip()
        for one in found.excluded:
            assert end <= one.span[0] or one.span[1] <= start
        for mention in (*claim.dates, *claim.quantities):
            assert 0 <= mention.span[0] < mention.span[1] <= len(text)
    spans = [
        span
        for one in found.attributions
        for part in (one.source, one.cue, one.content)
        for span in part
    ] + [one.span for one in found.excluded]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len({claim.id for claim in found.claims}) == len(found.claims)


@SLOW
@given(text=NEWS.filter(str.strip))
def test_news_like_text(nlp: "Language", text: str) -> None:
    check(text, extract(Source("a", text), nlp))


@SLOW
@given(text=st.text(min_size=1, max_size=300))
def test_any_text(nlp: "Language", text: str) -> None:
    check(text, extract(Source("a", text), nlp))


@given(st.text(alphabet="<>/abp &;lt'`\x00\u200b\n", max_size=200))
def test_mask_keeps_every_offset(text: str) -> None:
    assert len(mask(text)) == len(text)


@given(st.text(alphabet="ab. \n", max_size=400), st.integers(4, 60))
def test_pieces_add_up(text: str, size: int) -> None:
    starts = [start for start, _ in find_paragraphs(text)]
    pieces = list(cut(text, starts, size))
    assert "".join(piece.text for piece in pieces) == text
    assert all(0 < len(piece.text) <= size for piece in pieces)
    found = [piece.start + at for piece in pieces for at in piece.breaks]
    assert found == starts


def test_batch_and_single_agree(nlp: "Language") -> None:
    sources = [Source(str(number), text * 3) for number, text in enumerate(SENTENCES)]
    assert list(extract_all(sources, nlp)) == [extract(source, nlp) for source in sources]


def test_long_article_is_read_to_its_end(extracted: Extract) -> None:
    filler = "The ferry sailed to the island in the morning. " * 400
    text = f"{filler}\n\nRobert Berg said the dam was safe."
    assert len(text) > 2 * PIECE
    claim = extracted(text).claims[-1]
    assert (claim.text, claim.speaker) == ("the dam was safe", "Robert Berg")
    check(text, extracted(text))


class Counting(str):
    """A text that counts the characters that are sliced out of it."""

    __slots__ = ()
    sliced = 0

    def __getitem__(self, key: object) -> str:
        part = super().__getitem__(key)  # type: ignore[index]
        Counting.sliced += len(part)
        return part


@pytest.mark.parametrize(
    "unit",
    ['He said "it is very bad, ', "The dam broke. ", "“", "Read more: it\n\n", "'a ", "a, b\n"],
)
def test_layout_cost_is_linear(unit: str) -> None:
    def cost(times: int) -> int:
        Counting.sliced = 0
        Layout.of(Counting(unit * times))
        return Counting.sliced

    small, large = cost(200), cost(1_600)
    # Eight times the text may cost eight times the work, and a little for the ends; not sixty-four times.
    assert large <= 12 * small + 10_000


@pytest.mark.parametrize(
    "text",
    [
        '"' * 2_000,
        "“" * 2_000 + "word",
        "The minister said that " + "they would pay, and that " * 400 + "it failed.",
        "He said “no, " * 300,
        "word" * 5_000,
    ],
)
def test_hostile_text_is_read(extracted: Extract, text: str) -> None:
    check(text, extracted(text))


def test_html_body_gives_claims_of_its_words(extracted: Extract) -> None:
    text = "<html><body><p>Robert Berg said the dam was safe.</p><p>It rained on Sunday.</p></body></html>"
    found = extracted(text)
    check(text, found)
    assert [claim.text for claim in found.claims] == ["the dam was safe", "It rained on Sunday"]
