"""Loading again: revisions, duplicates, withdrawals, what the flow is told, and a load that was killed."""

import json
import multiprocessing
import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.evidence_change import Change, EvidenceChange
from schemas.topics import EVIDENCE
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.changes import Announcer
from services.evidence.load import BATCH, Report, load
from services.evidence.withdrawal import missing, restore, withdraw, withdraw_missing
from services.ports.evidence_store import DIMENSIONS, Document, Loaded, Query
from services.runtime.errors import NotReady, UserError
from services.runtime.events import decode
from services.runtime.executor import Message

NOW = datetime(2024, 5, 1, tzinfo=UTC)
LONG = "a claim of more than six plain words"


class Clock:
    def now(self) -> datetime:
        return NOW


class Words:
    """Words as terms, one direction for all; counts what was encoded."""

    def __init__(self) -> None:
        self.encoded = 0

    def terms(self, texts: Sequence[str]) -> list[list[str]]:
        return [text.lower().split() for text in texts]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += len(texts)
        return np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (len(texts), 1))


class Log:
    """Keeps what is published; away when told so."""

    def __init__(self) -> None:
        self.told: list[EvidenceChange] = []
        self.ids: list[str] = []
        self.away = False

    def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            raise NotReady("the log", "away")
        events = [decode(EVIDENCE, message.value) for message in messages]
        self.told += [event.data for event in events]
        self.ids += [event.id for event in events]


@pytest.fixture
def store(tmp_path: Path) -> SqliteEvidenceStore:
    opened = SqliteEvidenceStore(tmp_path / "evidence.db")
    opened.setup()
    return opened


@pytest.fixture
def log() -> Log:
    return Log()


class Desk:
    """Loads rows into a store and tells a log."""

    def __init__(self, folder: Path, store: SqliteEvidenceStore, log: Log) -> None:
        self.folder, self.store, self.log, self.words = folder, store, log, Words()

    def load(self, *rows: Any, name: str = "e.jsonl") -> Report:
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        with self.announcer() as announcer:
            return load([path], store=self.store, analyser=self.words, announcing=announcer)  # type: ignore[arg-type]

    def announcer(self) -> Announcer:
        return Announcer(self.log, Clock(), self.folder / "changes")

    def found(self, word: str) -> list[str]:
        hits = self.store.search([Query([word], None)], 10)[0]
        return sorted(hit.evidence.id for hit in hits)


@pytest.fixture
def desk(tmp_path: Path, store: SqliteEvidenceStore, log: Log) -> Desk:
    return Desk(tmp_path, store, log)


def told(log: Log) -> list[tuple[str, Change, int]]:
    return [(one.evidence_id, one.change, one.revision) for one in log.told]


def test_a_row_without_a_revision_is_counted_by_its_content(desk: Desk, log: Log) -> None:
    row = {"id": "a", "claim": "rain", "rating": "True"}
    assert desk.load(row).loaded == Loaded(added=1)
    assert desk.load(row).loaded == Loaded(unchanged=1)
    assert desk.load({**row, "rating": "False"}).loaded == Loaded(replaced=1)
    assert desk.store.get(["a"])[0].revision == 2
    assert desk.load({**row, "rating": "False"}).loaded == Loaded(unchanged=1)
    assert told(log) == [("a", Change.ADDED, 1), ("a", Change.REVISED, 2)]


def test_an_older_modification_loses(desk: Desk, log: Log) -> None:
    row = {"id": "a", "claim": "rain", "dateModified": "2024-02-01T12:00:00Z"}
    desk.load(row)
    old = {**row, "claim": "snow", "dateModified": "2024-01-01"}
    assert desk.load(old).loaded == Loaded(stale=1)
    new = {**row, "claim": "hail", "dateModified": "2024-03-01T12:00:00+02:00"}
    assert desk.load(new).loaded == Loaded(replaced=1)
    assert desk.store.get(["a"])[0].claim == "hail"
    assert [change for _, change, _ in told(log)] == [Change.ADDED, Change.REVISED]
    assert desk.words.encoded == 2  # the stale one was not


def test_an_id_twice_with_other_content_is_rejected_and_named(desk: Desk) -> None:
    report = desk.load(
        {"id": "a", "claim": "rain"}, {"id": "a", "claim": "snow"}, {"id": "a", "claim": "rain"}
    )
    assert (report.loaded, report.rejected) == (Loaded(added=1, unchanged=1), 1)
    assert report.problems[0].place == "2"
    assert "'a' stands at 1 with other content" in report.problems[0].reason
    assert desk.store.get(["a"])[0].claim == "rain"


def test_revisions_of_one_id_in_a_file_are_no_clash(desk: Desk) -> None:
    rows = [{"id": "a", "claim": f"rain {n}", "revision": n} for n in (1, 3, 2)]
    assert desk.load(*rows).rejected == 0
    assert desk.store.get(["a"])[0].claim == "rain 3"


@pytest.mark.parametrize("mark", [True, "the source was wrong", "yes"])
def test_a_withdrawn_row_takes_its_item_out(desk: Desk, log: Log, mark: object) -> None:
    row = {"id": "a", "claim": "rain", "text": "heavy"}
    desk.load(row)
    assert desk.load({"id": "a", "withdrawn": mark}).loaded == Loaded(withdrawn=1)
    assert desk.found("rain") == []
    shown = desk.store.get(["a"])[0]
    assert (shown.claim, shown.text, bool(shown.withdrawn)) == ("rain", "heavy", True)
    assert told(log)[-1] == ("a", Change.WITHDRAWN, 1)
    assert log.told[-1].reason == shown.withdrawn
    # Neither the same row nor the same withdrawal changes anything; revised content does.
    assert desk.load(row).loaded == Loaded(stale=1)
    assert desk.load({"id": "a", "withdrawn": mark}).loaded == Loaded(unchanged=1)
    assert len(log.told) == 2
    assert desk.load({**row, "claim": "rain and snow"}).loaded == Loaded(replaced=1)
    assert desk.found("snow") == ["a"]


def test_a_withdrawal_that_comes_first_is_remembered(desk: Desk) -> None:
    desk.load({"id": "a", "withdrawn": "wrong", "revision": 2})
    assert desk.load({"id": "a", "claim": "rain", "revision": 2}).loaded == Loaded(stale=1)
    assert desk.load({"id": "a", "claim": "rain", "revision": 3}).loaded == Loaded(replaced=1)


def test_withdraw_and_restore_by_id(desk: Desk, log: Log) -> None:
    desk.load({"id": "a", "claim": "rain"}, {"id": "b", "claim": "rain"})
    with desk.announcer() as announcer:
        assert withdraw(["a", "a"], "wrong", store=desk.store, announcing=announcer) == 1
        assert withdraw(["a"], "wrong", store=desk.store, announcing=announcer) == 0
        assert desk.found("rain") == ["b"]
        with pytest.raises(UserError, match="'nobody'"):
            withdraw(["b", "nobody"], "wrong", store=desk.store, announcing=announcer)
        assert desk.found("rain") == ["b"]
        back = restore(["a", "b"], store=desk.store, analyser=desk.words, announcing=announcer)  # type: ignore[arg-type]
    assert back == 1
    assert desk.found("rain") == ["a", "b"]
    assert told(log)[2:] == [("a", Change.WITHDRAWN, 1), ("a", Change.REVISED, 2)]


def checks(*numbers: int, publisher: str = "River Check") -> list[dict[str, Any]]:
    return [
        {
            "claim": f"rain {n}",
            "url": f"https://{publisher[:5].strip()}.org/{n}",
            "publisher": publisher,
        }
        for n in numbers
    ]


def test_what_a_complete_feed_no_longer_holds_is_withdrawn(desk: Desk, log: Log) -> None:
    desk.load(*checks(*range(12)), *checks(1, 2, publisher="Lake Check"))
    desk.load({**checks(99)[0], "kind": "report"})
    report = desk.load(*checks(*range(1, 12)), None)
    gone = missing(report.names, desk.store)
    with desk.announcer() as announcer:
        assert withdraw_missing(gone, "e.jsonl", store=desk.store, announcing=announcer) == 1
    assert [item.claim for item in gone] == ["rain 0"]
    shown = desk.store.get([gone[0].id])[0]
    assert shown.withdrawn == "its publisher no longer has it in e.jsonl"
    assert desk.store.count() == 11 + 2 + 1
    assert missing(report.names, desk.store) == []


@pytest.mark.parametrize("bad", ["not an object", {"kind": "rumour", "claim": "x"}])
def test_a_feed_with_unreadable_rows_withdraws_nothing(desk: Desk, bad: object) -> None:
    desk.load(*checks(*range(12)))
    names = desk.load(*checks(*range(1, 12)), bad).names
    if isinstance(bad, str):  # a text says nothing about any page
        assert len(missing(names, desk.store)) == 1
    else:
        with pytest.raises(UserError, match="1 rejected rows"):
            missing(names, desk.store)


def test_a_rejected_row_keeps_its_own_item(desk: Desk) -> None:
    desk.load(*checks(*range(12)))
    spoilt = {**checks(0)[0], "kind": "rumour"}
    assert missing(desk.load(*checks(*range(1, 12)), spoilt).names, desk.store) == []


def test_a_feed_cut_short_withdraws_nothing_unless_told_to(desk: Desk) -> None:
    desk.load(*checks(*range(30)))
    names = desk.load(*checks(1, 2)).names
    with pytest.raises(UserError, match=r"28 of 30 items of River Check"):
        missing(names, desk.store)
    assert len(missing(names, desk.store, anyway=True)) == 28


def test_a_change_is_told_after_the_store_has_it(desk: Desk, log: Log) -> None:
    """A log that is away, and then a process that dies: the next one tells it, once, as the same event."""
    log.away = True
    with pytest.raises(NotReady):
        desk.load({"id": "a", "claim": "rain"})
    assert desk.found("rain") == ["a"]
    log.away = False
    with desk.announcer() as announcer:
        assert announcer.recover(desk.store) == 1
        assert announcer.recover(desk.store) == 0
    assert told(log) == [("a", Change.ADDED, 1)]
    assert list((desk.folder / "changes").iterdir()) == []


def test_a_change_that_the_store_never_took_is_not_told(desk: Desk, log: Log) -> None:
    change = EvidenceChange(evidence_id="a", change=Change.ADDED)
    announcer = desk.announcer()
    with pytest.raises(NotReady), announcer.around([change]):
        raise NotReady("the store", "away")
    announcer.close()
    with desk.announcer() as next_one:
        assert next_one.recover(desk.store) == 0
    assert log.told == []


def test_notes_of_a_living_announcer_are_its_own(desk: Desk, log: Log) -> None:
    desk.load({"id": "a", "claim": "rain"})
    change = EvidenceChange(evidence_id="a", change=Change.ADDED)
    with desk.announcer() as one, desk.announcer() as other, one.around([change]):
        assert other.recover(desk.store) == 0
    assert len(log.told) == 2


def _die_in_the_third_batch(desk: Desk, rows: list[dict[str, str]]) -> None:
    upsert, batches = desk.store.upsert, 0

    def deadly(documents: Sequence[Document]) -> Loaded:
        nonlocal batches
        batches += 1
        done = upsert(documents)
        if batches == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    desk.store.upsert = deadly  # type: ignore[method-assign]
    desk.load(*rows)


def test_a_load_that_was_killed_goes_on_where_it_was(desk: Desk, log: Log) -> None:
    rows = [{"id": f"{n}", "claim": f"{LONG} {n}"} for n in range(4 * BATCH)]
    worker = multiprocessing.get_context("fork").Process(
        target=_die_in_the_third_batch, args=(desk, rows)
    )
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    with desk.announcer() as announcer:
        assert announcer.recover(desk.store) == BATCH  # stored, but not told
    report = desk.load(*rows)
    assert report.loaded == Loaded(added=BATCH, unchanged=3 * BATCH)
    assert desk.words.encoded == BATCH  # here; the rest was, before the kill
    assert desk.store.count() == 4 * BATCH
    assert len(log.told) == 2 * BATCH  # the others were told by the one that died


def test_every_file_is_looked_at_before_the_first_is_loaded(desk: Desk) -> None:
    good, bad = desk.folder / "good.jsonl", desk.folder / "bad.pdf"
    good.write_text('{"id": "a", "claim": "rain"}\n')
    bad.write_bytes(b"%PDF-1.7")
    with pytest.raises(UserError, match="PDF"):
        load([good, bad], store=desk.store, analyser=desk.words)  # type: ignore[arg-type]
    assert desk.store.count() == 0
