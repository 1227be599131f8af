"""The demo's words on the terminal."""

import pytest

from services.cli import demo


def test_what_a_corpus_says_neither_steers_the_terminal_nor_breaks_the_demo(
    capsys: pytest.CaptureFixture[str],
) -> None:
    demo._tell("a.json", "kind '[/nothing]' is \x1b[2J unknown")
    assert "a.json: kind '[/nothing]' is \\x1b[2J unknown" in capsys.readouterr().err
