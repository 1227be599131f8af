"""What subscriptions can ask for: kinds of events, fields, likeness; and what follows an alert."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.article import ArticleRef, ArticleStatus, Notice, NoticeKind, WordChange
from schemas.claim import Claim, Modality, ModalityValue, Place, Polarity, PolarityValue, Quote
from schemas.evidence import Finding
from schemas.match import ArticleMatches, ClaimMatches, Match, Relation
from schemas.notification import Notification
from schemas.quotation import QuoteCheck, QuoteStatus
from schemas.subscription import EventKind, OncePer
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters.sql_alerts import SqlAlertStore
from services.alert.handle import Matcher, owe
from services.alert.subscriptions import Wish, understood
from services.runtime.clock import FakeClock
from services.runtime.errors import UserError
from tests.support.alerts import NOW, alert_store, make_subscription, no_encoder
from tests.support.desk import make_article, make_claim, make_match, make_task

CLAIM = (EventKind.CLAIM,)


@pytest.fixture
def store(tmp_path: Path) -> SqlAlertStore:
    return alert_store(tmp_path)


def debunked() -> Match:
    found = make_match(relation=Relation.CONTRADICTS)
    rated = found.evidence.model_copy(update={"rating": "Pants on fire", "finding": Finding.FALSE})
    return found.model_copy(update={"evidence": rated})


def matches(
    *claims: Claim, article: ArticleRef | None = None, evidence: Sequence[Match] = ()
) -> ArticleMatches:
    rows = [
        ClaimMatches(claim=one, matches=list(evidence), cluster_id=f"c-{one.id}") for one in claims
    ]
    return ArticleMatches(article=article or make_article(), claims=rows)


def told(store: SqlAlertStore, *events: Any) -> list[Notification]:
    """What comes of the events, one after the other, all of it owed as the flow would."""
    matcher, found = Matcher(store, no_encoder), []
    for event in events:
        for alert in matcher.handle(event):
            owe(alert, alerts=store, clock=FakeClock(NOW))
            found.append(alert)
    return found


def verdict(name: str = "v1", rating: Rating = Rating.FALSE, **fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "id": name,
        "task_id": make_task().id,
        "cluster_id": "c1",
        "claim": "Something else in other words",
        "rating": rating,
        "reviewer": "ana",
        "lease": 1,
        "decided_at": datetime(2024, 5, 2, tzinfo=UTC),
    }
    return Verdict(**(given | fields))


# Kinds of events


def test_a_debunked_claim_repeated_by_somebody(store: SqlAlertStore) -> None:
    query = 'relation:contradicts rating:false speaker:"Maria Lind"'
    store.add(make_subscription(query=query, types=CLAIM))
    again = make_claim()
    (alert,) = told(
        store,
        matches(again, evidence=[debunked()]),
        matches(make_claim(speaker="Ben Okuda"), evidence=[debunked()]),
        matches(again, evidence=[make_match(relation=Relation.SUPPORTS)]),
        matches(again),
    )
    assert alert.event_type == "claim"
    assert alert.summary == "Claimed: The bridge cost 12 million euros (Maria Lind)"
    assert alert.evidence_relation is Relation.CONTRADICTS
    assert alert.url is None


def test_each_gets_the_kinds_it_asked_for(store: SqlAlertStore) -> None:
    for kind in EventKind:
        store.add(make_subscription(kind.value, "bridge", types=(kind,)))
    store.add(make_subscription("default", "bridge"))
    rated = verdict(claim="The bridge cost 12 million euros")
    alerts = told(store, matches(make_claim()), make_task(), rated)
    got = [(alert.subscription_id, alert.event_type) for alert in alerts]
    # Whoever was told of the claim is told of its verdict, asked for or not.
    assert got == [
        ("claim", "claim"),
        ("default", "task"),
        ("task", "task"),
        ("default", "verdict"),
        ("task", "verdict"),
        ("verdict", "verdict"),
    ]


@pytest.mark.parametrize(
    ("wish", "types"),
    [
        (Wish("bridge"), (EventKind.TASK, EventKind.VERDICT)),
        (Wish("bridge type:claim"), tuple(EventKind)),
        (Wish("bridge (tunnel OR type:claim)"), tuple(EventKind)),
        (Wish("bridge type:claim", types=CLAIM), CLAIM),
        (Wish(like="It cost 12 million"), (EventKind.TASK, EventKind.VERDICT)),
    ],
)
def test_a_query_that_names_the_type_decides_itself(
    wish: Wish, types: tuple[EventKind, ...]
) -> None:
    assert understood(wish)[1] == types


def test_something_must_be_asked_for() -> None:
    with pytest.raises(UserError, match="--like"):
        understood(Wish())


# Fields


def rich_claim() -> Claim:
    return make_claim(
        quote=Quote.MIXED,
        polarity=Polarity(value=PolarityValue.NEGATED),
        modality=Modality(value=ModalityValue.PLANNED),
        places=[Place(span=(0, 3), text="Lakeport", country="Norway")],
    )


def rich_article() -> ArticleRef:
    return make_article(status=ArticleStatus.CORRECTED, silent_edit=True, language="nb")


@pytest.mark.parametrize(
    "query",
    [
        "place:lakeport",
        "place:norway",
        "lakeport",
        "quote:mixed",
        "quote:misattributed",
        "quote:out_of_context",
        "polarity:negated",
        "modality:planned",
        "status:corrected",
        "status:edited",
        "language:nb",
        "rating:false",
        'rating:"pants on fire"',
    ],
)
@pytest.mark.parametrize("kind", [EventKind.CLAIM, EventKind.TASK])
def test_fields_of_claims_and_tasks(store: SqlAlertStore, kind: EventKind, query: str) -> None:
    claim, article = rich_claim(), rich_article()
    status = QuoteStatus.OUT_OF_CONTEXT if "context" in query else QuoteStatus.MISATTRIBUTED
    check = QuoteCheck(quotation="It cost", status=status, why="It was not hers.")
    task = make_task(claim, article, [debunked()]).model_copy(update={"quotation": check})
    row = ClaimMatches(claim=claim, matches=[debunked()], quotation=check)
    event = task if kind is EventKind.TASK else ArticleMatches(article=article, claims=[row])
    store.add(make_subscription("s1", query, types=(kind,)))
    store.add(make_subscription("s2", f"bridge -{query}", types=(kind,)))
    assert [alert.subscription_id for alert in told(store, event)] == ["s1"]


def test_words_of_codes_are_found_by_their_field_only(store: SqlAlertStore) -> None:
    for number, word in enumerate(["planned", "corrected", "mixed", "negated", "nb"]):
        store.add(make_subscription(f"s{number}", word))
    assert told(store, make_task(rich_claim(), rich_article())) == []


# Likeness


class Encoder:
    """Texts about bridges lie in one direction, all others in another; it counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Any:
        self.asked.extend(texts)
        return np.array([[1.0, 0.0] if "bridge" in text else [0.6, 0.8] for text in texts])


def test_like_this_claim(store: SqlAlertStore) -> None:
    encode = Encoder()
    store.add(make_subscription("near", "", like="A bridge is dear", like_threshold=0.9))
    store.add(make_subscription("far", "", like="Taxes fell", like_threshold=0.9))
    store.add(make_subscription("words", "million", like="Taxes fell", like_threshold=0.5))
    store.add(make_subscription("other", "tunnel", like="A bridge is dear"))
    alerts = list(Matcher(store, encode).handle(make_task()))
    assert [(alert.subscription_id, alert.likeness) for alert in alerts] == [
        ("near", 1.0),
        ("words", 0.6),
    ]
    assert encode.asked.count("The bridge cost 12 million euros") == 1


def test_nothing_is_encoded_unless_somebody_asks_and_the_words_are_there(
    store: SqlAlertStore,
) -> None:
    encode = Encoder()
    store.add(make_subscription("words", "million"))
    store.add(make_subscription("both", "tunnel", like="A bridge is dear"))
    assert len(list(Matcher(store, encode).handle(make_task()))) == 1
    assert encode.asked == []


def test_the_real_encoder_tells_like_from_unlike(store: SqlAlertStore, encoder: Any) -> None:
    store.add(make_subscription("s1", "", like="12 million euros were spent on the bridge"))
    matcher = Matcher(store, encoder.encode)
    (alert,) = matcher.handle(make_task())
    assert alert.likeness is not None
    assert 0.75 <= alert.likeness < 1.0
    assert list(matcher.handle(make_task(make_claim("Taxes fell by a third last year")))) == []


# One alert a story


def test_one_alert_a_claim_or_a_story(store: SqlAlertStore) -> None:
    store.add(make_subscription("claims", "bridge"))
    store.add(make_subscription("stories", "bridge", once_per=OncePer.STORY))
    story = {"story_id": "st1"}
    tasks = [
        make_task(make_claim(), make_article("a1", **story)),
        make_task(make_claim("The bridge is closed"), make_article("a2", **story)),
        make_task(make_claim("The bridge is closed"), make_article("a3", story_id="st2")),
    ]
    ids: dict[str, set[str]] = {"claims": set(), "stories": set()}
    for alert in told(store, *tasks):
        ids[alert.subscription_id].add(alert.id)
    assert len(ids["claims"]) == 2, "two claims, whoever repeats them"
    assert len(ids["stories"]) == 2, "two stories, whatever they claim"
    assert len(store.deliveries()) == 4


# What follows


def corrected(article: ArticleRef, words: str = "It was 9 million.", **fields: Any) -> ArticleRef:
    notice = Notice(kind=NoticeKind.CORRECTION, text=words)
    given = {"revision": 2, "status": ArticleStatus.CORRECTED, "notices": [notice]}
    return article.model_copy(update=given | fields)


def test_a_correction_is_told_once_to_those_who_were_told(store: SqlAlertStore) -> None:
    store.add(make_subscription("s1", "bridge"))
    store.add(make_subscription("s2", "tunnel"))
    store.add(make_subscription("s3", "bridge", follow_up=False))
    article = make_article()
    first = corrected(article)
    alerts = told(
        store,
        make_task(article=article),
        matches(make_claim(), article=article),
        matches(article=first),  # the claim is no longer in it
        matches(article=first),
        matches(article=corrected(article, revision=3)),  # other words of the text changed
        matches(make_claim(), article=corrected(make_article("a2"))),
    )
    assert [(alert.subscription_id, alert.event_type) for alert in alerts] == [
        ("s1", "task"),
        ("s3", "task"),
        ("s1", "correction"),
    ]
    follow_up = alerts[-1]
    assert follow_up.summary == "Corrected by the source: Story a1 (Example Wire)"
    assert follow_up.remarks == ["The source has corrected the article: “It was 9 million.”"]
    assert follow_up.task_id == alerts[0].task_id


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"status": ArticleStatus.WITHDRAWN, "notices": []}, "Withdrawn by the source"),
        (
            {
                "status": ArticleStatus.PUBLISHED,
                "notices": [],
                "silent_edit": True,
                "altered": [WordChange(span=(0, 1), before="12", after="9", number=True)],
            },
            "Changed since the alert",
        ),
    ],
)
def test_a_withdrawal_and_a_silent_edit_are_told(
    store: SqlAlertStore, fields: dict[str, Any], summary: str
) -> None:
    store.add(make_subscription())
    article = make_article()
    alerts = told(
        store,
        make_task(article=article),
        matches(article=corrected(article)),
        matches(article=corrected(article, **fields)),
    )
    assert len(alerts) == 3
    assert alerts[-1].summary.startswith(summary)


def test_what_the_first_alert_said_is_no_news(store: SqlAlertStore) -> None:
    store.add(make_subscription())
    article = corrected(make_article())
    (alert,) = told(store, make_task(article=article), matches(article=article))
    assert alert.article_status is ArticleStatus.CORRECTED
    assert len(alert.remarks) == 1


def test_a_verdict_is_told_to_those_who_were_told_and_again_only_when_it_changed(
    store: SqlAlertStore,
) -> None:
    store.add(make_subscription("s1", "outlet:wire"))
    store.add(make_subscription("s2", "outlet:wire", follow_up=False))
    store.add(make_subscription("s3", "outlet:other"))
    alerts = told(
        store,
        make_task(),
        verdict("v1", Rating.FALSE),
        verdict("v1", Rating.FALSE),
        verdict("v2", Rating.FALSE, rationale="Better words."),
        verdict("v3", Rating.MOSTLY_FALSE),
        verdict("v4", Rating.FALSE),
        verdict("v5", Rating.TRUE, task_id="another"),
    )
    assert [(alert.subscription_id, alert.event_type, alert.event_id) for alert in alerts[2:]] == [
        ("s1", "verdict", "v1"),
        ("s1", "verdict", "v3"),
        ("s1", "verdict", "v4"),
    ]


def test_a_verdict_that_is_taken_back_and_given_again_is_told(store: SqlAlertStore) -> None:
    store.add(make_subscription("s1", "outlet:wire"))
    back = {"status": VerdictStatus.WITHDRAWN, "revision": 2}
    alerts = told(
        store,
        make_task(),
        verdict("v1"),
        verdict("v2", **back),
        verdict("v2", **back),
        verdict("v3", revision=3),
    )
    assert [alert.event_id for alert in alerts[1:]] == ["v1", "v2", "v3"]
    assert alerts[2].verdict_status is VerdictStatus.WITHDRAWN


def test_events_that_come_again_change_nothing(store: SqlAlertStore) -> None:
    store.add(make_subscription(types=tuple(EventKind)))
    article = make_article()
    events = [
        matches(make_claim(), article=article),
        make_task(article=article),
        matches(make_claim(), article=corrected(article)),
        verdict(),
    ]
    told(store, *events)
    once = [row.notification.id for row in store.deliveries()]
    assert len(once) == 4
    told(store, *events, *reversed(events))
    assert [row.notification.id for row in store.deliveries()] == once


def test_a_subscription_that_is_gone_is_not_followed(store: SqlAlertStore) -> None:
    store.add(make_subscription())
    told(store, make_task())
    gone: list[Callable[[str], bool]] = [store.disable, store.remove]
    for end in gone:
        end("s1")
        assert told(store, verdict()) == []


# When


def test_more_than_the_cap_is_held_for_a_digest_and_nothing_is_lost(store: SqlAlertStore) -> None:
    store.add(make_subscription(hourly_cap=2))
    tasks = [make_task(make_claim(f"Bridge number {n} fell")) for n in range(5)]
    told(store, *tasks)
    states = [
        row.state.value for row in store.deliveries() if row.notification.event_type == "task"
    ]
    assert sorted(states) == ["held", "held", "held", "owed", "owed"]
    assert len(store.feed("s1")) == 5, "a feed disturbs nobody, so it shows them at once"
