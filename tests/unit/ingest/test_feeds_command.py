"""`claimdesk feeds` as a person and a script meet it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from schemas.topics import ARTICLES
from services.cli import feeds
from services.cli.common import make_app
from services.runtime.errors import UserError
from services.runtime.events import decode
from tests.support.receiver import Answer, Asked, Receiver, receiving


def words(guid: str) -> str:
    return " ".join(f"Pier {guid}{n} stands {n * 7 % 90} feet from {guid}." for n in range(120))


def rss(*guids: str, head: str = "") -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>Story {guid}</title>"
        f"<pubDate>Mon, 06 May 2024 09:00:00 GMT</pubDate><description>{words(guid)}</description></item>"
        for guid in guids
    )
    return (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Post</title>"
        f"{head}{items}</channel></rss>"
    ).encode()


def answer(asked: Asked) -> Answer:
    bodies = {
        "/feed": rss("a", "b", head="<atom:link rel='prev-archive' href='/2'/>"),
        "/2": rss("c", head="<atom:link rel='prev-archive' href='/3'/>"),
        "/3": rss("d", head="<atom:link rel='prev-archive' href='/feed'/>"),
        "/copy": rss("a"),
        "/page": b"<html><body><p>A page.</p></body></html>",
    }
    if asked.path not in bodies:
        return Answer(404)
    if asked.headers.get("if-none-match") == '"1"':
        return Answer(304)
    return Answer(200, {"content-type": "application/rss+xml", "etag": '"1"'}, bodies[asked.path])


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("CLAIMDESK_POLL_HOST_SECONDS", "0")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving(answer) as running:
        yield running


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    feeds.register(app)
    return CliRunner().invoke(app, ["feeds", *map(str, arguments)], input=stdin)


def rows(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def titles() -> list[str]:
    app = make_app()
    found = [decode(ARTICLES, record.value).data.title for record in app.admin.read(ARTICLES)]
    return sorted(str(title) for title in found)


def test_add_poll_list_and_remove(server: Receiver) -> None:
    url = f"{server.url}/feed"
    [added] = rows(run("add", url, "--json"))
    assert (added["address"], added["state"], added["added_by"]) == (url, "new", "desk")
    [polled] = lines(run("poll", "--json"))
    assert (polled["new"], polled["reason"]) == (2, None)
    assert titles() == ["Story a", "Story b"]
    [feed] = rows(run("list", "--json"))
    assert (feed["title"], feed["state"], feed["new"], feed["failures"]) == ("Post", "fine", 2, 0)
    assert feed["copies_share"] == 0.0
    assert feed["pace_seconds"] > 0
    table = run("list").stdout
    assert "Post" in table
    assert "1 active" in table
    assert rows(run("remove", added["id"], "--json"))[0]["removed"]
    assert rows(run("list", "--json")) == []
    assert [row["state"] for row in rows(run("list", "--all", "--json"))] == ["removed"]
    assert run("poll", url).exit_code == 1  # it is not polled any more
    rows(run("add", url, "--json"))
    assert lines(run("poll", url, "--json"))[0]["new"] == 0


def test_the_share_of_copies_is_told(server: Receiver) -> None:
    run("add", f"{server.url}/feed")
    run("poll")
    [copy] = rows(run("add", f"{server.url}/copy", "--json"))
    run("poll")
    shares = {row["id"]: row["copies_share"] for row in rows(run("list", "--json"))}
    assert shares[copy["id"]] == 1.0
    assert sorted(shares.values()) == [0.0, 1.0]


def test_a_feed_that_fails_is_told_and_the_exit_code_says_so(server: Receiver) -> None:
    run("add", f"{server.url}/none", f"{server.url}/feed")
    polled = run("poll", "--json")
    assert polled.exit_code == 1
    by_reason = {row["reason"]: row for row in lines(polled)}
    assert set(by_reason) == {None, "http_404"}
    [failing] = rows(run("list", "--failing", "--json"))
    assert (failing["state"], failing["reason"]) == ("failing", "http_404")


def test_back_filling_reads_every_archive_once(server: Receiver) -> None:
    run("add", f"{server.url}/feed")
    done = run("poll", "--all-pages", "--json")
    assert done.exit_code == 0, done.output
    assert [row["address"] for row in lines(done)] == [
        f"{server.url}{path}" for path in ("/feed", "/2", "/3")
    ]
    assert titles() == ["Story a", "Story b", "Story c", "Story d"]
    again = lines(run("poll", "--all-pages", "--json"))
    assert sum(row.get("new", 0) for row in again) == 0
    # Items of an archive are the feed's own: polled from the feed itself they are known.
    assert lines(run("poll", "--json"))[0]["new"] == 0


def test_check_tells_what_a_feed_would_give_and_publishes_nothing(server: Receiver) -> None:
    done = run("check", f"{server.url}/feed", "--json")
    assert done.exit_code == 0, done.output
    [report] = lines(done)
    assert (report["usable"], report["items"], report["title"]) == (True, 2, "Post")
    assert report["not_modified"] is True
    assert report["older"] == f"{server.url}/2"
    assert report["requests_a_day"] == pytest.approx(86_400 / report["interval_seconds"], rel=0.01)
    assert report["problems"] == ["it has had nothing new for a month"]
    assert titles() == []
    assert rows(run("list", "--json")) == []


@pytest.mark.parametrize(("path", "problem"), [("/page", "no feed"), ("/none", "404")])
def test_check_tells_what_is_wrong(server: Receiver, path: str, problem: str) -> None:
    done = run("check", f"{server.url}{path}", "--json")
    assert done.exit_code == 1
    assert problem in lines(done)[0]["problems"][0]


@pytest.mark.parametrize(
    "name", ["nonsense", "ftp://one.example/", "file:///etc/passwd", "http://u:p@one.example/", ""]
)
def test_what_cannot_be_a_feed_is_refused_with_the_remedy(name: str) -> None:
    done = run("add", name)
    assert isinstance(done.exception, UserError)
    assert rows(run("list", "--json")) == []


def test_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMDESK_ALLOW_PRIVATE_ADDRESSES", "false")
    done = run("add", "http://169.254.169.254/feed")
    assert isinstance(done.exception, UserError)
    assert "not a public address" in str(done.exception)


def test_a_feed_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("a"))
    run("add", path)
    assert lines(run("poll", "--json"))[0]["new"] == 1


def test_an_unknown_feed_is_named() -> None:
    for command in ("remove", "poll"):
        done = run(command, "feed_nobody")
        assert isinstance(done.exception, UserError)
        assert "feed_nobody" in str(done.exception)


def test_opml_out_and_in_again(tmp_path: Path) -> None:
    addresses = [f"https://{n}.example/feed?a=1&b=“{n}”" for n in range(3)]
    run("add", *addresses)
    path = tmp_path / "feeds.opml"
    assert run("export", path).exit_code == 0
    assert run("export").stdout == path.read_text("utf-8")
    for row in rows(run("list", "--json")):
        run("remove", row["id"])
    assert rows(run("import", path, "--json")) == {"feeds": 3, "refused": []}
    assert sorted(row["address"] for row in rows(run("list", "--json"))) == sorted(addresses)


OUTLINE = (
    b"<?xml version='1.0'?><opml version='1.0'><body><outline text='News'>"
    b"<outline text='A &amp; B' type='rss' xmlUrl='https://one.example/feed?x=1&y=2'/>"
    b"<outline title='C' XMLURL='feed://two.example/feed#top'/>"
    b"<outline text='again' xmlUrl='https://one.example/feed?x=1&y=2'/>"
    b"<outline text='no feed' htmlUrl='https://three.example/'/>"
    b"<outline text='bad' xmlUrl='javascript:alert(1)'/></outline></body></opml>"
)


def test_an_outline_as_other_programs_write_it() -> None:
    done = run("import", "-", "--json", stdin=OUTLINE)
    assert done.exit_code == 1  # one address cannot be a feed
    told = json.loads(done.stdout)
    assert told["feeds"] == 2
    assert [row["address"] for row in told["refused"]] == ["javascript:alert(1)"]
    found = {row["address"]: row["title"] for row in rows(run("list", "--json"))}
    assert found == {
        "https://one.example/feed?x=1&y=2": "A & B",
        "http://two.example/feed": "C",
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_opml"),
        (b"<html/>", "not_opml"),
        (b"<opml><body>", "not_opml"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>", "dtd"),
        (b"<opml>" + b"<outline>" * 200, "too_deep"),
    ],
)
def test_what_is_no_outline_is_refused(body: bytes, reason: str) -> None:
    done = run("import", "-", stdin=body)
    assert isinstance(done.exception, UserError)
    assert f"({reason})" in str(done.exception)
