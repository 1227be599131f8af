"""`claimdesk evaluate feeds` and `pages`: figures on files that are given, and a clear word on others."""

import gzip
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.cli import evaluate_ingest
from services.runtime.errors import UserError

RSS = "<rss version='2.0'><channel><title>F</title><item><title>T</title></item></channel></rss>"
PAGE = f"<html><body><article>{'<p>The bridge opened on Tuesday after nine years, said the council.</p>' * 5}</article></body></html>"


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    evaluate_ingest.register(made)
    return made


def test_feeds(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "case.xml").write_text(f"<!--\nExpect: entries[0]['title'] == 'T'\n-->{RSS}")
    (tmp_path / "real.xml").write_text(RSS)
    result = CliRunner().invoke(app, ["feeds", str(tmp_path), "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert [(row["field"], row["total"], row["ours"]) for row in found["cases"]["agreement"]] == [
        ("title", 1, 1)
    ]
    assert (found["real"]["files"], found["real"]["entries"], found["real"]["differences"]) == (
        1,
        1,
        {},
    )
    table = CliRunner().invoke(app, ["feeds", str(tmp_path), "--errors"], catch_exceptions=False)
    assert "1 cases, 0 broken" in table.stdout
    assert "1 feeds, 1 items, 1 well-formed" in table.stdout


def test_pages(app: typer.Typer, tmp_path: Path) -> None:
    expected = {"title": "Other", "body": {"summary": [], "sections": []}}
    (tmp_path / "Post_2025_06_03.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "Post.json").write_text(json.dumps({"V1": expected}))
    result = CliRunner().invoke(app, ["pages", str(tmp_path), "--json"], catch_exceptions=False)
    assert (json.loads(result.stdout)["pages"], json.loads(result.stdout)["f1"]) == (1, 0.0)
    table = CliRunner().invoke(app, ["pages", str(tmp_path), "--errors"], catch_exceptions=False)
    assert "exact_title" in table.stdout


def test_what_cannot_be_measured_is_said(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UserError, match="no page is named like"):
        CliRunner().invoke(app, ["pages", str(tmp_path)], catch_exceptions=False)
    with pytest.raises(UserError, match="neither a folder nor a zip file"):
        CliRunner().invoke(app, ["feeds", str(tmp_path / "a.txt")], catch_exceptions=False)
    (tmp_path / "Post_2025_06_03.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    with pytest.raises(UserError, match=r"Post\.json is not there"):
        CliRunner().invoke(app, ["pages", str(tmp_path)], catch_exceptions=False)
