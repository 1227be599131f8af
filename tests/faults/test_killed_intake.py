"""A process that is killed while it takes an article: no revision number ever names two contents."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.topics import ARTICLES
from services.adapters.embedded_log import EmbeddedLog
from services.ingest.intake import Intake
from services.runtime.clock import SystemClock
from services.runtime.events import decode
from tests.support.intake import ledger_in
from tests.support.stories import make_item

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path) -> EmbeddedLog:
    log = EmbeddedLog(tmp_path / "log.db", SystemClock())
    log.ensure([ARTICLES])
    return log


def take(folder: Path, log: EmbeddedLog, text: str) -> tuple[str, int | None]:
    """A process that lives on: its start sends what another left."""
    intake = Intake(log, ledger_in(folder), SystemClock())
    (result,) = intake.take([make_item(text)])
    return result.state, result.revision


def take_and_be_killed(folder: Path, text: str, moment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.taking_process", str(folder), text],
        cwd=ROOT,
        env={**os.environ, moment: "1"},
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def published(log: EmbeddedLog) -> list[tuple[str, int, str]]:
    events = [decode(ARTICLES, record.value) for record in log.read(ARTICLES)]
    return [(event.id, event.data.revision, event.data.text) for event in events]


@pytest.mark.parametrize("moment", ["KILL_BEFORE_PUBLISH", "KILL_BEFORE_CONFIRM"])
def test_an_edit_after_a_kill_is_the_next_revision(
    tmp_path: Path, log: EmbeddedLog, moment: str
) -> None:
    assert take(tmp_path, log, "First.") == ("new", 1)
    take_and_be_killed(tmp_path, "Second.", moment)
    assert take(tmp_path, log, "Third.") == ("revised", 3)
    contents = {(revision, text) for _, revision, text in published(log)}
    assert contents == {(1, "First."), (2, "Second."), (3, "Third.")}
    order = list(dict.fromkeys(revision for _, revision, _ in published(log)))
    assert order == [1, 2, 3]
    # What was sent twice is one event, so that readers take it once.
    assert len({name for name, _, _ in published(log)}) == 3


@pytest.mark.parametrize("moment", ["KILL_BEFORE_PUBLISH", "KILL_BEFORE_CONFIRM"])
def test_the_same_words_after_a_kill_are_published_and_told_as_new(
    tmp_path: Path, log: EmbeddedLog, moment: str
) -> None:
    take_and_be_killed(tmp_path, "First.", moment)
    assert take(tmp_path, log, "First.") == ("new", 1)
    assert take(tmp_path, log, "First.") == ("unchanged", 1)
    assert {(revision, text) for _, revision, text in published(log)} == {(1, "First.")}
    assert len({name for name, _, _ in published(log)}) == 1
