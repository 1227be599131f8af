"""The evidence pack for an assessor of the desk (as the IFCN's code of principles asks): one ZIP of what it rests on.

The same data gives the same bytes: nothing in it depends on when, where or in which order it was made.
People are numbered, not named.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from schemas.match import Match
from schemas.task import Task
from schemas.verdict import Verdict, VerdictStatus
from services.ports.audit_log import Entry
from services.ports.task_store import StoredTask
from services.review.exports import VERDICTS, Row, verdict_row, write_csv, write_json
from services.review.exports_balance import BALANCE, RATINGS, Checked, balance, ratings
from services.runtime.ids import content_hash

SOURCES = (
    "task_id",
    "verdict_id",
    "evidence_id",
    "revision",
    "kind",
    "title",
    "publisher",
    "date",
    "url",
    "relation",
    "sha256",
    "copy",
)
"""Columns of the sources; `copy` is the file with the item as the desk had it."""

CORRECTIONS = (
    "at",
    "task_id",
    "action",
    "by",
    "verdict_id",
    "revision",
    "status",
    "rating",
    "reason",
    "audit_entry",
    "audit_hash",
)
"""Columns of the corrections: what was decided after a first verdict, and what was taken back."""

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say
_README = """What is in this pack

verdicts.csv, verdicts.json   every verdict and every withdrawal, oldest first
sources.csv                   what each verdict rests on, with the SHA-256 of the item as the desk had it
copies/                       these items; a file's name is its SHA-256
corrections.csv               what was decided again or taken back, from the audit trail
balance.csv                   whom and what was checked, against all tasks, with 95 % intervals (Wilson)
ratings.csv                   how the checks of each speaker, outlet and kind turned out
claimreview.json              what is published, if anything is
method.json                   the rating scale and the settings in force
manifest.json                 the SHA-256 and the size of every other file

An outlet is the publisher of the first article in which a claim was seen. People are numbered in the
order of their first verdict. Cells that begin with an apostrophe had a sign there that spreadsheets take
for a formula.
"""


@dataclass
class Sources:
    """Everything that the pack is made of. `feed` is the published markup, if anything is published."""

    tasks: Iterable[StoredTask]
    verdicts: Iterable[Verdict]
    entries: Iterable[Entry]
    method: Mapping[str, Any]
    feed: str | None = None


@dataclass
class _Numbers:
    """People by number."""

    seen: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> str:
        return f"person {self.seen.setdefault(name, len(self.seen) + 1)}"


def write_pack(stream: IO[bytes], given: Sources) -> None:
    """Write the ZIP to `stream`."""
    stored = {one.task.id: one for one in given.tasks}
    verdicts = sorted(given.verdicts, key=lambda one: (one.decided_at, one.task_id, one.revision))
    entries = list(given.entries)
    numbers = _Numbers()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        pack = _Pack(archive)
        rows = [_named(verdict_row(one, _task(stored, one)), numbers) for one in verdicts]
        checked = [Checked.of(stored[name]) for name in sorted(stored)]
        pack.text("README.txt", _README)
        pack.table("verdicts.csv", VERDICTS, rows)
        pack.write("verdicts.json", lambda file: write_json(file, rows))
        pack.table("sources.csv", SOURCES, _sources(verdicts, stored, entries, pack))
        pack.table("corrections.csv", CORRECTIONS, _corrections(entries, numbers))
        pack.table("balance.csv", BALANCE, balance(checked))
        pack.table("ratings.csv", RATINGS, ratings(checked))
        pack.json("method.json", given.method)
        if given.feed is not None:
            pack.text("claimreview.json", given.feed)
        pack.json("manifest.json", dict(sorted(pack.files.items())))


class _Pack:
    """Writes files into the ZIP, each once, and notes them for the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, dict[str, Any]] = {}

    def text(self, name: str, text: str) -> None:
        """A file of text."""
        if name in self.files:
            return
        data = text.encode()
        info = zipfile.ZipInfo(name, _MOMENT)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3  # Unix wherever it is made, and readable by everybody
        info.external_attr = 0o644 << 16
        self._archive.writestr(info, data)
        self.files[name] = {"bytes": len(data), "sha256": content_hash(text)}

    def write(self, name: str, writing: Callable[[IO[str]], object]) -> None:
        """A file that `writing` fills."""
        file = io.StringIO(newline="")
        writing(file)
        self.text(name, file.getvalue())

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """A table."""
        self.write(name, lambda file: write_csv(file, columns, rows))

    def json(self, name: str, value: Any) -> None:
        """A JSON document."""
        self.text(name, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def _task(stored: Mapping[str, StoredTask], verdict: Verdict) -> Task | None:
    found = stored.get(verdict.task_id)
    return found.task if found else None


def _named(row: Row, numbers: _Numbers) -> Row:
    return {**row, "reviewers": [numbers.of(name) for name in row["reviewers"]]}


def _sources(
    verdicts: Iterable[Verdict],
    stored: Mapping[str, StoredTask],
    entries: Iterable[Entry],
    pack: _Pack,
) -> Iterator[Row]:
    """What each verdict cites: as the task shows it, or as the audit trail says that it was shown."""
    shown = _shown(entries)
    for verdict in verdicts:
        if verdict.status is not VerdictStatus.ISSUED:
            continue
        task = _task(stored, verdict)
        matches = {match.evidence.id: match for match in (task.evidence if task else ())}
        for evidence_id in verdict.evidence_ids:
            then = shown.get((verdict.id, evidence_id), {})
            now = _item(matches.get(evidence_id))
            cited = {"task_id": verdict.task_id, "verdict_id": verdict.id}
            row = {**cited, "evidence_id": evidence_id, **then}
            # What has changed since is another item than the one that was read.
            if then.get("sha256") in {None, now.get("sha256")}:
                row |= now
                if text := row.pop("text", None):
                    pack.text(row["copy"], text)
            yield row


def _item(match: Match | None) -> dict[str, Any]:
    if match is None:
        return {}
    item = match.evidence
    text = item.model_dump_json()
    return {
        "text": text,
        "relation": match.relation.value,
        "revision": item.revision,
        "kind": item.kind.value,
        "title": item.title or item.claim,
        "publisher": item.publisher,
        "date": item.date,
        "url": item.url,
        "sha256": content_hash(text),
        "copy": f"copies/{content_hash(text)}.json",
    }


def _shown(entries: Iterable[Entry]) -> dict[tuple[str, str], Row]:
    """What the audit trail says of the evidence that was on show when each verdict was made."""
    found: dict[tuple[str, str], Row] = {}
    for entry in entries:
        verdict = entry.details.get("verdict") or {}
        for item in entry.details.get("basis", {}).get("evidence", ()):
            kept = {name: item.get(name) for name in ("revision", "relation", "url", "sha256")}
            found[str(verdict.get("id")), item["id"]] = kept
    return found


def _corrections(entries: Iterable[Entry], numbers: _Numbers) -> Iterator[Row]:
    for entry in entries:
        verdict = entry.details.get("verdict")
        if not verdict or verdict.get("revision", 1) == 1:
            continue
        yield {
            "at": entry.at.isoformat(),
            "task_id": entry.subject,
            "action": entry.action,
            "by": numbers.of(entry.actor),
            "verdict_id": verdict.get("id"),
            "revision": verdict.get("revision"),
            "status": verdict.get("status"),
            "rating": verdict.get("rating"),
            "reason": entry.details.get("reason"),
            "audit_entry": entry.seq,
            "audit_hash": entry.hash,
        }
