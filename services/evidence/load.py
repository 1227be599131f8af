"""Loading: rows to items to the store, in batches, encoding only what is new."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from schemas.evidence import Evidence, EvidenceKind
from schemas.evidence_change import Change, EvidenceChange
from services.evidence.changes import Announcing, Silent
from services.evidence.documents import to_documents
from services.evidence.files import check, reading
from services.evidence.indexed import order
from services.evidence.line import Line
from services.evidence.rows import Row, RowError, to_evidence
from services.evidence.statements import NOTHING, Given
from services.language.analysis import Analyser
from services.ports.evidence_store import Document, EvidenceStore, Loaded, retracted

BATCH = 512
"""Rows a batch: enough to encode by length and to write in bulk, little enough to lose at a crash."""

_MOST_TEXT = 1_000_000  # characters of text that end a batch
_KEPT = 1_000  # problems that are kept for a summary; all are counted and told as they come


@dataclass(frozen=True)
class Problem:
    """A row that was rejected, or a note on one that was loaded without a part of it."""

    file: str
    place: str
    reason: str
    rejected: bool
    row: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass
class Names:
    """What files hold, in little memory: hashes of ids, publishers, and what could not be read."""

    ids: set[int] = field(default_factory=set)
    versions: dict[int, tuple[int, str]] = field(default_factory=dict)
    publishers: set[str] = field(default_factory=set)
    rejected_urls: set[str] = field(default_factory=set)
    unreadable: int = 0  # rejected rows that do not even say what they are about

    def clash(self, path: Path, place: str, row: Row) -> str | None:
        """Where the same file has the id and revision with other content; else none, and it is noted."""
        item = row.evidence
        self.ids.add(_hash(item.id))
        if item.publisher and item.kind is EvidenceKind.FACT_CHECK:
            self.publishers.add(item.publisher)
        version = _hash(str(path), item.id, "" if row.counted else str(item.revision))
        content = _hash(item.model_dump_json())
        before = self.versions.setdefault(version, (content, place))
        return None if before[0] == content else before[1]

    def has(self, item: Evidence) -> bool:
        """Whether the files have the item, or a row about its page that was rejected."""
        return _hash(item.id) in self.ids or item.url in self.rejected_urls


def _nobody(_: object) -> None:
    """Hear of nothing."""


@dataclass
class Report:
    """What became of all rows; filled while loading, so it also tells what an error left done.

    `tell` hears of every problem, `progress` of the bytes read so far. `names` says what the files hold, for
    `withdrawal.missing`.
    """

    tell: Callable[[Problem], None] = _nobody
    progress: Callable[[int], None] = _nobody
    loaded: Loaded = field(default_factory=Loaded)
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    @property
    def rows(self) -> int:
        """Rows seen so far."""
        return self.rejected + sum(map(int, astuple(self.loaded)))


def load(
    paths: Sequence[Path],
    *,
    store: EvidenceStore,
    analyser: Analyser,
    given: Given = NOTHING,
    announcing: Announcing | None = None,
    report: Report | None = None,
) -> Report:
    """Load `paths` into `store`, and tell the flow what changed when `announcing` is given.

    Idempotent, and so resumed by loading again: a batch is stored before the next one is read, and an item
    that stands in the store as it is in the file is neither encoded nor written. Raises UserError for a
    file that cannot be read, before anything is loaded where its start tells; NotReady when the store is
    away. What was stored before stays, and stands in `report` when one is given.
    """
    check(paths)
    report = report or Report()
    loader = _Loader(store, analyser, announcing or Silent(), report)
    before = 0
    for path in paths:
        with reading(path, given) as file:
            for batch in _batches(file.lines):
                loader.take(path, batch)
                report.progress(before + int(file.done() * batch[-1].share))
        before += path.stat().st_size
    return report


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Up to BATCH rows, fewer where texts are long: their analysis is held in memory."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(str((line.row or {}).get("text", "")))
        if len(batch) >= BATCH or size >= _MOST_TEXT:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(frozen=True)
class _Loader:
    store: EvidenceStore
    analyser: Analyser
    announcing: Announcing
    report: Report

    def take(self, path: Path, batch: Sequence[Line]) -> None:
        """Store one batch and tell what changed."""
        found = list(self._rows(path, batch))
        ids = list(dict.fromkeys(row.evidence.id for row in found))
        stored = {item.id: item for item in self.store.get(ids)}
        last: dict[str, Evidence] = {}
        for row in found:
            item = placed(row, stored.get(row.evidence.id))
            before = last.get(item.id)
            if before is None or order(before) <= order(item):
                last[item.id] = item
        news = {one: item for one, item in last.items() if _is_new(item, stored.get(one))}
        known = [one for one in last if one not in news]
        stale = sum(order(last[one]) < order(stored[one]) for one in known)
        same = len(found) - len(news) - stale
        outcome = Loaded(unchanged=same, stale=stale)
        if news:
            with self.announcing.around([change_of(i, stored.get(i.id)) for i in news.values()]):
                documents = documents_of(list(news.values()), self.analyser)
                outcome = _sum(outcome, self.store.upsert(documents))
        self.report.loaded = _sum(self.report.loaded, outcome)

    def _rows(self, path: Path, batch: Iterable[Line]) -> Iterator[Row]:
        names = self.report.names
        for line in batch:
            if line.row is None:
                names.unreadable += line.lost
                self._problem(path, line, line.error, rejected=True)
                continue
            try:
                row = to_evidence(line.row)
            except RowError as bad:
                self._reject(path, line, str(bad))
                continue
            if before := names.clash(path, line.place, row):
                self._reject(
                    path,
                    line,
                    f"the id {row.evidence.id!r} stands at {before} with other content: give it another "
                    "id, or a higher revision",
                )
                continue
            for note in (*row.notes, *filter(None, (line.note,))):
                self._problem(path, line, note, rejected=False)
            yield row

    def _reject(self, path: Path, line: Line, reason: str) -> None:
        row = line.row or {}
        url = row.get("url") or row.get("claimReview_url")
        if isinstance(url, str) and url:
            self.report.names.rejected_urls.add(url)
        else:
            self.report.names.unreadable += 1
        self._problem(path, line, reason, rejected=True)

    def _problem(self, path: Path, line: Line, reason: str, *, rejected: bool) -> None:
        found = Problem(str(path), line.place, reason, rejected, line.row)
        self.report.rejected += rejected
        if len(self.report.problems) < _KEPT:
            self.report.problems.append(Problem(str(path), line.place, reason, rejected))
        self.report.tell(found)


def placed(row: Row, stored: Evidence | None) -> Evidence:
    """The row's item under the revision that it has beside the stored one.

    A row without a revision of its own is a new revision when its content is new. A withdrawal without a
    description takes that of the stored item.
    """
    item = row.evidence
    if item.withdrawn is not None and stored is not None:
        revision = stored.revision if row.counted else item.revision
        base = item if row.known else stored
        return base.model_copy(update={"revision": revision, "withdrawn": item.withdrawn})
    if not row.counted or stored is None:
        return item
    same = _content(item) == _content(stored)
    return item.model_copy(update={"revision": stored.revision + (not same)})


def change_of(item: Evidence, stored: Evidence | None) -> EvidenceChange:
    """What it means that `item` stands where `stored` stood."""
    if item.withdrawn is not None:
        change = Change.WITHDRAWN
    else:
        change = Change.ADDED if stored is None else Change.REVISED
    return EvidenceChange(
        evidence_id=item.id, change=change, revision=item.revision, reason=item.withdrawn
    )


def documents_of(items: Sequence[Evidence], analyser: Analyser) -> list[Document]:
    """The documents of items, withdrawn ones among them."""
    standing = [item for item in items if item.withdrawn is None]
    gone = [retracted(item, item.withdrawn) for item in items if item.withdrawn is not None]
    return [*to_documents(standing, analyser), *gone]


def _is_new(item: Evidence, stored: Evidence | None) -> bool:
    return stored is None or (item != stored and order(item) >= order(stored))


def _content(item: Evidence) -> Evidence:
    return item.model_copy(update={"revision": 1, "withdrawn": None})


def _hash(*parts: str) -> int:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(joined, digest_size=8).digest(), "big")


def _sum(one: Loaded, other: Loaded) -> Loaded:
    return Loaded(*map(operator.add, astuple(one), astuple(other)))
