"""Any order of taking, releasing, waiting, submitting and being seen again, against a model of the promise."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from schemas.verdict import Verdict
from services.adapters.sql import writing
from services.adapters.sql_task_tables import meta
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.task_store import Conflict, State, StoredTask
from tests.support.desk import (
    NOW,
    make_article,
    make_claim,
    make_task,
    postgresql_schema,
    sqlite_url,
    store_at,
    verdict_for,
)

REVIEWERS = st.sampled_from(["ann", "bob"])
NUMBERS = st.integers(0, 2)
CLAIMS = [make_claim(f"Statement number {n} was made") for n in range(3)]
IDS = [make_task(claim).id for claim in CLAIMS]


@dataclass(frozen=True)
class Model:
    """What a task must be."""

    state: State = State.OPEN
    reviewer: str | None = None
    lease: int = 0
    until: datetime | None = None
    verdict: str | None = None

    def at(self, now: datetime) -> "Model":
        expired = self.until is not None and self.until <= now
        return replace(self, state=State.OPEN, reviewer=None, until=None) if expired else self


class Desk(RuleBasedStateMachine):
    """The store beside the model. `store` is set by the test."""

    store: ClassVar[SqlTaskStore]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.model: dict[str, Model] = {}
        self.leases: list[StoredTask] = []  # every lease anybody ever got, good or stale
        self.owed: list[Verdict] = []

    @initialize()
    def empty(self) -> None:
        with writing(self.store._engine) as connection:
            for table in reversed(meta.sorted_tables):
                connection.execute(table.delete())

    @rule(number=NUMBERS, article=NUMBERS)
    def see(self, number: int, article: int) -> None:
        task = make_task(CLAIMS[number], make_article(f"a{article}"))
        self.store.upsert(task)
        self.model.setdefault(task.id, Model())

    @rule(reviewer=REVIEWERS)
    def take_next(self, reviewer: str) -> None:
        free = {name for name, row in self.model.items() if row.at(self.now).state is State.OPEN}
        taken = self.store.take(None, reviewer, self.now, 60)
        assert (taken is not None) == bool(free)
        if taken is not None:
            assert taken.task.id in free
            self._took(taken, reviewer)

    @rule(number=NUMBERS, reviewer=REVIEWERS)
    def take(self, number: int, reviewer: str) -> None:
        row = self.model.get(IDS[number])
        refused = row is not None and (
            row.state is State.DONE or row.at(self.now).reviewer not in {None, reviewer}
        )
        try:
            taken = self.store.take(IDS[number], reviewer, self.now, 60)
        except Conflict:
            assert refused
            return
        assert not refused
        assert (taken is None) == (row is None)
        if taken is not None:
            self._took(taken, reviewer)

    def _took(self, taken: StoredTask, reviewer: str) -> None:
        lease = self.model[taken.task.id].lease + 1
        until = self.now + timedelta(seconds=60)
        self.model[taken.task.id] = Model(State.TAKEN, reviewer, lease, until)
        self.leases.append(taken)

    @rule(seconds=st.sampled_from([1, 59, 60, 61]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if not self.leases:
            return
        held = data.draw(st.sampled_from(self.leases))
        good = self._holds(held)
        try:
            self.store.release(held.task.id, str(held.reviewer), held.lease)
        except Conflict:
            assert not good
            return
        assert good
        self.model[held.task.id] = Model(lease=held.lease)

    @rule(data=st.data(), rationale=st.sampled_from(["one reason", "another"]))
    def submit(self, data: st.DataObject, rationale: str) -> None:
        if not self.leases:
            return
        held = data.draw(st.sampled_from(self.leases))
        verdict = verdict_for(held, rationale)
        good, same = self._holds(held), self.model[held.task.id].verdict == verdict.id
        try:
            self.store.submit(verdict)
        except Conflict:
            assert not good
            assert not same
            return
        assert good or same
        if good:
            self.model[held.task.id] = Model(
                State.DONE, held.reviewer, held.lease, verdict=verdict.id
            )
            self.owed.append(verdict)

    def _holds(self, held: StoredTask) -> bool:
        row = self.model[held.task.id]
        return row.state is State.TAKEN and (row.reviewer, row.lease) == (
            held.reviewer,
            held.lease,
        )

    @rule()
    def publish(self) -> None:
        self.store.mark_published([verdict.id for verdict in self.store.unpublished(limit=1)])
        self.owed = self.owed[1:]

    @invariant()
    def store_and_model_agree(self) -> None:
        page, following = self.store.page(now=self.now)
        assert following is None
        found = {
            row.task.id: Model(
                row.state,
                row.reviewer,
                row.lease,
                row.lease_until,
                row.verdict.id if row.verdict else None,
            )
            for row in page
        }
        assert found == {name: row.at(self.now) for name, row in self.model.items()}
        assert [verdict.id for verdict in self.store.unpublished()] == [v.id for v in self.owed]


def _run(store: SqlTaskStore) -> None:
    machine = type("DeskOnThisStore", (Desk,), {"store": store})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )


def test_any_order_on_sqlite(tmp_path: Path) -> None:
    with store_at(sqlite_url(tmp_path)) as store:
        _run(store)


@pytest.mark.postgresql
def test_any_order_on_postgresql(require: Callable[[str], str]) -> None:
    with (
        postgresql_schema(require("CLAIMDESK_TEST_POSTGRESQL")) as url,
        store_at(url) as store,
    ):
        _run(store)
