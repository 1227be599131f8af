"""`claimdesk ingest` as a person and a script meet it."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from schemas.topics import ARTICLES
from services.cli import alerts, ingest
from services.cli.common import make_app
from services.ingest.files import MAX_GARBAGE
from services.runtime.errors import UserError
from services.runtime.events import decode
from tests.support.receiver import Answer, receiving

FEED = (
    "<rss version='2.0'><channel><title>F</title><item><guid>1</guid><title>One</title></item>"
    "<item><guid>2</guid><title>Two</title></item></channel></rss>"
)


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "true")


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    app = typer.Typer()
    ingest.register(app)
    alerts.register(app)
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)], input=stdin)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def published() -> list[Any]:
    app = make_app()
    return [decode(ARTICLES, record.value).data for record in app.admin.read(ARTICLES)]


def test_a_feed_file_and_again(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(FEED)
    first = run(path)
    assert first.exit_code == 0
    assert first.stdout.count("new") == 2
    again = run(path, "--json")
    assert again.exit_code == 0
    assert [row["state"] for row in rows(again)] == ["unchanged", "unchanged"]
    assert sorted(article.title for article in published()) == ["One", "Two"]


def test_a_feed_by_address_with_what_the_command_says_of_it(tmp_path: Path) -> None:
    with receiving(lambda _: Answer(body=FEED.encode())) as server:
        result = run(
            f"{server.url}/rss", "--source", "mine", "--published-at", "2025-06-03T00:00:00Z"
        )
    assert result.exit_code == 0
    assert {article.source for article in published()} == {"mine"}
    assert {str(article.published_at) for article in published()} == {"2025-06-03 00:00:00+00:00"}
    assert server.requests[0].headers["user-agent"].startswith("Claimdesk/")


def test_a_folder_in_the_order_of_names_with_an_edit(tmp_path: Path) -> None:
    for name, text in (("b.json", "Second."), ("a.json", "First.")):
        (tmp_path / name).write_text(json.dumps({"source": "s", "guid": "g", "text": text}))
    (tmp_path / "notes.md").write_text("not an article")
    result = run(tmp_path, "--json")
    assert [(row["state"], row["revision"]) for row in rows(result)] == [("new", 1), ("revised", 2)]
    assert [article.text for article in published()] == ["First.", "Second."]


def test_standard_input_in_lines_and_in_words() -> None:
    lines = run("-", "--json", stdin=b'{"id": "1", "text": "One."}\n{"id": "2", "text": "Two."}\n')
    assert [row["state"] for row in rows(lines)] == ["new", "new"]
    assert run("-", stdin="Just words: “yes”.".encode()).exit_code == 0
    assert run(
        "-",
        stdin="Just words: “yes”.".encode(),
    ).stdout.startswith("unchanged")


def test_json_lines_of_any_number_come_line_by_line(tmp_path: Path) -> None:
    big = json.dumps({"id": "big", "text": "x" * 10_000_001})
    lines = [json.dumps({"id": str(number), "text": "word " * 100_000}) for number in range(25)]
    body = "\n".join([lines[0], "oops", big, "", *lines[1:]]).encode()
    assert len(body) > 20_000_000
    path = tmp_path / "many.jsonl"
    path.write_bytes(body)
    for result in (run(path, "--json"), run("-", "--json", stdin=body)):
        assert result.exit_code == 1
        found = rows(result)
        assert [row["reason"] for row in found[:3]] == [None, "not_json", "too_large"]
        assert found[2]["where"].endswith(" line 3")
        assert found[3]["where"].endswith(" line 5")
        assert len(found) == 27
    assert {row["state"] for row in found} == {"unchanged", "rejected"}


def test_a_binary_file_is_refused_once_and_not_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "binary.jsonl"
    path.write_bytes(b'{"id": "1", "text": "One."}\n' + b"\x00\xff\xfe\n" * 5_000)
    result = run(path, "--json")
    assert result.exit_code == 1
    first, *bad, last = rows(result)
    assert first["state"] == "new"
    assert {row["reason"] for row in bad} == {"not_utf8"}
    assert len(bad) == MAX_GARBAGE
    assert last["reason"] == "no_json_lines"
    assert "line 21; the rest was not read" in last["message"]


def test_bad_lines_between_good_ones_end_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    bad = "oops\n" * (MAX_GARBAGE - 1)
    path.write_text("".join(f'{bad}{{"id": "{n}", "text": "Word."}}\n' for n in range(4)))
    states = [row["state"] for row in rows(run(path, "--json"))]
    assert states.count("new") == 4
    assert states[-1] == "new"


def test_a_json_article_over_many_lines_of_standard_input() -> None:
    pretty = json.dumps({"id": "1", "text": "One."}, indent=2).encode()
    assert [row["article_id"] for row in rows(run("-", "--json", stdin=pretty))] == [
        row["article_id"] for row in rows(run("-", "--json", stdin=b'{"id": "1", "text": "One."}'))
    ]


def test_a_rejection_is_told_and_fails_the_command_and_the_rest_goes_through(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\xfd")
    (tmp_path / "b.txt").write_text("Fine.")
    result = run(tmp_path / "a.txt", tmp_path / "missing.txt", tmp_path / "b.txt")
    assert result.exit_code == 1
    assert "not_utf8" in result.stderr
    assert "unreadable" in result.stderr
    assert [article.text for article in published()] == ["Fine."]


def test_a_server_that_refuses_is_a_rejection() -> None:
    with receiving(lambda _: Answer(404)) as server:
        result = run(server.url, "--json")
    assert result.exit_code == 1
    assert rows(result)[0]["reason"] == "http_404"


@pytest.mark.parametrize("given", ["soon", "20189-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_wrong_time_is_said_before_anything_is_read(tmp_path: Path, given: str) -> None:
    result = run(tmp_path / "missing.txt", "--published-at", given)
    assert isinstance(result.exception, UserError)
    assert given in str(result.exception)
    assert "give one such as" in str(result.exception)
    assert "left out" not in str(result.exception)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_was_read_and_is_gone_is_a_withdrawal(status: int) -> None:
    words = "<p>The bridge opened on Tuesday after nine years of work, the council said.</p>" * 5
    page = f"<html><head><title>Bridge</title></head><body><article>{words}</article></body></html>"
    answers = [Answer(200, {"content-type": "text/html"}, page.encode()), Answer(status)]
    with receiving(lambda asked: answers[-1 if asked.path == "/other" else 0]) as server:
        assert rows(run(f"{server.url}/page", "--json"))[0]["state"] == "new"
        answers[0] = Answer(status)
        [gone] = rows(run(f"{server.url}/page", "--json"))
        other = run(f"{server.url}/other", "--json")
    assert (gone["state"], gone["revision"]) == ("revised", 2)
    assert [article.status for article in published()] == ["published", "withdrawn"]
    assert (other.exit_code, rows(other)[0]["reason"]) == (1, f"http_{status}")
