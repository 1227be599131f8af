"""The article's page for an item that is only a summary, and whether robots.txt lets us read it."""

from collections.abc import Mapping

import pytest

from services.ingest.documents import read_document
from services.ingest.fuller import fuller
from services.ingest.item import Item
from services.ingest.robots import Robots
from services.ports.web import Response, WebError

URL = "https://post.example/bridge"
ROBOTS = "https://post.example/robots.txt"
SUMMARY = Item(
    "feed",
    "1",
    "The bridge over the harbour opened on Tuesday …",
    "Bridge opens",
    url=URL,
    partial=True,
)
WHOLE = "".join(
    f"<p>{text}</p>"
    for text in (
        "The bridge over the harbour opened on Tuesday after nine years of work, the council said.",
        "“It cost 12 million euros,” said Ana Ruiz, who leads the council of the town.",
        "Shopkeepers on the northern bank said that they had waited long enough for customers.",
    )
)
PAGE = f"<html><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1>{WHOLE}</article></body></html>"
WALL = f"<html><body><article>{'<p>Please accept the cookies of our many partners before you go on reading.</p>' * 5}</article></body></html>"


class FakeWeb:
    def __init__(self, **answers: Response | WebError) -> None:
        self.answers, self.asked = answers, list[str]()

    def check(self, url: str) -> None:
        raise NotImplementedError

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Response:
        self.asked.append(url)
        answer = self.answers["robots" if url.endswith("/robots.txt") else "page"]
        if isinstance(answer, WebError):
            raise answer
        return answer

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        raise NotImplementedError


def web(
    page: Response | WebError | str = PAGE, robots: Response | WebError | None = None
) -> FakeWeb:
    given = (
        Response(URL, 200, {"content-type": "text/html"}, page.encode())
        if isinstance(page, str)
        else page
    )
    return FakeWeb(page=given, robots=robots or Response(ROBOTS, 404))


def rules(text: str, status: int = 200) -> Response:
    return Response(ROBOTS, status, {}, text.encode())


def test_the_page_gives_the_whole_text_and_the_feed_keeps_its_say() -> None:
    found = fuller(SUMMARY, site := web(), Robots(site), read_document)
    assert found.text.startswith("The bridge over the harbour opened on Tuesday after nine years")
    assert "northern bank" in found.text
    assert (found.source, found.guid, found.title, found.partial) == (
        "feed",
        "1",
        "Bridge opens",
        False,
    )


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (Response(URL, 403), "http_403"),
        (WebError("timeout", "too slow"), "timeout"),
        (WebError("forbidden_address", "it is private"), "private"),
        (WALL, "does not hold the item's text"),
        ("<html></html>", "no main text"),
    ],
)
def test_what_goes_wrong_leaves_the_item_and_says_so(
    page: Response | WebError | str, says: str
) -> None:
    found = fuller(SUMMARY, site := web(page), Robots(site), read_document)
    assert found.text == SUMMARY.text
    assert says in found.notes[-1]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (rules("User-agent: *\nDisallow: /bridge"), False),
        (rules("User-agent: *\nDisallow: /\n\nUser-agent: claimdesk\nAllow: /"), True),
        (rules("User-agent: Claimdesk\nDisallow: /\n\nUser-agent: *\nAllow: /"), False),
        (rules("", 404), True),
        (rules("", 503), False),
        (WebError("connection", "down"), False),
    ],
)
def test_robots_txt_is_obeyed(robots: Response | WebError, allowed: bool) -> None:
    site = web(robots=robots)
    found = fuller(SUMMARY, site, Robots(site), read_document)
    assert (URL in site.asked) is allowed
    assert found.partial is not allowed


def test_a_site_is_asked_for_its_rules_once() -> None:
    site = web()
    robots = Robots(site)
    for _ in range(3):
        fuller(SUMMARY, site, robots, read_document)
    assert site.asked.count(ROBOTS) == 1


def test_an_item_that_is_whole_or_has_no_address_fetches_nothing() -> None:
    site = web()
    whole = Item("feed", "1", "All of it.", url=URL)
    nowhere = Item("feed", "1", "Some …", partial=True)
    assert fuller(whole, site, Robots(site), read_document) is whole
    assert fuller(nowhere, site, Robots(site), read_document) is nowhere
    assert site.asked == []
