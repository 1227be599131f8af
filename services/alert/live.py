"""The page on which alerts appear as they come."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from schemas.notification import Notification
from schemas.subscription import Subscription
from services.alert.message import named

STATIC = Path(__file__).parent / "static"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
"""The content security policy of the page: its own script and no other."""


def live_page(subscription: Subscription, alerts: Sequence[Notification]) -> str:
    """The page with the newest alerts; its script adds those that come."""
    title = f"Alerts: {named(subscription)}"
    newest = alerts[0].id if alerts else "none"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/live.css">'
        f"<main><h1>{escape(title)}</h1>"
        '<p id="state" role="status">Connecting.</p>'
        f'<ol id="alerts" reversed aria-live="polite" data-newest="{escape(newest)}">'
        f"{''.join(map(_item, alerts))}</ol></main>"
        '<script src="/static/live.js"></script></html>'
    )


def _item(alert: Notification) -> str:
    address = alert.url or alert.article_url or ""
    line = escape(alert.summary)
    if address.startswith(("http://", "https://")):
        line = f'<a href="{escape(address)}">{line}</a>'
    notes = "".join(f"<p>{escape(remark)}</p>" for remark in alert.remarks)
    return f'<li id="{escape(alert.id)}">{line}{notes}</li>'
