"""Subscribing on the desk's page in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    People,
    make_claim,
    make_task,
    running_desk,
    sqlite_url,
    store_at,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A desk with two tasks, and the cookie of a reviewer."""
    with store_at(sqlite_url(tmp_path)) as store:
        store.upsert(make_task())
        store.upsert(make_task(make_claim("The tunnel was never built")))
        with running_desk(store, FakeClock(NOW)) as url:
            yield url, People(store).cookie()


@pytest.mark.parametrize(
    ("width", "scheme", "scripts"),
    [(1280, "light", True), (320, "dark", True), (390, "light", False)],
)
def test_an_alert_is_tried_mended_saved_and_removed(
    browser: Browser, desk: tuple[str, dict[str, str]], width: int, scheme: str, scripts: bool
) -> None:
    url, cookies = desk
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=scripts,
    )
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Alerts", exact=True).click()
    check(page, "empty", scripts)

    page.get_by_label("Query").fill('bridge OR "tunnel')
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".place mark")).to_have_text('"')
    expect(page.get_by_label("Query")).to_have_attribute("aria-invalid", "true")
    check(page, "wrong", scripts)

    page.get_by_label("Query").fill("bridge")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="1 alert in the last 30 days")).to_be_visible()
    expect(page.locator(".trial mark")).to_have_text("bridge")
    check(page, "tried", scripts)

    page.get_by_label("Tell me").select_option("By webhook")
    page.get_by_label("Address").fill("https://hooks.example/x")
    page.get_by_role("button", name="Save the alert").click()
    expect(page.locator(".secret")).to_contain_text("whsec_")
    check(page, "secret", scripts)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.locator(".secret")).to_have_count(0)

    page.get_by_role("link", name="bridge", exact=True).click()
    page.get_by_text("Remove this alert").click()
    check(page, "one", scripts)
    page.get_by_role("button", name="Yes, remove it").click()
    expect(page.get_by_text("The alert is removed.")).to_be_visible()
    expect(page.get_by_text("None yet.")).to_be_visible()
    context.close()


def check(page: Page, where: str, scripts: bool) -> None:
    """No sideways scrolling, and nothing that axe finds against WCAG 2.2 A and AA."""
    if not scripts:
        return  # both are asked by script
    page.wait_for_load_state("load")  # with its style
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0, where
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert [
        f"{rule['id']}: {node['html'][:150]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ] == [], where
