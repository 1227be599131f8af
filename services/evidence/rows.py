"""One row of a file to one item of evidence: lenient in, strict out."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from schemas.evidence import Evidence, EvidenceKind, Finding
from services.evidence.dates import to_iso
from services.evidence.fields import canonical, read_fields
from services.evidence.ratings import Scale, host_of, on_scale, rated
from services.evidence.words import number
from services.runtime.ids import stable_id

_KINDS: Mapping[str, EvidenceKind] = {
    "": EvidenceKind.FACT_CHECK,
    "factcheck": EvidenceKind.FACT_CHECK,
    "claimreview": EvidenceKind.FACT_CHECK,
    "report": EvidenceKind.REPORT,
    "officialstatement": EvidenceKind.OFFICIAL_STATEMENT,
    "statement": EvidenceKind.OFFICIAL_STATEMENT,
    "pressrelease": EvidenceKind.OFFICIAL_STATEMENT,
    "transcript": EvidenceKind.OFFICIAL_STATEMENT,
    "verdict": EvidenceKind.VERDICT,
}
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_LANGUAGES: Mapping[str, str] = dict(
    pair.split("=")
    for pair in [
        "english=en",
        "spanish=es",
        "french=fr",
        "german=de",
        "portuguese=pt",
        "italian=it",
        "arabic=ar",
        "hindi=hi",
        "turkish=tr",
        "polish=pl",
        "dutch=nl",
    ]
)
_NO = frozenset({"", "false", "no", "0", "none", "null"})
_YES = frozenset({"true", "yes", "1"})
_MOST_REVISION = 2**62


class Row(NamedTuple):
    """An item and what had to be left out of it.

    `counted` says that the row gives no revision, so that the loader counts it by content. `known` is false
    for a withdrawal of an item that the row does not describe.
    """

    evidence: Evidence
    notes: tuple[str, ...] = ()
    counted: bool = False
    known: bool = True


class RowError(ValueError):
    """A row that is no evidence, and why."""


def to_evidence(row: Mapping[str, Any]) -> Row:
    """The item that `row` describes. Fields that are not ours are passed over.

    Without an id it gets one from its address, or else from its claim, speaker and publisher. Its rating
    stays as it is, and `finding` says what it means. Raises RowError.
    """
    notes: list[str] = []
    values = read_fields(row, notes)
    withdrawn = _withdrawn(values)
    claim = values.get("claim") or values.get("title")
    if not claim and not (withdrawn and values.get("id")):
        raise RowError("it has neither a claim nor a title: nothing could be matched with it")
    revision = _revision(values, notes)
    fields: dict[str, Any] = {
        "kind": _kind(values.get("kind", "")),
        "claim": claim or values["id"],
        "title": values.get("title", ""),
        "text": values.get("text", ""),
        "language": _language(values.get("language", ""), notes),
        "revision": revision or 1,
        "date": _date(values.get("date"), notes),
        "speaker": _speaker(values),
        "withdrawn": withdrawn,
    }
    fields |= {name: values.get(name) or None for name in ("publisher", "url", "rating")}
    fields["publisher"] = fields["publisher"] or host_of(values.get("url", "")) or None
    fields |= _rating(values, notes)
    fields["id"] = values.get("id") or _make_id(fields)
    try:
        evidence = Evidence(**fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RowError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return Row(evidence, tuple(notes), counted=revision is None, known=bool(claim))


def _kind(text: str) -> EvidenceKind:
    try:
        return _KINDS[canonical(text)]
    except KeyError:
        raise RowError(
            f"kind {text!r} is none of {', '.join(kind.value for kind in EvidenceKind)}"
        ) from None


def _withdrawn(values: Mapping[str, str]) -> str | None:
    text = values.get("withdrawn", "")
    if text.lower() in _NO:
        return None
    return "its publisher withdrew it" if text.lower() in _YES else text


def _language(text: str, notes: list[str]) -> str:
    """The primary tag: "en-GB" and "English" are "en"."""
    text = text.lower()
    if not text:
        return "en"
    if text in _LANGUAGES:
        return _LANGUAGES[text]
    if found := _LANGUAGE.fullmatch(text):
        return found[1]
    notes.append(f"language {text[:40]!r} is no code; taken for en")
    return "en"


def _revision(values: Mapping[str, str], notes: list[str]) -> int | None:
    """The row's own number, or the second in which it was last modified; none when it says neither."""
    if text := values.get("revision"):
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:19]) < _MOST_REVISION:
            raise RowError(f"revision {text!r} is no whole number from 1")
        return int(text)
    modified = values.get("modified")
    if not modified:
        return None
    try:
        moment = datetime.fromisoformat(modified)
    except ValueError:
        day = to_iso(modified)
        if day is None or len(day) < len("2020-01-01"):
            notes.append(f"modified {modified[:80]!r} could not be read; its revisions are counted")
            return None
        moment = datetime.fromisoformat(day)
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return seconds if seconds > 0 else None


def _date(text: str | None, notes: list[str]) -> str | None:
    if not text:
        return None
    found = to_iso(text)
    if found is None:
        notes.append(f"date {text[:80]!r} could not be read and was left out")
    return found


def _speaker(values: Mapping[str, str]) -> str | None:
    """Who made the claim; not the check's own author, whom some files give in the same field."""
    speaker = values.get("speaker")
    slug = values.get("checker", "").rstrip("/").rpartition("/")[2]
    if speaker and slug and slug == "-".join(speaker.lower().split()):
        return None
    return speaker or None


def _rating(values: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    """The rating word for word, or else its number, and what it means."""
    rating, value = values.get("rating"), values.get("value")
    if own := values.get("finding"):
        try:
            return {"rating": rating, "finding": Finding(own)}
        except ValueError:
            notes.append(f"finding {own[:40]!r} is none of {', '.join(Finding)}; left out")
    if rating:
        by = host_of(values.get("url", "")) or values.get("publisher", "")
        return {"rating": rating, "finding": rated(rating, by).finding}
    if not value:
        return {}
    ends = (number(values.get("worst", "1")), number(values.get("best", "5")))
    amount = number(value)
    if amount is None:  # a word where a number belongs
        by = host_of(values.get("url", "")) or values.get("publisher", "")
        return {"rating": value, "finding": rated(value, by).finding}
    shown = f"{amount:g}"
    if None in ends:
        return {"rating": shown}
    scale = Scale(amount, ends[0] or 0.0, ends[1] or 0.0)
    shown = f"{amount:g} of {scale.worst:g} to {scale.best:g}"
    if scale.best < scale.worst:
        notes.append(f"its rating scale is upside down: {scale.best:g} is read as the true end")
    finding = on_scale(scale)
    if finding is None:
        notes.append(f"rating {shown} is outside of its scale and says nothing")
    return {"rating": shown, "finding": finding}


def _make_id(fields: Mapping[str, Any]) -> str:
    if fields["url"]:
        return stable_id("ev", "url", fields["url"], fields["claim"])
    parts = (fields[name] or "" for name in ("claim", "speaker", "publisher"))
    return stable_id("ev", "content", *parts)
