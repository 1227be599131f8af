"""Which subscriptions a task or a verdict concerns, and that it is told once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.claim import Kind
from schemas.match import Relation
from schemas.notification import Notification
from schemas.task import Sighting, Task
from schemas.verdict import Rating, Verdict
from services.adapters.sql_alerts import SqlAlertStore
from services.alert.handle import Matcher, owe
from services.ports.alert_store import AlertStore, Standing
from services.runtime.clock import FakeClock
from services.runtime.events import make_event
from tests.support.alerts import alert_store, make_subscription, no_encoder
from tests.support.desk import make_article, make_claim, make_match, make_task

VERDICT = Verdict(
    id="v1",
    task_id="t1",
    cluster_id="c1",
    claim="The bridge cost 12 million euros",
    speaker="Maria Lind",
    rating=Rating.MOSTLY_FALSE,
    rationale="Confidential: the auditor told us privately.",
    reviewer="ana",
    lease=1,
    decided_at=datetime(2024, 5, 2, tzinfo=UTC),
)


@pytest.fixture
def store(tmp_path: Path) -> SqlAlertStore:
    return alert_store(tmp_path)


def task_with_all() -> Task:
    claim = make_claim(
        "It cost 12 million euros",
        resolved_text="The harbour bridge cost 12 million euros",
        kind=Kind.ACCUSATION,
    )
    article = make_article(title="A costly crossing", publisher="Harbour Post")
    return make_task(claim, article, [make_match(relation=Relation.SAME_CLAIM)])


def alerts_for(store: AlertStore, *queries: str, task: Task | None = None) -> list[Notification]:
    for number, query in enumerate(queries):
        store.add(make_subscription(f"s{number}", query))
    return list(Matcher(store, no_encoder, "https://desk.example/").handle(task or task_with_all()))


@pytest.mark.parametrize(
    "query",
    [
        "million",
        "harbour bridge",
        '"maria lind"',
        "costly crossing",
        '"harbour post"',
        "accusation",
        '"same claim"',
        "costly accusation lind -tunnel",
    ],
)
def test_everything_a_person_would_name_can_be_found(store: SqlAlertStore, query: str) -> None:
    assert [row.subscription_id for row in alerts_for(store, query)] == ["s0"]


def test_only_those_that_match_are_told(store: SqlAlertStore) -> None:
    told = alerts_for(store, "million", "tunnel", "million -euros", "bridge euros")
    assert [row.subscription_id for row in told] == ["s0", "s3"]


def test_what_an_alert_says(store: SqlAlertStore) -> None:
    task = task_with_all()
    (alert,) = alerts_for(store, 'million "Maria Lind" -tunnel', task=task)
    assert alert.event_id == task.id
    assert alert.event_type == "task"
    assert alert.summary == "To verify: It cost 12 million euros (Maria Lind)"
    assert alert.url == f"https://desk.example/tasks/{task.id}"
    assert alert.matched == ["million", "Maria Lind"]


def test_an_alert_carries_the_article_and_the_best_evidence(store: SqlAlertStore) -> None:
    (alert,) = alerts_for(store, "million")
    assert alert.speaker == "Maria Lind"
    assert (alert.article_title, alert.article_url) == (
        "A costly crossing",
        "https://news.example/a1",
    )
    assert alert.evidence_claim == "The bridge cost 9 million euros"
    assert alert.evidence_url == "https://audit.example/e1"
    assert alert.evidence_relation is Relation.SAME_CLAIM


def test_what_an_alert_does_not_know_stays_open(store: SqlAlertStore) -> None:
    bare = make_task(make_claim(speaker=None), make_article(title="", url=None))
    (alert,) = alerts_for(store, "million", task=bare)
    fields = alert.model_dump()
    assert {name for name, value in fields.items() if value is None} == {
        "speaker",
        "article_title",
        "article_url",
        "rating",
        "verdict_status",
        "evidence_claim",
        "evidence_url",
        "evidence_relation",
        "likeness",
    }


def test_a_long_claim_is_cut_and_kept_on_one_line(store: SqlAlertStore) -> None:
    task = make_task(make_claim("million\n\n" + "words " * 200))
    (alert,) = alerts_for(store, "million", task=task)
    assert len(alert.summary) < 400
    assert "\n" not in alert.summary


def test_a_second_sighting_is_the_same_alert(store: SqlAlertStore) -> None:
    task = task_with_all()
    second = Sighting(article=make_article("a2", title="Again"), claim=task.claim)
    again = task.model_copy(update={"sightings": [*task.sightings, second]})
    (one,) = alerts_for(store, "million", task=task)
    (two,) = alerts_for(store, "million", task=again)
    assert one.id == two.id
    clock = FakeClock()
    for alert in (one, two, one):
        assert list(owe(alert, alerts=store, clock=clock)) == []
    assert len(store.deliveries()) == 1


def test_the_same_task_gives_the_same_event(store: SqlAlertStore) -> None:
    first, second = (alerts_for(store, "million")[0] for _ in range(2))
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert (
        make_event(first, service="alert", now=now).id
        == make_event(second, service="alert", now=now).id
    )


def test_two_subscriptions_get_alerts_of_their_own(store: SqlAlertStore) -> None:
    one, two = alerts_for(store, "million", "euros")
    assert one.id != two.id


def test_a_verdict_is_an_event_of_its_own(store: SqlAlertStore) -> None:
    store.add(make_subscription(query="bridge"))
    matcher = Matcher(store, no_encoder)
    (verdict,) = matcher.handle(VERDICT)
    assert (verdict.event_type, verdict.event_id, verdict.url) == ("verdict", "v1", None)
    assert verdict.summary == ("Rated mostly false: The bridge cost 12 million euros (Maria Lind)")
    (task,) = matcher.handle(make_task())
    assert verdict.id != task.id


def test_a_rationale_is_neither_searched_nor_sent(store: SqlAlertStore) -> None:
    store.add(make_subscription("s1", "auditor"))
    store.add(make_subscription("s2", '"mostly false"'))
    (alert,) = Matcher(store, no_encoder).handle(VERDICT)
    assert alert.subscription_id == "s2"
    assert "privately" not in alert.model_dump_json()


def test_changes_count_from_the_next_event_on(store: SqlAlertStore) -> None:
    matcher = Matcher(store, no_encoder)
    task = task_with_all()
    assert list(matcher.handle(task)) == []
    store.add(make_subscription("s1", "million"))
    assert len(list(matcher.handle(task))) == 1
    store.add(make_subscription("s1", "tunnel"))
    assert list(matcher.handle(task)) == []
    store.add(make_subscription("s1", "million"))
    store.disable("s1")
    assert list(matcher.handle(task)) == []
    store.remove("s1")
    assert list(matcher.handle(task)) == []


def test_a_query_that_this_release_cannot_read_harms_no_other(store: SqlAlertStore) -> None:
    told = alerts_for(store, "million ^", "million")
    assert [row.subscription_id for row in told] == ["s1"]


def test_subscriptions_are_read_only_when_one_changed(store: SqlAlertStore) -> None:
    reads = 0
    original = store.queries

    def counted() -> dict[str, Standing]:
        nonlocal reads
        reads += 1
        return original()

    store.queries = counted  # type: ignore[method-assign]
    matcher = Matcher(store, no_encoder)
    for _ in range(5):
        matcher.handle(task_with_all())
    assert reads == 1
