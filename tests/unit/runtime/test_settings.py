"""Settings as people write them."""

from pathlib import Path

import pytest

from services.cli.common import make_app
from services.runtime.errors import UserError
from services.runtime.settings import Settings


@pytest.mark.parametrize(
    ("written", "feeds"),
    [
        ("https://example.org/feed.xml", ["https://example.org/feed.xml"]),
        ("a.xml, b.xml,", ["a.xml", "b.xml"]),
        ('["a.xml", "b,c.xml"]', ["a.xml", "b,c.xml"]),
        ("", []),
    ],
)
def test_feeds_may_be_written_plainly_or_as_json(
    monkeypatch: pytest.MonkeyPatch, written: str, feeds: list[str]
) -> None:
    monkeypatch.setenv("CLAIMDESK_FEEDS", written)
    assert Settings().feeds == feeds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAIMDESK_FEEDS", "[1]"),
        ("CLAIMDESK_FEEDS", "[not json"),
        ("CLAIMDESK_HTTP_HOST", "everywhere"),
        ("CLAIMDESK_HTTP_PORT", "70000"),
        ("CLAIMDESK_STORE", "paper"),
        ("CLAIMDESK_PUBLIC_URL", "http://["),
        ("CLAIMDESK_PUBLIC_URL", "desk.example.org"),
        ("CLAIMDESK_ELASTICSEARCH_URL", "http://localhost:port"),
    ],
)
def test_a_wrong_setting_is_named_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=rf"{name}: "):
        make_app()


def test_sqlite_is_the_default_database(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).sql_url == f"sqlite:///{tmp_path / 'desk.db'}"
