"""Feeds, streams and unsubscribe links as a reader meets them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from schemas.verdict import Rating, Verdict
from services.adapters.sql_alerts import SqlAlertStore
from services.alert import server, site
from services.alert.handle import Matcher, owe
from services.alert.links import feed_addresses, feed_hash, new_feed_secret, unsubscribe_link
from services.alert.server import AlertServer
from services.runtime.clock import FakeClock
from services.runtime.errors import UserError
from services.runtime.settings import Settings
from tests.support.alert_site import running_site
from tests.support.alerts import (
    NOW,
    VAULT,
    alert_store,
    make_notification,
    make_subscription,
    no_encoder,
)

ATOM = "{http://www.w3.org/2005/Atom}"


class Reader:
    """The site, really listening, and a subscription that has a feed."""

    def __init__(self, store: SqlAlertStore, url: str) -> None:
        self.store, self.url = store, url
        self.secret = new_feed_secret()
        store.add(make_subscription(feed_hash=feed_hash(self.secret)))
        self.addresses = feed_addresses(url, self.secret)
        self.client = httpx.Client(timeout=20, trust_env=False)

    def owe(self, *names: str, **fields: object) -> None:
        for name in names:
            self.store.owe(make_notification(name, **fields), NOW)

    def get(self, form: str, **headers: str) -> httpx.Response:
        return self.client.get(self.addresses[form], headers=headers)

    @contextmanager
    def stream(self, **headers: str) -> Iterator[Iterator[str]]:
        address = self.addresses["events"]
        with self.client.stream("GET", address, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield answer.iter_lines()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    store = alert_store(tmp_path)
    with running_site(store, tmp_path) as url:
        made = Reader(store, url)
        yield made
        made.client.close()


def events(lines: Iterator[str], count: int) -> list[str]:
    """The ids of the next `count` events; each one's data must be the alert of that id."""
    found: list[str] = []
    current = ""
    for line in lines:
        if line.startswith("id: "):
            current = line[4:]
        elif line.startswith("data: "):
            assert json.loads(line[6:])["id"] == current
            found.append(current)
            if len(found) == count:
                return found
    pytest.fail(f"the stream ended after {found}")


def test_atom_has_every_alert_newest_first(reader: Reader) -> None:
    reader.owe("n1", summary="Odd \x08 & <b>bold</b>", article_url="https://news.example/1")
    reader.owe("n2", url="https://desk.example/tasks/t2")
    answer = reader.get("atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        "urn:claimdesk:n2",
        "urn:claimdesk:n1",
    ]
    assert entries[1].findtext(f"{ATOM}title") == "Odd  & <b>bold</b>"
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]  # type: ignore[union-attr]
    assert links == ["https://desk.example/tasks/t2", "https://news.example/1"]
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    assert all(entry.findtext(f"{ATOM}updated") == "2024-05-02T12:00:00Z" for entry in entries)


def test_json_feed(reader: Reader) -> None:
    assert reader.get("json").json()["items"] == []
    reader.owe("n1")
    feed = reader.get("json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == reader.addresses["json"]
    (item,) = feed["items"]
    assert item["id"] == item["_claimdesk"]["id"] == "n1"
    assert "«n1»" in item["content_text"]
    assert item["date_published"] == NOW.isoformat()


@pytest.mark.parametrize("form", ["atom", "json"])
def test_what_the_reader_has_is_not_sent_again(reader: Reader, form: str) -> None:
    reader.owe("n1")
    tag = reader.get(form).headers["etag"]
    same = reader.get(form, **{"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    reader.owe("n2")
    fresh = reader.get(form, **{"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != tag


def test_a_stream_goes_on_where_the_reader_stopped(reader: Reader) -> None:
    reader.owe("n1", "n2", "n3")
    with reader.stream(**{"Last-Event-ID": "n1"}) as lines:
        assert events(lines, 2) == ["n2", "n3"]
        reader.owe("n4")
        assert events(lines, 1) == ["n4"]
    reader.owe("n5")
    with reader.stream(**{"Last-Event-ID": "n4"}) as lines:
        assert events(lines, 1) == ["n5"]


def test_a_stream_without_an_id_tells_what_comes_from_now_on(reader: Reader) -> None:
    reader.owe("n1")
    with reader.stream() as lines:
        assert next(lines) == "retry: 3000"
        reader.owe("n2")
        assert events(lines, 1) == ["n2"]


def test_an_address_is_a_secret_and_ends_with_the_subscription(reader: Reader) -> None:
    for form in ("atom", "json", "events"):
        wrong = reader.client.get(reader.addresses[form].replace(reader.secret, "guess"))
        assert wrong.status_code == 404
    assert reader.client.get(f"{reader.url}/feeds/{reader.secret}/other.txt").status_code == 404
    answer = reader.get("atom")
    for name, value in site._HEADERS.items():
        assert answer.headers[name] == value
    reader.store.disable("s1")
    assert reader.get("atom").status_code == 404


def test_only_so_many_streams_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "make_site", partial(site.make_site, streams=1))
    store = alert_store(tmp_path)
    with running_site(store, tmp_path) as url:
        reader = Reader(store, url)
        with reader.stream() as lines:
            assert next(lines) == "retry: 3000"
            refused = httpx.get(reader.addresses["events"], trust_env=False)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "30"
        reader.client.close()


def test_one_click_ends_a_subscription_and_a_look_does_not(reader: Reader) -> None:
    link = unsubscribe_link(reader.url, "s1", VAULT)
    page = reader.client.get(link)
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert active(reader)
    # What a mail program sends (RFC 8058, 3.2).
    answer = reader.client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not active(reader)
    assert "has ended" in reader.client.get(link).text
    assert reader.client.post(link).status_code == 200


def test_a_link_that_was_not_ours_ends_nothing(reader: Reader) -> None:
    reader.store.add(make_subscription("s2"))
    link = unsubscribe_link(reader.url, "s2", VAULT)
    for wrong in (link.replace("/s2/", "/s1/"), link[:-1], f"{reader.url}/unsubscribe/s1/%C3%A9"):
        assert reader.client.get(wrong).status_code == 404
        assert reader.client.post(wrong).status_code == 404
    assert active(reader)


def active(reader: Reader) -> bool:
    found = reader.store.get("s1")
    assert found is not None
    return found.active


def test_no_note_rationale_or_reviewer_leaves_through_a_feed(reader: Reader) -> None:
    verdict = Verdict(
        id="v1",
        task_id="t1",
        cluster_id="c1",
        claim="The bridge cost 12 million euros",
        rating=Rating.FALSE,
        rationale="PRIVATE the auditor told us",
        reviewer="reviewer-ana",
        evidence_ids=["ev-internal"],
        lease=1,
        decided_at=datetime(2024, 5, 2, tzinfo=UTC),
    )
    for alert in Matcher(reader.store, no_encoder).handle(verdict):
        owe(alert, alerts=reader.store, clock=FakeClock(NOW))
    with reader.stream(**{"Last-Event-ID": "none"}) as lines:
        streamed = next(line for line in lines if line.startswith("data: "))
    for sent in (reader.get("atom").text, reader.get("json").text, streamed):
        assert "The bridge cost 12 million euros" in sent
        for private in ("PRIVATE", "reviewer-ana", "ev-internal"):
            assert private not in sent


def test_a_port_that_is_taken_is_told(tmp_path: Path, reader: Reader) -> None:
    port = int(reader.url.rpartition(":")[2])
    taken = AlertServer(Settings(data_dir=tmp_path, alerts_port=port), reader.store, VAULT)
    with pytest.raises(UserError, match="CLAIMDESK_ALERTS_PORT"):
        taken.run(threading.Event())
