"""Feeds in figures for Prometheus (text format 0.0.4)."""

from dataclasses import fields

from services.ports.feed_registry import Health

_HELP = {
    "active": "Feeds that are polled",
    "stopped": "Feeds that were removed, are gone or moved",
    "failing": "Active feeds whose last poll failed",
    "never_read": "Active feeds that were never read",
    "overdue": "Active feeds that are due since more than five minutes",
    "new": "Articles that feeds brought",
    "copies": "Those of them that repeat another one",
}


def metrics(health: Health) -> str:
    """`health` as samples."""
    rows = []
    for field in fields(health):
        counts = field.name in {"new", "copies"}
        name = (
            f"claimdesk_feed_articles_{field.name}_total"
            if counts
            else f"claimdesk_feeds_{field.name}"
        )
        rows.append(
            f"# HELP {name} {_HELP[field.name]}\n# TYPE {name} {'counter' if counts else 'gauge'}\n"
        )
        rows.append(f"{name} {getattr(health, field.name)}\n")
    return "".join(rows)
