"""One row of a file to one item of evidence: lenient in, strict out."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from schemas.evidence import Evidence, EvidenceKind
from services.evidence.dates import to_iso
from services.runtime.ids import stable_id

# What other publishers call our fields, ours first. Names are compared in lower case without `_`, `-`
# and spaces, so `Claim Reviewed` and `claimReviewed` are one.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "identifier", "vclaimid", "_id"),
    "kind": ("kind", "type"),
    "claim": ("claim", "claimreviewed", "vclaim", "statement"),
    "title": ("title", "headline", "name"),
    "text": ("text", "body", "articlebody", "content", "description"),
    "publisher": ("publisher", "organization", "organisation", "site", "author"),
    "speaker": ("speaker", "claimant", "claimauthor", "source"),
    "date": ("date", "datepublished", "published", "reviewdate"),
    "rating": ("rating", "verdict", "textualrating", "label", "conclusion"),
    "url": ("url", "link"),
    "language": ("language", "lang", "inlanguage"),
    "revision": ("revision", "version"),
}
_KINDS: Mapping[str, EvidenceKind] = {
    "": EvidenceKind.FACT_CHECK,
    "factcheck": EvidenceKind.FACT_CHECK,
    "claimreview": EvidenceKind.FACT_CHECK,
    "report": EvidenceKind.REPORT,
    "officialstatement": EvidenceKind.OFFICIAL_STATEMENT,
    "statement": EvidenceKind.OFFICIAL_STATEMENT,
    "pressrelease": EvidenceKind.OFFICIAL_STATEMENT,
    "verdict": EvidenceKind.VERDICT,
}
_LIMITS: Mapping[str, int] = {"claim": 5_000, "title": 2_000, "text": 2_000_000}
_OTHER = 500  # characters of every other field
_PLAIN = re.compile(r"[\s_\-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")


class Row(NamedTuple):
    """An item and what had to be left out of it."""

    evidence: Evidence
    notes: tuple[str, ...]


class RowError(ValueError):
    """A row that is no evidence, and why."""


def to_evidence(row: Mapping[str, Any]) -> Row:
    """The item that `row` describes. Fields that are not ours are passed over.

    Without an id it gets one from its address, or else from its claim, speaker and publisher. Raises
    RowError.
    """
    values = _values(row)
    notes: list[str] = []
    fields: dict[str, Any] = {
        "kind": _kind(values.get("kind", "")),
        "claim": _required(values),
        "title": values.get("title", ""),
        "text": values.get("text", ""),
        "language": (values.get("language") or "en").lower(),
        "revision": _revision(values.get("revision")),
        "date": _date(values.get("date"), notes),
    }
    fields |= {name: values.get(name) or None for name in ("publisher", "speaker", "rating", "url")}
    fields["id"] = values.get("id") or _make_id(fields)
    try:
        return Row(Evidence(**fields), tuple(notes))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RowError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    """Our fields with their texts, cleaned and cut; the first alias that has a value wins."""
    known = {_PLAIN.sub("", str(name)).lower(): value for name, value in row.items() if name}
    found: dict[str, str] = {}
    for field, names in _ALIASES.items():
        texts = (_text(known.get(name)) for name in names)
        if text := next((text for text in texts if text), ""):
            found[field] = text[: _LIMITS.get(field, _OTHER)]
    return found


def _text(value: Any) -> str:
    if isinstance(value, dict):  # {"name": …}: how JSON-LD writes people and organisations
        value = value.get("name")
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    if value is None or isinstance(value, dict | bool):
        return ""
    return _CONTROL.sub(" ", str(value)).strip()


def _required(values: Mapping[str, str]) -> str:
    if claim := values.get("claim") or values.get("title"):
        return claim
    raise RowError("it has neither a claim nor a title: nothing could be matched with it")


def _kind(text: str) -> EvidenceKind:
    try:
        return _KINDS[_PLAIN.sub("", text).lower()]
    except KeyError:
        raise RowError(
            f"kind {text!r} is none of {', '.join(kind.value for kind in EvidenceKind)}"
        ) from None


def _revision(text: str | None) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:19]) < 2**63:
        raise RowError(f"revision {text!r} is no whole number from 1")
    return int(text)


def _date(text: str | None, notes: list[str]) -> str | None:
    if not text:
        return None
    found = to_iso(text)
    if found is None:
        notes.append(f"date {text[:80]!r} could not be read and was left out")
    return found


def _make_id(fields: Mapping[str, Any]) -> str:
    if fields["url"]:
        return stable_id("ev", "url", fields["url"], fields["claim"])
    parts = (fields[name] or "" for name in ("claim", "speaker", "publisher"))
    return stable_id("ev", "content", *parts)
