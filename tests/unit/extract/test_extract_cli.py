"""The commands' contract: JSON lines in and out, errors on stderr, the exit code, defined figures."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import build_app

TEXT = '"We will open 12 dams by 1 May 2025," Robert Berg said as reported by The Gazette.'


def run(*rows: Any) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    done = CliRunner().invoke(build_app("extract"), ["extract", "--jsonl"], input=b"\n".join(lines))
    read = [[json.loads(line) for line in out.splitlines()] for out in (done.stdout, done.stderr)]
    return done.exit_code, read[0], read[1]


def test_shape_of_a_line() -> None:
    code, (line,), errors = run({"id": "a", "text": TEXT, "published_at": "2024-06-05T08:00:00Z"})
    assert (code, errors) == (0, [])
    assert set(line) == {"id", "attributions", "claims", "excluded"}
    (claim,) = line["claims"]
    assert set(claim) == {
        "span", "text", "speaker", "quote", "kind", "check_worthiness", "dates", "due",
        "reported_by", "quantities",
    }  # fmt: skip
    assert TEXT[claim["span"][0] : claim["span"][1]] == claim["text"]
    assert claim["speaker"] == "Robert Berg"
    assert claim["reported_by"] == ["The Gazette"]
    assert claim["dates"] == ["2025-05-01"]
    assert claim["quantities"] == ["12 dams"] or claim["quantities"] == ["12"]
    (attribution,) = line["attributions"]
    assert set(attribution) == {"source", "cue", "content", "speaker", "direct"}
    assert attribution["direct"] is True
    ((start, end),) = attribution["source"]
    assert TEXT[start:end] == "Robert Berg"


def test_a_bad_line_is_told_and_the_next_one_read() -> None:
    code, lines, errors = run(
        b"{not json",
        {"id": "empty", "text": ""},
        {"id": "blank", "text": " \n "},
        {"id": "french", "text": "Le ministre a dit lundi que le pont serait fermé en mai."},
        {"id": "far", "text": "It rained.", "published_at": "20189-01-01T00:00:00Z"},
        {"id": "long", "text": "x" * 5_000_000},
        b"\xff\xfe",
        {"id": "good", "text": "Robert Berg said the dam was safe."},
    )
    assert code == 1
    assert [line["id"] for line in lines] == ["good"]
    assert [error["line"] for error in errors] == [1, 2, 3, 4, 5, 6, 7]
    assert all(error["error"] for error in errors)
    assert "'fr'" in errors[3]["error"]


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><p>Robert Berg said the dam was safe.</p></body></html>",
        "\x00\x01 Robert Berg said the dam was safe. \u202e\u202c",
        "Robert Berg said the dam was safe. \ud83d\ude00",
    ],
)
def test_odd_text_gives_an_honest_result(text: str) -> None:
    code, (line,), _ = run({"id": "odd", "text": text})
    assert code == 0
    assert [claim["text"] for claim in line["claims"]] == ["the dam was safe"]


def test_without_the_flag_it_says_what_it_reads() -> None:
    done = CliRunner().invoke(build_app("extract"), ["extract"])
    assert "--jsonl" in str(done.exception)


def test_evaluation_defines_its_measures(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "text": "Robert Berg said the dam was safe.",
        "attributions": [{"source": [[0, 11]], "content": [[17, 33]]}],
    }
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    app = build_app("evaluate")
    told = CliRunner().invoke(app, ["evaluate", "attribution", str(path)])
    assert told.exit_code == 0
    assert "Jaccard index" in told.stdout
    figures = CliRunner().invoke(app, ["evaluate", "attribution", str(path), "--json"])
    assert json.loads(figures.stdout)["content"]["f1"] == 1.0


ARTICLE = (
    "LAKEPORT, May 6 - The fund may not repay 1.2m pounds to savers in Berlin, Ada Hallam said.\n\n"
    "Exports were up 5% from 2019.\n"
)


def human(*arguments: str, given: bytes = b"") -> tuple[int, str]:
    done = CliRunner().invoke(build_app("extract"), ["extract", *arguments], input=given)
    return done.exit_code, " ".join(done.stdout.split())


def test_a_person_sees_every_field(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    code, shown = human(str(path), "--published-at", "2024-05-06")
    assert code == 0
    for part in (
        "1. The fund may not repay 1.2m pounds to savers in Berlin",
        "says Ada Hallam (indirect)",
        "act Ada Hallam said that the fund may not repay",
        "polarity negated (“not”)",
        "modality possible (“may”)",
        "where Berlin (Germany)",
        "amounts 1.2m = 1,200,000 pound",
        "compared above “2019” = 2019",
        "2 claims, 1 attributions",
    ):
        assert part in shown
    assert human("-", given=ARTICLE.encode())[1].startswith("1. The fund")


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], b""),
        (["-", "--jsonl"], b"The mill closed in 2019."),
        (["nowhere.txt"], b""),
        (["-"], b"\xff\xfe\xfa"),
        (["-"], b"  "),
        (["-"], "Le ministre a dit lundi que le pont serait fermé en mai.".encode()),
        (["-"], b"a" * 2_000_001),
    ],
)
def test_what_is_no_text_is_refused(arguments: list[str], given: bytes) -> None:
    assert human(*arguments, given=given)[0] != 0
