"""The error browser shows every mistake in its text, and nothing in a text becomes markup."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.cli.main import build_app
from services.extract.evaluation_errors import (
    ArticleMistakes,
    Fault,
    Layer,
    Mark,
    Mistake,
    highlight,
    render,
    write_errors,
)
from services.runtime.errors import UserError

EVIL = "Berg said <script>alert('1')</script> & \"left\"."


class Words(HTMLParser):
    """Collects the text and the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> Words:
    words = Words()
    words.feed(page)
    words.close()
    return words


def test_page_is_escaped_and_needs_nothing_from_elsewhere() -> None:
    mistake = Mistake(Fault.MISSED, (Mark((10, 37), Layer.GOLD),), "<b>note</b>")
    page = render("<i>title</i>", [ArticleMistakes("<u>id</u>", EVIL, (mistake,))])
    words = read(page)
    assert not words.tags & {"script", "b", "i", "u", "link", "img", "iframe"}
    assert "//" not in page
    assert '<mark class="gold">&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;</mark>' in page


def test_overlapping_marks_are_shown_together() -> None:
    marks = (Mark((0, 5), Layer.GOLD), Mark((3, 8), Layer.FOUND))
    assert highlight("abcdefghij", (0, 10), marks) == (
        '<mark class="gold">abc</mark><mark class="gold found">de</mark>'
        '<mark class="found">fgh</mark>ij'
    )


SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: tuple(sorted(pair)))


@given(
    st.text(alphabet="ab<&>\"'\n", min_size=30, max_size=30),
    st.lists(st.tuples(SPANS, st.sampled_from(Layer)), max_size=6),
    SPANS,
)
def test_highlighting_loses_no_character(
    text: str, marks: list[tuple[tuple[int, int], Layer]], window: tuple[int, int]
) -> None:
    shown = [Mark(span, layer) for span, layer in marks]
    assert "".join(read(highlight(text, window, shown)).words) == text[slice(*window)]


def test_each_fault_can_be_hidden_without_a_script() -> None:
    mistakes = tuple(Mistake(fault, (Mark((0, 4), Layer.FOUND),)) for fault in Fault)
    page = render("t", [ArticleMistakes("a", EVIL, mistakes)])
    sections = re.findall(r'<section class="([\w-]+)">', page)
    boxes = re.findall(r'<input type="checkbox" id="([\w-]+)" checked>', page)
    assert sections == boxes
    for name in boxes:
        assert f"body:has(#{name}:not(:checked)) section.{name}{{display:none}}" in page


def test_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        write_errors(tmp_path / "nowhere" / "out.html", "t", [])


def test_attribution_errors_by_command(tmp_path: Path) -> None:
    text = "Robert Berg said the dam was safe. Mary Quist said the road was shut. Nobody left."
    rows = [
        {"source": [[35, 45]], "content": [[17, 33]]},
        {"source": [], "content": [[70, 81]]},
    ]
    data, page = tmp_path / "texts.jsonl", tmp_path / "out.html"
    data.write_text(json.dumps({"id": "a", "text": text, "attributions": rows}) + "\n")
    command = ["evaluate", "attribution", str(data), "--errors", str(page)]
    assert CliRunner().invoke(build_app("evaluate"), command).exit_code == 0
    shown = page.read_text(encoding="utf-8")
    faults = re.findall(r'<section class="([\w-]+)">', shown)
    assert sorted(faults) == ["missed", "spurious", "wrong-source"]
    assert '<mark class="gold">Nobody left</mark>' in shown
    assert '<mark class="found">the road was shut</mark>' in shown
    assert '<mark class="gold-source">Mary Quist</mark>' in shown
    assert '<mark class="found-source">Robert Berg</mark>' in shown


def test_seed_errors_by_command(tmp_path: Path) -> None:
    text = "Robert Berg said the dam was safe. It rained a lot."
    gold = {
        "article": "a.txt",
        "published_at": "2024-06-05T00:00:00+00:00",
        "claims": [{"text": "the dam was safe", "speaker": "Mary Quist", "span": [17, 33]}],
    }
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    page = tmp_path / "out.html"
    command = ["evaluate", "seed", str(tmp_path), "--errors", str(page)]
    assert CliRunner().invoke(build_app("evaluate"), command).exit_code == 0
    shown = page.read_text(encoding="utf-8")
    assert re.findall(r'<section class="([\w-]+)">', shown) == ["wrong-source", "spurious"]
    assert '<mark class="gold found">the dam was safe</mark>' in shown
    assert '<mark class="found">It rained a lot</mark>' in shown
