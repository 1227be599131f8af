"""The page on which alerts appear as they come, in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from services.adapters.sql_alerts import SqlAlertStore
from services.alert.links import feed_addresses, feed_hash, new_feed_secret, unsubscribe_link
from tests.support.alert_site import running_site
from tests.support.alerts import (
    NOW,
    VAULT,
    alert_store,
    make_notification,
    make_subscription,
)

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture
def store(tmp_path: Path) -> SqlAlertStore:
    return alert_store(tmp_path)


@pytest.fixture
def url(store: SqlAlertStore, tmp_path: Path) -> Iterator[str]:
    with running_site(store, tmp_path) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_alerts_appear_as_they_come_and_cannot_do_anything(
    store: SqlAlertStore, url: str, page: Page
) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    secret = new_feed_secret()
    store.add(make_subscription(query="bridge", feed_hash=feed_hash(secret)))
    evil: dict[str, Any] = {"summary": HOSTILE, "article_url": "javascript:document.title='owned'"}
    store.owe(make_notification("n1"), NOW)
    store.owe(make_notification("n2", **evil), NOW)

    page.goto(feed_addresses(url, secret)["page"])
    expect(page.get_by_role("status")).to_have_text("Live.")
    expect(page.get_by_role("listitem")).to_have_count(2)
    store.owe(make_notification("n3", **evil), NOW)
    remark = {"url": "https://desk.example/tasks/t4", "remarks": ["The source has corrected it."]}
    store.owe(make_notification("n4", **remark), NOW)
    items = page.get_by_role("listitem")
    expect(items).to_have_count(4, timeout=20_000)
    expect(items.nth(0)).to_contain_text("«n4»")
    expect(items.nth(0)).to_contain_text("The source has corrected it.")
    expect(items.nth(0).get_by_role("link")).to_have_attribute(
        "href", "https://desk.example/tasks/t4"
    )
    for hostile in (items.nth(1), items.nth(2)):
        expect(hostile).to_have_text(HOSTILE)
        expect(hostile.get_by_role("link")).to_have_count(0)
    assert page.title() == "Alerts: bridge"
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []


def test_a_person_ends_an_alert_by_its_button(store: SqlAlertStore, url: str, page: Page) -> None:
    store.add(make_subscription(query="bridge <b>cost</b>"))
    page.goto(unsubscribe_link(url, "s1", VAULT))
    expect(page.get_by_text("You asked for: bridge <b>cost</b>")).to_be_visible()
    page.get_by_role("button", name="End this alert").click()
    expect(page.get_by_text("This alert has ended.")).to_be_visible()
    subscription = store.get("s1")
    assert subscription is not None
    assert not subscription.active
