"""Tasks to test with, stores on every database, and a desk that really listens."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from schemas.article import ArticleRef
from schemas.claim import Claim, Kind
from schemas.evidence import Evidence
from schemas.match import ArticleMatches, ClaimMatches, Match, Relation
from schemas.task import Task
from schemas.verdict import Rating, Verdict
from services.adapters.apprise_chat import AppriseChat
from services.adapters.http import HttpWeb
from services.adapters.sql import make_engine
from services.adapters.sql_accounts import SqlAccounts
from services.adapters.sql_alerts import SqlAlertStore
from services.adapters.sql_answers import SqlAnswerStore
from services.adapters.sql_audit import SqlAuditLog
from services.adapters.sql_published import SqlPublishedStore
from services.adapters.sql_tasks import SqlTaskStore
from services.alert.subscribing import OwnSubscriptions
from services.ports.accounts import Account, Role
from services.ports.task_store import StoredTask, TaskStore
from services.ports.work import Actor, Decide, Policy, Take
from services.review.parts import Parts
from services.review.people import Door
from services.review.service import DeskServer
from services.review.trail import DESK, Trail
from services.runtime.clock import Clock, FakeClock
from services.runtime.settings import Settings
from services.triage.handle import handle
from tests.support.alerts import VAULT

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)


def make_claim(said: str = "The bridge cost 12 million euros", **fields: Any) -> Claim:
    given: dict[str, Any] = {
        "id": f"claim-{said[:40]}",
        "span": (0, len(said)),
        "text": said,
        "speaker": "Maria Lind",
        "kind": Kind.QUANTITY,
        "check_worthiness": 0.8,
        "context": f"Before it. {said}, she said. After it.",
    }
    return Claim(**(given | fields))


def make_article(name: str = "a1", **fields: Any) -> ArticleRef:
    given: dict[str, Any] = {
        "id": name,
        "source": "wire",
        "title": f"Story {name}",
        "url": f"https://news.example/{name}",
        "publisher": "Example Wire",
        "language": "en",
        "published_at": datetime(2024, 5, 1, 8, tzinfo=UTC),
    }
    return ArticleRef(**(given | fields))


def make_match(name: str = "e1", **fields: Any) -> Match:
    item = Evidence(
        id=name,
        claim="The bridge cost 9 million euros",
        title=f"What the bridge cost ({name})",
        publisher="Audit Office",
        url=f"https://audit.example/{name}",
        date="2024-03-01",
    )
    given: dict[str, Any] = {
        "evidence": item,
        "score": 3.0,
        "probability": 0.9,
        "relation": Relation.CONTRADICTS,
        "why": "Same subject; the amounts differ.",
    }
    return Match(**(given | fields))


def make_task(
    claim: Claim | None = None,
    article: ArticleRef | None = None,
    evidence: list[Match] | None = None,
) -> Task:
    """A task as triage makes it."""
    row = ClaimMatches(claim=claim or make_claim(), matches=evidence or [])
    (task,) = handle(ArticleMatches(article=article or make_article(), claims=[row]), threshold=0.0)
    return task


def make_tasks(count: int) -> list[Task]:
    """Distinct tasks."""
    return [make_task(make_claim(f"Statement number {n} was made")) for n in range(count)]


def take(
    store: TaskStore, name: str = "ann", task_id: str | None = None, now: datetime = NOW
) -> StoredTask:
    """A task taken for a minute: the next one unless it is named. There must be one."""
    if task_id is not None:
        return store.act(task_id, Take(seconds=60), Actor(name=name), now)
    taken = store.take_next(Actor(name=name), now, 60)
    assert taken is not None
    return taken


def decide(
    store: TaskStore,
    held: StoredTask,
    rationale: str = "The audit says nine.",
    *,
    rating: Rating = Rating.FALSE,
    evidence: Sequence[str] = (),
    now: datetime = NOW,
) -> StoredTask:
    """The holder's opinion, under the lease that `held` shows."""
    action = Decide(
        lease=held.lease, rating=rating, rationale=rationale, evidence_ids=tuple(evidence)
    )
    return store.act(held.task.id, action, Actor(name=str(held.reviewer)), now)


def decided(store: TaskStore, task_id: str, *evidence: str) -> Verdict:
    """The verdict of somebody who takes the task and decides it."""
    verdict = decide(store, take(store, "ann", task_id), evidence=evidence).verdict
    assert verdict is not None
    return verdict


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.db'}"


@contextmanager
def postgresql_schema(url: str) -> Iterator[str]:
    """A URL into a schema of its own on a real server; the schema is dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    admin = create_engine(parsed, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        own = parsed.update_query_dict({"options": f"-c search_path={name}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        admin.dispose()


@contextmanager
def store_at(url: str, policy: Policy | None = None) -> Iterator[SqlTaskStore]:
    """A store with its tables."""
    engine = make_engine(url)
    store = SqlTaskStore(engine, policy)
    store.setup()
    SqlPublishedStore(engine).setup()
    SqlAnswerStore(engine).setup()
    SqlAlertStore(engine, VAULT).setup()
    try:
        yield store
    finally:
        engine.dispose()


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"


class People:
    """Who uses a desk in tests: accounts beside the tasks, their tokens and links."""

    def __init__(self, store: SqlTaskStore, clock: Clock | None = None) -> None:
        self.accounts = SqlAccounts(store._engine)
        self.accounts.setup()
        self.clock = clock or FakeClock(NOW)
        trail = Trail(SqlAuditLog(store._engine), self.clock, operator=DESK)
        self.door = Door(self.accounts, trail, self.clock, QUICK)

    def add(self, name: str = "ann", role: Role = Role.REVIEWER, **fields: Any) -> Account:
        """An account; the one that is there already, if it is."""
        account = Account(name=name, role=role, created_at=self.clock.now(), **fields)
        return account if self.accounts.add(account) else self.known(name)

    def known(self, name: str) -> Account:
        found = self.accounts.get(name)
        assert found is not None
        return found

    def token(
        self, name: str = "ann", role: Role = Role.REVIEWER, scope: Role | None = None
    ) -> str:
        """A token of theirs; the account is made when it is missing."""
        return self.door.make_token(self.add(name, role), scope or role, "test")

    def session(self, name: str = "ann", role: Role = Role.REVIEWER) -> str:
        """A session's secret."""
        return self.door.open_session(self.add(name, role))

    def cookie(self, name: str = "ann", role: Role = Role.REVIEWER) -> dict[str, str]:
        """What a browser sends that is signed in."""
        return {"claimdesk": self.session(name, role)}

    def link(self, name: str = "ann", role: Role = Role.REVIEWER) -> str:
        """The path of a link that signs in once."""
        return f"/sign-in/{self.door.make_link(self.add(name, role))}"

    def bearer(self, name: str = "ann", role: Role = Role.REVIEWER) -> dict[str, str]:
        """The header of a script."""
        return {"Authorization": f"Bearer {self.token(name, role)}"}


def published_in(store: SqlTaskStore) -> SqlPublishedStore:
    """What is published, in the database of the tasks."""
    return SqlPublishedStore(store._engine)


def answers_in(store: SqlTaskStore) -> SqlAnswerStore:
    """What requests with a key were answered, in the database of the tasks."""
    return SqlAnswerStore(store._engine)


def subscribing_in(
    store: SqlTaskStore, clock: Clock, settings: Settings | None = None
) -> OwnSubscriptions:
    """Subscriptions, in the database of the tasks; no private address may be reached."""

    def encode(_: Sequence[str]) -> Any:
        raise AssertionError("a query needs no encoder")

    alerts, web = SqlAlertStore(store._engine, VAULT), HttpWeb("test")
    given = settings or Settings()
    return OwnSubscriptions(given, alerts, store, encode, web, AppriseChat(), clock)


def parts_of(store: SqlTaskStore, clock: Clock) -> Parts:
    """A desk's parts, all in the database of the tasks; the web that it reaches is this machine."""
    return Parts(
        store=store,
        accounts=SqlAccounts(store._engine),
        audit=SqlAuditLog(store._engine),
        published=published_in(store),
        subscribing=subscribing_in(store, clock),
        answers=answers_in(store),
        web=HttpWeb("test", allow_private=True, seconds=10),
        clock=clock,
    )


@contextmanager
def running_desk(
    store: SqlTaskStore,
    clock: Clock | None = None,
    greeting: Callable[[str], None] | None = None,
    **settings: Any,
) -> Iterator[str]:
    """A desk that listens on a free port; its address. Its accounts are in the database of its tasks."""
    now = clock or FakeClock(NOW)
    server = DeskServer(Settings(**({"http_port": 0} | settings)), parts_of(store, now))
    if greeting:
        server.greet(greeting)
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    try:
        assert server.listening.wait(30), "the desk did not come up"
        yield str(server.url)
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive(), "the desk did not stop"


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    from shutil import which

    return os.environ.get("CLAIMDESK_TEST_CHROMIUM") or which("chromium")
