"""Published pages in a real browser: readable for everybody, and nothing asked of another host."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from schemas.verdict import Rating, Verdict
from services.review.publishing import handle
from services.review.scale import load_scale
from tests.support.desk import (
    NOW,
    make_match,
    make_task,
    published_in,
    running_desk,
    sqlite_url,
    store_at,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readers_can_read_what_is_published(browser: Browser, tmp_path: Path, scheme: str) -> None:
    with store_at(sqlite_url(tmp_path)) as store:
        task = make_task(evidence=[make_match()])
        store.upsert(task)
        verdict = Verdict(
            id="v1",
            task_id=task.id,
            cluster_id=task.cluster_id,
            claim=task.claim.text,
            speaker=task.claim.speaker,
            rating=Rating.MOSTLY_FALSE,
            rationale="The audit counted 9 million.",
            evidence_ids=["e1"],
            reviewer="rita",
            lease=1,
            decided_at=NOW,
        )
        list(handle(verdict, tasks=store, published=published_in(store), scale=load_scale(None)))
        with running_desk(store, publisher_name="Example Desk") as url:
            page = browser.new_page(
                viewport={"width": 320, "height": 700},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            asked: list[str] = []
            told: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: told.append(message.text))
            page.goto(f"{url}/published")
            for heading in ("Reviews", f"“{task.claim.text}”"):
                assert page.get_by_role("heading", level=1).inner_text() == heading
                assert page.evaluate("document.documentElement.scrollWidth") <= 320
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                if heading == "Reviews":
                    with page.expect_navigation():  # until its style is there as well
                        page.get_by_role("link", name=task.claim.text).click()
            assert page.get_by_text("Mostly false").is_visible()
            assert [one for one in asked if not one.startswith(url)] == []
            assert told == []
            page.close()
