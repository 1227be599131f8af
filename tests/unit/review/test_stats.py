"""What `claimdesk desk stats` counts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from schemas.verdict import Rating
from services.cli import desk
from services.ports.task_store import Given
from services.ports.work import Actor, Decide, Policy, Seed, Stage, Undo
from services.review.stats import accepted, stats_of
from tests.support.desk import (
    NOW,
    decide,
    make_match,
    make_task,
    make_tasks,
    sqlite_url,
    store_at,
    take,
)


def given(task: str, stage: Stage, rating: Rating, **fields: object) -> Given:
    start: dict[str, object] = {
        "task_id": task,
        "round": 1,
        "stage": stage,
        "reviewer": stage.value,
        "rating": rating,
        "suggested": None,
        "known": None,
        "at": datetime(2026, 5, 1, tzinfo=UTC),
    }
    return Given(**(start | fields))  # type: ignore[arg-type]


def pair(task: str, first: Rating, second: Rating, **fields: object) -> list[Given]:
    return [given(task, Stage.FIRST, first, **fields), given(task, Stage.SECOND, second, **fields)]


def test_only_double_reviews_count_for_agreement() -> None:
    rows = pair("a", Rating.TRUE, Rating.TRUE) + pair("b", Rating.FALSE, Rating.HALF_TRUE)
    rows += pair("c", Rating.UNVERIFIABLE, Rating.FALSE)
    rows += pair("d", Rating.TRUE, Rating.FALSE, undone=True)
    rows += pair("e", Rating.TRUE, Rating.FALSE, known=Rating.TRUE)
    rows += [given("f", Stage.FIRST, Rating.TRUE), given("b", Stage.ADJUDICATION, Rating.FALSE)]
    found = stats_of(rows)
    assert (found.double_reviewed, found.adjudicated) == (3, 1)
    assert (found.same.hits, found.same.of) == (1, 3)
    assert found.nominal is not None
    assert found.ordinal is not None
    assert (found.nominal.tasks, found.ordinal.tasks) == (3, 2)


def test_a_task_opened_again_is_reviewed_anew() -> None:
    rows = pair("a", Rating.TRUE, Rating.TRUE) + pair("a", Rating.FALSE, Rating.TRUE, round=2)
    assert stats_of(rows).double_reviewed == 2


def test_nothing_yet_is_no_agreement() -> None:
    found = stats_of([])
    assert (found.nominal, found.ordinal, found.reviewers, found.months) == (None, None, [], [])


@pytest.mark.parametrize(
    ("suggested", "found", "same_side"),
    [
        (Rating.FALSE, Rating.MOSTLY_FALSE, True),
        (Rating.TRUE, Rating.HALF_TRUE, False),
        (Rating.HALF_TRUE, Rating.HALF_TRUE, True),
        (Rating.FALSE, Rating.UNVERIFIABLE, False),
        (Rating.UNVERIFIABLE, Rating.UNVERIFIABLE, True),
    ],
)
def test_a_suggestion_is_accepted_by_its_side(
    suggested: Rating, found: Rating, same_side: bool
) -> None:
    assert accepted(suggested, found) is same_side


def test_the_command_tells_what_happened_at_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = Actor(name="edith", editor=True)
    with store_at(sqlite_url(tmp_path), Policy(double_review_at=0.0)) as store:
        pointed = make_task(evidence=[make_match()])
        known, *_ = make_tasks(1)
        for task in (pointed, known):
            store.upsert(task)
        store.act(known.id, Seed(rating=Rating.TRUE), editor, NOW)
        for name, rating in (("ann", Rating.FALSE), ("bob", Rating.TRUE)):
            decide(store, take(store, name, pointed.id), rating=rating)
            decide(store, take(store, name, known.id), rating=rating)
        adjudicated = decide(store, take(store, "cid", pointed.id), rating=Rating.FALSE)
        assert adjudicated.verdict is not None
        assert store.act(pointed.id, Undo(reason="oh"), Actor(name="cid"), NOW).verdict is None
        again = take(store, "cid", pointed.id)
        decision = Decide(lease=again.lease, rating=Rating.TRUE, rationale="After all.")
        store.act(pointed.id, decision, Actor(name="cid"), NOW)
    monkeypatch.setenv("CLAIMDESK_DATA_DIR", str(tmp_path))
    app = typer.Typer()
    desk.register(app)
    told = json.loads(CliRunner().invoke(app, ["desk", "stats", "--json"]).stdout)
    assert (told["opinions"], told["double_reviewed"], told["adjudicated"]) == (5, 1, 1)
    people = {one["name"]: (one["known"]["hits"], one["known"]["of"]) for one in told["reviewers"]}
    assert people == {"ann": (0, 1), "bob": (1, 1), "cid": (0, 0)}
    (month,) = told["months"]
    assert (month["suggestion"]["hits"], month["suggestion"]["of"]) == (1, 3)
    shown = CliRunner().invoke(app, ["desk", "stats"]).stdout
    assert "1 tasks were reviewed twice" in shown
    assert "bob" in shown
