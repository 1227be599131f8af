"""A reviewer's day in a real Chromium: by keyboard, without scripts, against others, and out of time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from schemas.match import Match, Slot, SlotValue, Standing
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.accounts import Role
from services.ports.work import Policy
from services.review.publishing import handle
from services.review.scale import load_scale
from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    PASSWORD,
    People,
    decide,
    make_article,
    make_claim,
    make_match,
    make_task,
    make_tasks,
    published_in,
    running_desk,
    sqlite_url,
    store_at,
    take,
)

pytestmark = pytest.mark.browser

WHY = "The audit counts nine million."


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SqlTaskStore]:
    policy = getattr(request, "param", None)
    with store_at(sqlite_url(tmp_path), policy) as made:
        yield made


@pytest.fixture
def people(store: SqlTaskStore, clock: FakeClock) -> People:
    return People(store, clock)


@pytest.fixture
def desk(store: SqlTaskStore, clock: FakeClock, people: People) -> Iterator[str]:
    with running_desk(store, clock, publisher_name="Example Desk") as url:
        yield url


Enter = Callable[..., Page]


@pytest.fixture
def enter(browser: Browser, desk: str, people: People) -> Iterator[Enter]:
    """A page of somebody who is signed in, in a browser of their own; it asks no other host."""
    contexts: list[BrowserContext] = []
    strangers: list[str] = []

    def entering(name: str, path: str = "/", role: Role = Role.REVIEWER, **options: object) -> Page:
        context = browser.new_context(base_url=desk, **options)  # type: ignore[arg-type]
        contexts.append(context)
        ((cookie, value),) = people.cookie(name, role).items()
        context.add_cookies([{"name": cookie, "value": value, "url": desk}])
        page = context.new_page()
        page.on("request", lambda asked: strangers.append(asked.url))
        page.goto(path)
        return page

    yield entering
    for context in contexts:
        context.close()
    assert [url for url in strangers if not url.startswith(f"{desk}/")] == []


def evidence() -> list[Match]:
    slot = Slot(
        name="quantity",
        standing=Standing.DIFFERS,
        claim=SlotValue(text="12 million", value="12000000"),
        evidence=SlotValue(text="9 million", value="9000000"),
        unit="EUR",
        decided=True,
    )
    return [make_match().model_copy(update={"slots": [slot]})]


def add_bridge(store: SqlTaskStore) -> str:
    return store.upsert(make_task(make_claim(), make_article(), evidence())).task.id


def decide_by_keys(page: Page, rating: str, why: str = WHY) -> None:
    page.keyboard.press(rating)
    page.keyboard.press("w")
    page.keyboard.type(why)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your opinion is recorded.")).to_be_visible()


@pytest.mark.parametrize("store", [Policy(double_review_at=0.0)], indirect=True, ids=["double"])
def test_from_signing_in_to_a_published_review(
    browser: Browser, desk: str, store: SqlTaskStore, people: People, enter: Enter
) -> None:
    task_id = add_bridge(store)
    store.upsert(make_task(make_claim("Less", check_worthiness=0.1)))
    people.door.set_password(people.add("ann"), PASSWORD)
    ann = browser.new_context(base_url=desk).new_page()
    ann.goto(f"/tasks/{task_id}")
    ann.get_by_label("Name").fill("ann")
    ann.get_by_label("Password").fill("something else")
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("alert")).to_contain_text("wrong")
    ann.get_by_label("Password").fill(PASSWORD)
    ann.keyboard.press("Enter")
    ann.wait_for_url(f"**/tasks/{task_id}")

    ann.goto("/")
    ann.keyboard.press("n")
    ann.wait_for_url(f"**/tasks/{task_id}?did=take")
    assert ann.locator("blockquote mark.claim").inner_text() == make_claim().text
    ann.keyboard.press("j")
    assert ann.locator(":focus").locator("h3").inner_text() == "What the bridge cost (e1)"
    assert ann.locator(".slots tr.differs").inner_text().split() == (
        ["Quantity", "EUR", "differs,", "decides", "it", "12", "million", "9", "million"]
    )
    ann.keyboard.press("e")
    assert ann.get_by_label("I used this").is_checked()
    decide_by_keys(ann, "5")
    ann.context.close()

    bob = enter("bob", f"/tasks/{task_id}")
    assert WHY not in bob.content()
    expect(bob.get_by_text("You are not shown it")).to_be_visible()
    bob.keyboard.press("t")
    bob.wait_for_url("**did=take")
    assert WHY not in bob.content()
    decide_by_keys(bob, "1", "The minister says so.")

    eve = enter("eve", f"/tasks/{task_id}", Role.EDITOR)
    for words in (WHY, "The minister says so.", "Adjudication"):
        expect(eve.get_by_text(words, exact=True).first).to_be_visible()
    eve.keyboard.press("t")
    eve.wait_for_url("**did=take")
    decide_by_keys(eve, "5", "The audit is the record.")
    expect(eve.get_by_role("heading", name="Verdict: False")).to_be_visible()

    owed = store.unpublished()
    for verdict in owed:
        handle(verdict, tasks=store, published=published_in(store), scale=load_scale(None))  # type: ignore[arg-type]
    reader = browser.new_context(base_url=desk).new_page()
    reader.goto(f"/published/{task_id}")
    assert "The audit is the record." in reader.locator("main").inner_text()
    assert WHY not in reader.content()
    reader.context.close()


def test_of_two_who_take_one_task_one_wins_and_the_other_is_told(
    store: SqlTaskStore, enter: Enter
) -> None:
    task_id = add_bridge(store)
    ann, bob = (enter(name, f"/tasks/{task_id}") for name in ("ann", "bob"))
    ann.keyboard.press("t")
    ann.wait_for_url("**did=take")
    bob.get_by_role("button", name="Take it", exact=True).click()
    expect(bob.get_by_role("heading", name="Somebody was faster")).to_be_visible()
    expect(bob.get_by_role("alert")).to_contain_text("ann holds it")
    stored = store.get(task_id)
    assert stored is not None
    assert stored.reviewer == "ann"


def test_whoever_looks_at_a_task_is_told_that_another_took_it(
    store: SqlTaskStore, enter: Enter
) -> None:
    task_id = add_bridge(store)
    bob = enter("bob", f"/tasks/{task_id}")
    take(store, "ann", task_id)
    expect(bob.get_by_role("status")).to_contain_text("ann has taken this task.")


def test_the_counts_of_the_queue_follow_the_work(store: SqlTaskStore, enter: Enter) -> None:
    page = enter("ann")
    expect(page.locator('[data-count="open"]')).to_have_text("0")
    add_bridge(store)
    expect(page.locator('[data-count="open"]')).to_have_text("1")
    expect(page.get_by_role("status")).to_contain_text("The queue has changed.")


def test_a_draft_is_saved_by_itself_and_outlives_the_lease(
    store: SqlTaskStore, clock: FakeClock, enter: Enter
) -> None:
    task_id = add_bridge(store)
    take(store, "ann", task_id)
    ann = enter("ann", f"/tasks/{task_id}")
    ann.keyboard.press("w")
    ann.keyboard.type(WHY)
    expect(ann.get_by_text("Saved at")).to_be_visible()

    clock.advance(3_600)
    decide(store, take(store, "bob", task_id, clock.now()), "Somebody else found it.")
    ann.keyboard.type(" And more.")
    ann.keyboard.press("Escape")
    ann.keyboard.press("5")
    ann.keyboard.press("Control+Enter")
    expect(ann.get_by_role("heading", name="Somebody was faster")).to_be_visible()
    sides = ann.locator(".sides").inner_text()
    assert f"{WHY} And more." in sides
    assert "Somebody else found it." in sides


def test_everything_works_without_scripts(store: SqlTaskStore, enter: Enter) -> None:
    add_bridge(store)
    page = enter("ann", java_script_enabled=False)
    page.get_by_role("button", name="Take the next task").click()
    page.get_by_label("Rationale").fill("Not yet")
    page.get_by_role("button", name="Save the draft").click()
    assert page.get_by_label("Rationale").input_value() == "Not yet"
    page.get_by_text("Snooze it").click()
    page.get_by_label("Until").fill("2024-06-01")
    page.locator("details[open]").get_by_label("Why").fill("Figures come in June")
    page.get_by_role("button", name="Snooze", exact=True).click()
    assert "It sleeps until 1 June 2024" in page.locator(".panel").inner_text()
    page.get_by_text("End the wait").click()
    page.locator("details[open]").get_by_label("Why").fill("They are here")
    page.get_by_role("button", name="Offer it again").click()
    page.get_by_role("button", name="Take it", exact=True).click()
    assert page.get_by_label("Rationale").input_value() == "Not yet"
    page.get_by_role("radio", name="False", exact=True).check()
    page.get_by_label("I used this").check()
    page.get_by_role("button", name="Decide").click()
    assert "Verdict: False" in page.locator("main").inner_text()
    assert "Used in the verdict" in page.locator("main").inner_text()
    page.get_by_text("Take my opinion back").click()
    page.locator("details[open]").get_by_label("Why").fill("A slip")
    page.get_by_role("button", name="Take it back").click()
    assert "Verdict" not in page.locator(".main").inner_text()


def test_tasks_are_merged_and_put_back(store: SqlTaskStore, enter: Enter) -> None:
    one, other = (store.upsert(task).task.id for task in make_tasks(2))
    page = enter("ann", f"/tasks/{other}")
    page.get_by_text("It repeats another task").click()
    page.get_by_label("That task’s address or id").fill(f"https://desk.example/tasks/{one}")
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url(f"**/tasks/{one}?did=merge")
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_url("**did=choice")
    stored = store.get(other)
    assert stored is not None
    assert stored.joined_to is None


def test_a_view_is_saved_and_shows_what_it_was_made_for(store: SqlTaskStore, enter: Enter) -> None:
    add_bridge(store)
    store.upsert(make_task(make_claim("Rain fell for ninety days", speaker="Otto Brand")))
    page = enter("ann")
    page.keyboard.press("/")
    page.keyboard.type("rain")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=rain*")
    assert page.locator(".queue > li").count() == 1
    page.get_by_label("Save this view as").fill("Weather")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/")
    assert page.locator(".queue > li").count() == 2
    page.keyboard.press("Control+k")
    page.keyboard.type("weather")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=rain*")
    assert "Rain fell" in page.locator(".queue").inner_text()
    assert page.locator(".tabs [aria-current] .count").inner_text() == "1"
    assert page.locator("[data-count]").count() == 0


def test_keys_can_be_switched_off_and_are_only_letters_while_writing(
    store: SqlTaskStore, enter: Enter
) -> None:
    task_id = add_bridge(store)
    take(store, "ann", task_id)
    page = enter("ann", f"/tasks/{task_id}")
    page.get_by_label("Rationale").click()
    page.keyboard.type("s5?jz")
    assert page.get_by_label("Rationale").input_value() == "s5?jz"
    assert page.locator("input[name=rating]:checked").count() == 0
    assert page.locator("dialog[open], .other details[open]").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("5")
    assert page.locator("input[name=rating]:checked").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_against_wcag_aa(
    store: SqlTaskStore, enter: Enter, desk: str, scheme: str, width: int
) -> None:
    task_id = add_bridge(store)
    done, held = (store.upsert(task).task.id for task in make_tasks(2))
    decide(store, take(store, "ann", done))
    take(store, "ann", held)
    take(store, "bob", task_id)
    size = {"width": width, "height": 800}
    page = enter("ann", viewport=size, color_scheme=scheme)
    paths = ("/", "/?text=bridge", "/progress", "/account", "/sign-in/cdl_x", "/tasks/nothing")
    for path in (*paths, *(f"/tasks/{one}" for one in (task_id, done, held))):
        page.goto(path)
        assert failed(page, path) == []
    page.keyboard.press("?")
    assert failed(page, "keys") == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    assert failed(page, "palette") == []
    page.get_by_role("combobox").press("Escape")
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert failed(page, "sign-in") == []


def failed(page: Page, where: str) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, with the place."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [
        f"{where}: {rule['id']}: {node['html'][:150]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
