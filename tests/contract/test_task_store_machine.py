"""Any order of whatever people do, and of being seen again: the store beside the pure state machine.

The state machine has tests of its own; here the store must say of each task what the state machine says, offer
what it offers, and keep one verdict, one opinion row and one audit event for each thing that happened.
"""

from collections.abc import Callable
from datetime import timedelta
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

from schemas.verdict import Rating, VerdictStatus
from services.adapters.sql import writing
from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_task_tables import meta
from services.adapters.sql_tasks import SqlTaskStore
from services.ports.audit_log import verify
from services.ports.task_store import Conflict
from services.ports.work import (
    Action,
    Actor,
    AskSpecialist,
    Assign,
    Decide,
    Forbidden,
    HandOver,
    Policy,
    Refused,
    Release,
    Renew,
    Reopen,
    Resume,
    Save,
    Seed,
    Skip,
    Snooze,
    State,
    Take,
    Undo,
    Work,
)
from services.review import workflow
from services.runtime.errors import UserError
from tests.support.desk import (
    NOW,
    make_article,
    make_claim,
    make_task,
    postgresql_schema,
    sqlite_url,
    store_at,
)

ACTORS = (
    Actor(name="ann"),
    Actor(name="bob", skills=frozenset({"law"}), desk="city"),
    Actor(name="cid", languages=frozenset({"de"})),
    Actor(name="edith", editor=True, languages=frozenset({"en-GB"})),
)
NUMBERS = st.integers(0, 2)
CLAIMS = [make_claim(f"Statement number {n} was made", check_worthiness=0.3 * n) for n in range(3)]
TASKS = [make_task(claim) for claim in CLAIMS]
POLICY = Policy(double_review_at=TASKS[1].priority.value)
_LEASES = st.integers(1, 4)
_SOON = st.sampled_from([NOW + timedelta(minutes=1), NOW + timedelta(days=9)])
_RATINGS = st.sampled_from([Rating.TRUE, Rating.FALSE])
_ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Take, seconds=st.just(60.0)),
    st.builds(Renew, lease=_LEASES, seconds=st.just(60.0)),
    st.builds(Release, lease=_LEASES),
    st.builds(Save, lease=_LEASES, rationale=st.sampled_from(["", "draft"])),
    st.builds(Skip, lease=_LEASES, reason=st.just("r")),
    st.builds(Snooze, lease=_LEASES, until=_SOON, reason=st.just("r")),
    st.builds(HandOver, lease=_LEASES, to=st.sampled_from(["ann", "bob"])),
    st.builds(AskSpecialist, lease=_LEASES, skill=st.just("law"), reason=st.just("r")),
    st.builds(Decide, lease=_LEASES, rating=_RATINGS, rationale=st.just("r")),
    st.builds(Resume, reason=st.just("r")),
    st.builds(Reopen, reason=st.just("r")),
    st.builds(Undo, reason=st.just("r")),
    st.builds(Assign, desk=st.sampled_from(["city", None]), deadline=_SOON),
    st.builds(Seed, rating=st.sampled_from([Rating.TRUE, None])),
)


class Desk(RuleBasedStateMachine):
    """The store beside the state machine. `store` is set by the test."""

    store: ClassVar[SqlTaskStore]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.model: dict[str, Work] = {}
        self.decisions = self.withdrawals = self.opinions = self.told = 0

    @initialize()
    def empty(self) -> None:
        with writing(self.store._engine) as connection:
            for table in reversed(meta.sorted_tables):
                connection.execute(table.delete())
        self.before = sum(1 for _ in SqlAuditLog(self.store._engine).entries())

    @rule(number=NUMBERS, article=NUMBERS)
    def see(self, number: int, article: int) -> None:
        task = make_task(CLAIMS[number], make_article(f"a{article}"))
        self.store.upsert(task)
        self.model.setdefault(task.id, Work(language="en"))

    @rule(seconds=st.sampled_from([1, 59, 60, 61, 1_000_000]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(actor=st.sampled_from(ACTORS))
    def take_next(self, actor: Actor) -> None:
        order = [stored.task.id for stored in self.store.page(now=self.now)[0]]
        free = [name for name in order if workflow.offered(self._of(name), actor, self.now)]
        taken = self.store.take_next(actor, self.now, 60)
        assert (taken.task.id if taken else None) == (free[0] if free else None)
        if taken is not None:
            self._follow(taken.task.id, Take(seconds=60), actor)

    @rule(number=NUMBERS, action=_ACTIONS, actor=st.sampled_from(ACTORS))
    def anybody_does_anything(self, number: int, action: Action, actor: Actor) -> None:
        self._do(TASKS[number].id, action, actor)

    @rule(number=NUMBERS, rating=_RATINGS)
    def the_holder_decides(self, number: int, rating: Rating) -> None:
        work = self.model.get(TASKS[number].id)
        actor = next((one for one in ACTORS if work and one.name == work.holder), None)
        if work and actor:
            decision = Decide(lease=work.lease, rating=rating, rationale="r")
            self._do(TASKS[number].id, decision, actor)

    def _of(self, task_id: str) -> Work:
        priority = next(task.priority.value for task in TASKS if task.id == task_id)
        return workflow.with_needs(self.model[task_id], priority, POLICY)

    def _do(self, task_id: str, action: Action, actor: Actor) -> None:
        if task_id not in self.model:
            return
        try:
            self._follow(task_id, action, actor, quietly=True)
            refused: type[Exception] | None = None
        except (Refused, Forbidden, UserError) as refusal:
            refused = Conflict if isinstance(refusal, Refused) else type(refusal)
        if refused is None:
            self.store.act(task_id, action, actor, self.now)
            self._follow(task_id, action, actor)
            return
        with pytest.raises(refused):
            self.store.act(task_id, action, actor, self.now)
        if refused is Conflict:
            self.model[task_id] = workflow.rescued(self._of(task_id), action, actor)

    def _follow(self, task_id: str, action: Action, actor: Actor, *, quietly: bool = False) -> None:
        before = self._of(task_id)
        after = workflow.act(before, action, actor, self.now)
        if quietly or after == before:
            return
        self.model[task_id] = after
        self.decisions += after.state is State.DONE
        self.withdrawals += before.state is State.DONE
        self.opinions += isinstance(action, Decide)
        self.told += not isinstance(action, Renew | Save)

    @invariant()
    def store_and_model_agree(self) -> None:
        page, following = self.store.page(now=self.now)
        assert following is None
        found = {stored.task.id: stored.work for stored in page}
        assert found == {name: self._of(name).at(self.now) for name in self.model}
        counts = self.store.counts(now=self.now)
        states = [work.state for work in found.values()]
        assert counts == {state: states.count(state) for state in State}
        for stored in page:
            assert (stored.verdict is not None) == (stored.state is State.DONE)

    @invariant()
    def everything_that_happened_is_recorded_once(self) -> None:
        kinds = [verdict.status for verdict in self.store.verdicts()]
        assert kinds.count(VerdictStatus.ISSUED) == self.decisions
        assert kinds.count(VerdictStatus.WITHDRAWN) == self.withdrawals
        assert len(list(self.store.opinions())) == self.opinions

    def teardown(self) -> None:
        entries = list(SqlAuditLog(self.store._engine).entries())
        assert verify(entries).problem is None
        assert len(entries) - getattr(self, "before", len(entries)) == self.told


def _run(store: SqlTaskStore, examples: int) -> None:
    machine = type("DeskOnThisStore", (Desk,), {"store": store})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=30, deadline=None)
    )


def test_any_order_on_sqlite(tmp_path: Path) -> None:
    with store_at(sqlite_url(tmp_path), POLICY) as store:
        _run(store, 25)


@pytest.mark.postgresql
def test_any_order_on_postgresql(require: Callable[[str], str]) -> None:
    with (
        postgresql_schema(require("CLAIMDESK_TEST_POSTGRESQL")) as url,
        store_at(url, POLICY) as store,
    ):
        _run(store, 25)
