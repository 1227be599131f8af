"""Loading: rows to items to the store, in batches, encoding only what is new."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path

from schemas.evidence import Evidence
from services.evidence.documents import to_documents
from services.evidence.files import Line, read_rows
from services.evidence.rows import RowError, to_evidence
from services.language.analysis import Analyser
from services.ports.evidence_store import EvidenceStore, Loaded

BATCH = 256
"""Rows a batch: enough to encode by length, little enough to lose at a crash."""

_KEPT = 1_000  # problems that are kept for a summary; all are counted and told as they come


@dataclass(frozen=True)
class Problem:
    """A row that was rejected, or a note on one that was loaded without a part of it."""

    file: str
    line: int
    reason: str
    rejected: bool


@dataclass
class Report:
    """What became of all rows."""

    loaded: Loaded = field(default_factory=Loaded)
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows seen so far."""
        done = self.loaded
        return self.rejected + done.added + done.replaced + done.unchanged + done.stale


Tell = Callable[[Problem], None]
Progress = Callable[[int], None]


def load(
    paths: Iterable[Path],
    *,
    store: EvidenceStore,
    analyser: Analyser,
    tell: Tell = lambda _: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Load `paths` into `store`; `tell` hears of every problem, `progress` of every batch's rows.

    Idempotent: a batch is stored before the next one is read, and an item that stands in the store as
    it is in the file is neither encoded nor written. Raises UserError for a file that cannot be read,
    NotReady when the store is away; what was stored before stays.
    """
    report = Report()
    for path in paths:
        rows = read_rows(path)
        while batch := list(islice(rows, BATCH)):
            items = list(_items(path, batch, report, tell))
            report.loaded = _sum(report.loaded, _upsert(items, store, analyser))
            progress(len(batch))
    return report


def _items(path: Path, batch: Iterable[Line], report: Report, tell: Tell) -> Iterator[Evidence]:
    def problem(line: int, reason: str, *, rejected: bool) -> None:
        found = Problem(str(path), line, reason, rejected)
        report.rejected += rejected
        if len(report.problems) < _KEPT:
            report.problems.append(found)
        tell(found)

    for number, row, error in batch:
        if row is None:
            problem(number, error, rejected=True)
            continue
        try:
            evidence, notes = to_evidence(row)
        except RowError as bad:
            problem(number, str(bad), rejected=True)
            continue
        for note in notes:
            problem(number, note, rejected=False)
        yield evidence


def _upsert(items: list[Evidence], store: EvidenceStore, analyser: Analyser) -> Loaded:
    last = {item.id: item for item in items}
    stored = {item.id: item for item in store.get(list(last))}
    new = [item for item in last.values() if stored.get(item.id) != item]
    known = Loaded(unchanged=len(items) - len(new))
    return _sum(known, store.upsert(to_documents(new, analyser))) if new else known


def _sum(one: Loaded, other: Loaded) -> Loaded:
    return Loaded(
        **{
            part.name: getattr(one, part.name) + getattr(other, part.name)
            for part in fields(Loaded)
        }
    )
