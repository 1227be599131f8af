"""A subscription's alerts as Atom (RFC 4287), as JSON Feed 1.1, and as server-sent events.

What they carry is the notification that a webhook gets, and nothing else.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.message import named, plain

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def etag(subscription: Subscription, alerts: Sequence[Notification]) -> str:
    """The same as long as the feed says the same."""
    said = [subscription.id, named(subscription), *(alert.model_dump_json() for alert in alerts)]
    return f'"{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}"'


def atom(subscription: Subscription, alerts: Sequence[Notification], address: str) -> bytes:
    """The alerts, newest first, as an Atom document at `address`."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _child(feed, "id", f"urn:claimdesk:{subscription.id}")
    _child(feed, "title", f"Alerts: {named(subscription)}")
    _child(feed, "updated", _time(max(map(_at, alerts), default=subscription.created_at)))
    _child(_child(feed, "author"), "name", "Claimdesk")
    _child(feed, "link", rel="self", href=address)
    for alert in alerts:
        entry = _child(feed, "entry")
        _child(entry, "id", f"urn:claimdesk:{alert.id}")
        _child(entry, "title", alert.summary)
        _child(entry, "updated", _time(_at(alert)))
        _child(entry, "category", term=alert.event_type)
        _child(entry, "content", plain(alert))
        link = alert.url or alert.article_url
        if link:
            _child(entry, "link", rel="alternate", href=link)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed)


def json_feed(subscription: Subscription, alerts: Sequence[Notification], address: str) -> bytes:
    """The alerts, newest first, as a JSON Feed at `address`; `_claimdesk` holds each one whole."""
    items = [
        {
            "id": alert.id,
            "title": alert.summary,
            "content_text": plain(alert),
            "tags": [alert.event_type],
            "_claimdesk": alert.model_dump(mode="json"),
            **({"url": link} if (link := alert.url or alert.article_url) else {}),
            **({"date_published": alert.occurred_at.isoformat()} if alert.occurred_at else {}),
        }
        for alert in alerts
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"Alerts: {named(subscription)}",
        "feed_url": address,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False).encode()


def server_sent(alert: Notification) -> bytes:
    """One event of the stream; its id is the alert's."""
    # JSON escapes line ends, so that the data is one line.
    return f"id: {alert.id}\nevent: alert\ndata: {alert.model_dump_json()}\n\n".encode()


def _child(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    cleaned = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", cleaned)
    if text:
        element.text = _NOT_XML.sub("", text)
    return element


def _at(alert: Notification) -> datetime:
    return alert.occurred_at or _BEGINNING


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
