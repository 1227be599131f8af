"""IPTC ninjs items (1.x to 3.x) to rows: a text is a report; what may not be used is withdrawn."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.evidence.line import Line
from services.evidence.markup import looks_like_html, text_of
from services.evidence.words import plain

_MARKS = frozenset(
    [
        "bodies",
        "headlines",
        "headline",
        "pubstatus",
        "versioncreated",
        "body_text",
        "descriptions",
        "eventdetails",
    ]
)
_DATES = ("contentcreated", "firstcreated", "versioncreated")
_STOPPED = {
    "withheld": "its publisher withholds it: pubStatus withheld",
    "canceled": "its publisher killed it: pubStatus canceled",
    "cancelled": "its publisher killed it: pubStatus cancelled",
}

Object = Mapping[str, Any]


def is_item(value: Object) -> bool:
    """Whether `value` is a ninjs item."""
    return "uri" in value and any(str(name).lower() in _MARKS for name in value)


def items(value: Object, place: str) -> Iterator[Line]:
    """The item as a report, or as a withdrawal when its status says that it may not be used."""
    # 1.x and 2.0 write versioncreated, later ones versionCreated.
    item = {str(name).lower(): inner for name, inner in value.items()}
    kind = plain(item.get("type")) or ("event" if "eventdetails" in item else "text")
    if kind != "text":
        yield Line(place, None, f"a ninjs item of type {kind!r}: only texts are evidence")
        return
    text, title = _body(item), _headline(item)
    stopped = _STOPPED.get(plain(item.get("pubstatus")).lower())
    if not stopped and not text:
        yield Line(place, None, "a ninjs item without text")
        return
    yield Line(
        place,
        {
            "id": plain(item.get("uri")),
            "kind": "report",
            "claim": title or text[:300],
            "title": title,
            "text": text,
            "publisher": _publisher(item),
            "date": next(filter(None, (plain(item.get(name)) for name in _DATES)), ""),
            "modified": plain(item.get("versioncreated")),
            "version": _version(item),
            "language": plain(item.get("language")),
            "url": plain(item.get("uri")) if "://" in plain(item.get("uri")) else "",
            "withdrawn": stopped or "",
        },
    )


def _version(item: Object) -> str:
    text = plain(item.get("version"))
    return text if text.isascii() and text.isdigit() and int(text[:9]) > 0 else ""


def _headline(item: Object) -> str:
    return plain(item.get("headline")) or _main(item.get("headlines")) or plain(item.get("title"))


def _main(values: Any) -> str:
    """The value of the part whose role is main, or of the first one."""
    parts = [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
    ranked = sorted(parts, key=lambda part: plain(part.get("role")) != "main")
    return next(filter(None, (plain(part.get("value")) for part in ranked)), "")


def _body(item: Object) -> str:
    """The longest body as text; the description when there is none."""
    bodies = [plain(value) for name, value in item.items() if name.startswith("body")]
    bodies += _values(item.get("bodies"))
    texts = [text_of(one) if looks_like_html(one) else one for one in bodies]
    if best := max(texts, key=len, default="").strip():
        return best
    descriptions = [plain(value) for name, value in item.items() if name.startswith("description")]
    descriptions += _values(item.get("descriptions"))
    return max(descriptions, key=len, default="").strip()


def _values(parts: Any) -> Iterable[str]:
    found = parts if isinstance(parts, list) else []
    return [plain(one.get("value")) for one in found if isinstance(one, Mapping)]


def _publisher(item: Object) -> str:
    return (
        plain(item.get("copyrightholder"))
        or plain(item.get("infosources"))
        or plain(item.get("infosource"))
    )
