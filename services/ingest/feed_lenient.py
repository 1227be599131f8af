"""The slow and forgiving reader of feeds: feedparser, for what is broken or in a rare dialect."""

from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.ingest.dates import read_date
from services.ingest.entry import Entry, Feed, Markup

Found = Mapping[str, Any]


def read_lenient(text: str, url: str | None) -> Feed | None:
    """The feed in `text`, which passed `check_feed`; None when feedparser finds none in it."""
    import feedparser

    # Bodies become plain text later, so feedparser need not sanitise them: that is most of its time.
    headers = {"content-type": "application/xml; charset=utf-8"}
    if url:
        headers["content-location"] = url
    found = feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    about = found["feed"]
    # CDF has no version; a title is only kept from within a feed.
    if not found.get("version") and not found["entries"] and not about.get("title"):
        return None
    return Feed(
        title=_detailed(about, "title"),
        address=_own_address(about) or about.get("link"),
        language=about.get("language"),
        entries=tuple(map(_entry, found["entries"])),
        bare=not about,
    )


def _entry(found: Found) -> Entry:
    return Entry(
        id=found.get("id"),
        link=found.get("link"),
        title=_detailed(found, "title"),
        author=found.get("author"),
        published=_date(found, "published"),
        updated=_date(found, "updated"),
        contents=tuple(_contents(found)),
        summaries=(_detailed(found, "summary"),) if found.get("summary") else (),
        publisher=(found.get("source") or {}).get("title"),
    )


def _own_address(about: Found) -> str | None:
    links = [link for link in about.get("links") or () if link.get("rel") == "self"]
    return next((link.get("href") for link in links), None)


def _detailed(found: Found, name: str) -> Markup:
    kind = (found.get(f"{name}_detail") or {}).get("type")
    return Markup(str(found.get(name) or ""), html=kind != "text/plain")


def _contents(found: Found) -> Iterator[Markup]:
    for row in found.get("content") or ():
        yield Markup(str(row.get("value") or ""), html=row.get("type") != "text/plain")


def _date(found: Found, name: str) -> str | None:
    """The date as it stood there, or what feedparser made of it, if only that can be read."""
    # The plain lookup of a dict: feedparser's own answers "updated" with the publication date.
    given = dict(found)
    value, parsed = given.get(name), given.get(f"{name}_parsed")
    if parsed is None or read_date(value, []) is not None or not 1970 < parsed[0] <= 2100:
        return value
    return datetime.fromtimestamp(timegm(parsed), tz=UTC).isoformat()
