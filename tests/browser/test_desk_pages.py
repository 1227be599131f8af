"""The desk's pages in a real Chromium."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schemas.claim import DateMention, Quantity
from schemas.match import Relation
from services.adapters.sql_tasks import SqlTaskStore
from tests.support.desk import (
    People,
    decide,
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    running_desk,
    sqlite_url,
    store_at,
    take,
)

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title='owned'</script>"
    '"><img src="http://evil.example/x.png" onerror="document.title=\'owned\'">'
    "{{ 7*7 }} \u202egnidaer thgir ot tfel\u202c עברית " + "unbroken" * 1_500
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


@pytest.fixture
def desk(store: SqlTaskStore) -> Iterator[str]:
    with running_desk(store) as url:
        yield url


@pytest.fixture
def open_page(browser: Browser, desk: str, store: SqlTaskStore) -> Iterator[Callable[..., Page]]:
    """Opens a path of the desk; every request must stay there, and nothing may be blocked or fail."""
    contexts, requested, complaints = [], [], []
    people = People(store)

    def opening(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        (cookie,) = people.cookie().items()
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": desk}])
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(desk + path)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert requested
    assert [url for url in requested if not url.startswith(f"{desk}/")] == []
    assert complaints == []


def full_task() -> Any:
    said = "the bridge cost 12 million euros in 2023"
    claim = make_claim(
        said,
        context=f"Maria Lind said on Tuesday that {said}. The council disagrees.",
        reported_by=["Example Wire", "Another Agency"],
        dates=[DateMention(span=(36, 40), text="in 2023", value="2023")],
        quantities=[Quantity(span=(16, 26), text="12 million", low=12e6, high=12e6, unit="EUR")],
        due="2025-07-01",
    )
    evidence = [
        make_match("e1", probability=0.91),
        make_match("e2", probability=0.5, relation=Relation.SUPPORTS),
        make_match("e3", probability=0.4, relation=Relation.SAME_CLAIM),
        make_match("e4", probability=0.3, relation=Relation.RELATED),
    ]
    return make_task(claim, make_article("a1"), evidence)


def decided(store: SqlTaskStore) -> Any:
    task = full_task()
    store.upsert(task)
    decide(store, take(store, "Ann Reviewer", task.id))
    return task


def test_the_queue_shows_what_a_reviewer_needs_to_choose(
    open_page: Callable[..., Page], store: SqlTaskStore
) -> None:
    store.upsert(full_task())
    store.upsert(make_task(make_claim("Low", check_worthiness=0.1)))
    entries = open_page().locator(".queue > li")
    assert entries.count() == 2
    first = entries.first.inner_text()
    for words in (
        "the bridge cost 12 million euros",
        "Maria Lind",
        "Quantity",
        "Example Wire, 1 May 2024",
        "Prior evidence by Audit Office contradicts it.",
        "Contradicts",
        "What the bridge cost (e1)",
        "match 0.91",
        "Due 2025-07-01",
        "Open",
    ):
        assert words in first
    assert "likely" not in first
    assert "No prior evidence found" in entries.nth(1).inner_text()


def test_a_task_shows_the_claim_in_its_context_and_all_that_is_known(
    open_page: Callable[..., Page], store: SqlTaskStore
) -> None:
    task = decided(store)
    page = open_page(f"/tasks/{task.id}")
    assert page.locator("blockquote mark.claim").inner_text() == task.claim.text
    assert page.locator("blockquote").inner_text() == task.claim.context
    shown = page.locator("main").inner_text()
    for words in (
        "Said by Maria Lind",
        "Example Wire quoting Another Agency",
        "12,000,000 EUR",
        "2025-07-01",
        "Verdict: False",
        "The audit says nine.",
        "Same subject; the amounts differ.",
        "match 0.91",
        "Supports",
        "Same claim",
        "Related",
        "Check worthiness",
        task.id,
    ):
        assert words in shown
    assert page.locator(".facts tbody tr").count() == len(task.priority.parts)
    link = page.locator(".item h3 a").first
    assert link.get_attribute("href") == "https://audit.example/e1"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_states_filter_and_pages_lead_on(
    open_page: Callable[..., Page], store: SqlTaskStore
) -> None:
    decided(store)
    for task in make_tasks(30):
        store.upsert(task)
    page = open_page()
    expect(page.locator(".queue > li")).to_have_count(25)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".queue > li")).to_have_count(6)
    page.get_by_role("link", name="First page").click()
    expect(page.locator(".queue > li")).to_have_count(25)
    page.get_by_role("link", name="Done 1").click()
    expect(page.locator(".queue > li")).to_have_count(1)
    expect(page.locator('[aria-current="page"]')).to_have_text(re.compile(r"Done\s*1"))
    page.get_by_role("link", name="Taken 0").click()
    expect(page.locator("main")).to_contain_text("No taken tasks")


def test_an_empty_queue_says_what_to_do(open_page: Callable[..., Page]) -> None:
    page = open_page()
    assert page.get_by_role("heading", name="No tasks yet").is_visible()
    assert "claimdesk up" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_words_are_only_words(
    open_page: Callable[..., Page], store: SqlTaskStore, width: int
) -> None:
    match = make_match(why=HOSTILE)
    item = match.evidence.model_copy(
        update=dict.fromkeys(("title", "claim", "text", "publisher", "rating", "date"), HOSTILE)
    )
    task = make_task(
        make_claim(
            HOSTILE, speaker=HOSTILE, context=f"Before {HOSTILE} after", reported_by=[HOSTILE]
        ),
        make_article(title=HOSTILE, publisher=HOSTILE),
        [match.model_copy(update={"evidence": item})],
    )
    store.upsert(task)
    for path in ("/", f"/tasks/{task.id}"):
        page = open_page(path, viewport={"width": width, "height": 800})
        assert page.title() != "owned"
        assert (
            page.locator("script:not([src='/static/desk.js']), main img, iframe, object").count()
            == 0
        )
        assert "<script>document.title='owned'</script>" in page.locator("main").inner_text()
        assert "{{ 7*7 }}" in page.locator("main").inner_text()
        assert overflow(page) == 0


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_sideways_scrolling(
    open_page: Callable[..., Page], store: SqlTaskStore, width: int
) -> None:
    task = decided(store)
    for path in ("/", f"/tasks/{task.id}"):
        assert overflow(open_page(path, viewport={"width": width, "height": 700})) == 0


def test_the_keyboard_reaches_the_tasks_and_shows_where_it_is(
    open_page: Callable[..., Page], store: SqlTaskStore
) -> None:
    task = full_task()
    store.upsert(task)
    page = open_page()
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    assert page.locator(":focus").evaluate("e => e.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(30):
        focused = page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        if focused.get_attribute("href") == f"/tasks/{task.id}":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tasks/{task.id}")


def test_the_pages_have_landmarks_and_one_order_of_headings(
    open_page: Callable[..., Page], store: SqlTaskStore
) -> None:
    task = decided(store)
    for path in ("/", f"/tasks/{task.id}"):
        page = open_page(path)
        for landmark in ("banner", "main", "contentinfo"):
            assert page.get_by_role(landmark).count() == 1  # type: ignore[arg-type]
        levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(e => +e.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.locator("html").get_attribute("lang") == "en"


CONTRAST = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const over = (below, color) => {  // colours of any notation, blended by the browser itself
    canvas.fillStyle = below; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgb(${r},${g},${b})`;
  };
  const luminance = color => {
    const [r, g, b] = color.match(/\\d+/g).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    const chain = [];
    for (let e = element; e; e = e.parentElement) chain.unshift(getComputedStyle(e).backgroundColor);
    return chain.reduce(over, 'rgb(255,255,255)');
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element), below = ground(element);
    const [a, b] = [luminance(over(below, style.color)), luminance(below)];
    const size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700;
    found.push({
      text: texts.currentNode.data.trim().slice(0, 40),
      ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
      least: size >= 24 || (bold && size >= 18.66) ? 3 : 4.5,
    });
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(
    open_page: Callable[..., Page], store: SqlTaskStore, scheme: str
) -> None:
    task = decided(store)
    for other in make_tasks(30):
        store.upsert(other)
    take(store)
    grounds = set()
    for path in ("/", "/?state=taken", f"/tasks/{task.id}"):
        page = open_page(path, color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        texts = page.evaluate(CONTRAST)
        assert len(texts) > 10
        assert [text for text in texts if text["ratio"] < text["least"]] == []
    assert grounds == {"rgb(247, 246, 243)" if scheme == "light" else "rgb(20, 22, 26)"}
