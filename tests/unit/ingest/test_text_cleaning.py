"""Stored text: what is altered, and that nothing else is."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingest.markup import html_to_text, looks_like_html
from services.ingest.text import clean, clean_line

ANY = st.text(st.characters(exclude_categories=()), max_size=200)


@given(ANY)
@example("\r\r\n\u2029\u2028 \t\n")
@example("a" + "\u0301\u0316" * 40)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(ANY)
def test_nothing_that_a_machine_would_stumble_over_is_left(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\n\n\n" not in cleaned
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()
    assert unicodedata.is_normalized("NFC", cleaned)
    left = {char for char in cleaned if unicodedata.category(char) == "Cc"}
    assert left <= {"\n", "\t"}


@given(st.text(st.sampled_from("aB9 “”‘’«»\"'–—…־אبה\u200d\u200f\u202b¼②ﬁ"), max_size=80))
def test_letters_quotation_marks_and_direction_marks_stay(text: str) -> None:
    assert clean(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("one\u2029two\n\n\n\nthree", "one\n\ntwo\n\nthree"),
        ("a\x00b\x07c\x1bd\x81e", "abcde"),
        ("don\x92t \x93quote\x94", "don’t “quote”"),
        ("co\u00adop\u200berate\ufeff", "cooperate"),
        ("e\u0301", "é"),
        ("a \u00a0\u2009 b", "a b"),
        ("a \t b", "a\tb"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("  \n padded \n ", "padded"),
        ("שלום \u200f(עולם)", "שלום \u200f(עולם)"),
    ],
)
def test_what_is_altered(given: str, stored: str) -> None:
    assert clean(given) == stored


def test_marks_without_end_are_thinned_and_real_ones_stay() -> None:
    assert clean("a" + "\u0316\u0301" * 1_000) == clean("a" + "\u0316\u0301" * 15)
    vietnamese = "Thủ tướng: “Tiếng Việt” ổn"
    assert clean(unicodedata.normalize("NFD", vietnamese)) == vietnamese


def test_a_hostile_run_of_marks_is_thinned_before_it_is_ordered() -> None:
    # Untreated, ordering these marks takes longer than any test may.
    assert len(clean("a" + "\u0301\u0316" * 1_000_000)) <= 31


def test_a_line_is_one_line() -> None:
    assert clean_line(" A title\n\n over \tlines\x00 ") == "A title over lines"
    assert clean_line(None) == ""


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One\n  line</p>\n\n<p>two</p>", "One line\n\ntwo"),
        ("first<br>second<br/><br/>third", "first\nsecond\n\nthird"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<ul><li>x</li><li>y</li></ul>", "x\n\ny"),
        ("&ldquo;R&amp;D&rdquo; &#8212; &eacute;", "“R&D” — é"),
        ("a<script>alert('x')</script>b<style>p{}</style>c", "abc"),
        ("an <em>em</em>phasis, <a href='x'>link</a>.", "an emphasis, link."),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<!-- only a comment -->", ""),
        ("", ""),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<pre>keep\nlines</pre>", "keep\nlines"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1\t2\n\n3"),
        ("<p>עברית</p><p dir=rtl>عربي</p>", "עברית\n\nعربي"),
    ],
)
def test_markup_to_text(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@given(st.text(max_size=200))
def test_any_markup_gives_clean_text(markup: str) -> None:
    text = html_to_text(markup)
    assert clean(text) == text


@given(st.lists(st.text(st.sampled_from("abc “”é0."), min_size=1).filter(str.strip), max_size=8))
def test_paragraphs_are_kept_word_for_word(paragraphs: list[str]) -> None:
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    assert html_to_text(markup) == "\n\n".join(clean(paragraph) for paragraph in paragraphs)


@pytest.mark.parametrize("text", ["<p>x", "a<br>b", "x</div>", "<!DOCTYPE html>"])
def test_html_is_seen(text: str) -> None:
    assert looks_like_html(text)


@pytest.mark.parametrize("text", ["a < b > c", "if x<y then", "<3", "R&D", "<name@host.example>"])
def test_plain_text_is_not_taken_for_html(text: str) -> None:
    assert not looks_like_html(text)
