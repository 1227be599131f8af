"""One full sample event a topic: written into every release, and read back by every later one."""

from datetime import UTC, datetime
from typing import Any

from schemas.article import (
    Article,
    ArticleRef,
    ArticleStatus,
    Copy,
    Notice,
    NoticeKind,
    WordChange,
)
from schemas.base import Model
from schemas.claim import (
    ArticleClaims,
    Attribution,
    Claim,
    DateMention,
    Excluded,
    ExcludedKind,
    Kind,
    Quantity,
    Quote,
    Replacement,
)
from schemas.cluster_choice import ChoiceKind, ClusterChoice
from schemas.dead_letter import DeadLetter
from schemas.envelope import CloudEvent
from schemas.evidence import Evidence, EvidenceKind
from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches, ClaimMatches, Match, Relation
from schemas.notification import Notification
from schemas.quotation import (
    ContextKind,
    ContextNote,
    DiffKind,
    DiffPart,
    QuoteCheck,
    QuoteSegment,
    QuoteSource,
    QuoteStatus,
)
from schemas.task import Priority, PriorityPart, Sighting, Task, TaskChange
from schemas.topics import TOPICS, Topic
from schemas.verdict import Rating, Verdict

_TEXT = (
    "Lakeport, May 6 (Example Wire): The bridge carried 40,000 vehicles a day last year, Mayor "
    "Ada Hallam said on Monday."
)
_TIME = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)

_ARTICLE = Article(
    id="art_sample",
    content_hash="0" * 64,
    source="example-wire",
    guid="bridge-1",
    url="https://example.org/bridge",
    title="Mayor defends bridge",
    byline="A. Reporter",
    publisher="Example Wire",
    language="en",
    published_at=_TIME,
    published_offset=0,
    modified_at=_TIME,
    text=_TEXT,
    status=ArticleStatus.CORRECTED,
    notices=[
        Notice(
            kind=NoticeKind.CORRECTION,
            text="Correction: An earlier version said 30,000 vehicles. It was 40,000.",
            wrong="30,000 vehicles",
            right="It was 40,000",
        )
    ],
    agency="Reuters",
    story_id="story_sample",
    copy_of=Copy(article_id="art_other", containment=0.97),
    previous_revision=1,
    revision=2,
    changes=[WordChange(span=(51, 57), before="30,000", after="40,000", number=True)],
)
_SPAN = (32, 82)
_CLAIM = Claim(
    id="clm_sample",
    span=_SPAN,
    text=_TEXT[slice(*_SPAN)],
    resolved_text="The bridge carried 40,000 vehicles a day in 2023",
    replacements=[Replacement(span=(73, 82), text="in 2023")],
    speaker="Ada Hallam",
    speaker_span=(84, 100),
    cue=[(101, 105)],
    quote=Quote.INDIRECT,
    kind=Kind.QUANTITY,
    check_worthiness=0.9,
    objective=0.95,
    dates=[DateMention(span=(73, 82), text="last year", value="2023")],
    due="2024-12-31",
    reported_by=["Example Wire"],
    quantities=[
        Quantity(span=(51, 66), text="40,000 vehicles", low=4e4, high=4e4, unit="vehicles")
    ],
    context=_TEXT,
)
_EVIDENCE = Evidence(
    id="ev_sample",
    kind=EvidenceKind.REPORT,
    claim="The bridge carried 31,000 vehicles a day in 2023.",
    title="Traffic count",
    text="The yearly count found 31,000 vehicles a day.",
    publisher="Example Statistics Office",
    speaker="Example Statistics Office",
    date="2024-02-01",
    rating="false",
    url="https://example.org/count",
)
_MATCH = Match(
    evidence=_EVIDENCE,
    score=0.8,
    probability=0.9,
    relation=Relation.CONTRADICTS,
    why="The same count of the same bridge; the number differs: 40,000 here, 31,000 there.",
    scores={"bm25": 11.2, "cosine": 0.86},
)
_QUOTATION = QuoteCheck(
    quotation="The bridge will never be closed to lorries",
    speaker="Ada Hallam",
    status=QuoteStatus.EDITED,
    why="Edited from “Council minutes” (Ada Hallam): “never” was put in without a mark, which turns it round.",
    searched=1_204,
    source=QuoteSource(
        id="ev_minutes",
        kind=EvidenceKind.OFFICIAL_STATEMENT,
        title="Council minutes",
        publisher="Lakeport council",
        speaker="Ada Hallam",
        date="2024-05-02",
        url="https://example.org/minutes",
    ),
    before="If the cracks grow, ",
    said="the bridge will be closed to lorries",
    after=" until they are mended.",
    diff=[
        DiffPart(kind=DiffKind.SAME, quoted="The bridge will", said="the bridge will"),
        DiffPart(kind=DiffKind.ADDED, quoted="never", alters="negation"),
        DiffPart(kind=DiffKind.SAME, quoted="be closed to lorries", said="be closed to lorries"),
    ],
    segments=[QuoteSegment(quoted=(0, 42), said=(20, 56), source="ev_minutes")],
    notes=[ContextNote(kind=ContextKind.CONDITIONAL, words="If the cracks grow", span=(0, 18))],
)
_REF = ArticleRef.of(_ARTICLE)
_CHANGE = EvidenceChange(
    evidence_id="ev_sample",
    change=Change.REVISED,
    revision=2,
    reason="The office corrected its count.",
    at=_TIME,
)

DATA: dict[type[Model], Model] = {
    Article: _ARTICLE,
    ArticleClaims: ArticleClaims(
        article=_REF,
        claims=[_CLAIM],
        attributions=[
            Attribution(
                source=[(84, 100)],
                cue=[(101, 105)],
                content=[_SPAN],
                speaker="Ada Hallam",
                reported_by=["Example Wire"],
                confidence=0.9,
            )
        ],
        excluded=[Excluded(span=(0, 31), kind=ExcludedKind.DATELINE)],
        pipeline="en_core_web_sm 3.8.0",
    ),
    ArticleMatches: ArticleMatches(
        article=_REF,
        claims=[
            ClaimMatches(
                claim=_CLAIM,
                matches=[_MATCH],
                cluster_id="clu_sample",
                own_cluster_id="clu_other",
            )
        ],
        degraded=["vectors"],
        because=[_CHANGE],
    ),
    Task: Task(
        id="task_sample",
        cluster_id="clu_sample",
        claim=_CLAIM,
        sightings=[Sighting(article=_REF, claim=_CLAIM, own_cluster_id="clu_other")],
        sighting_count=1,
        article_count=1,
        evidence=[_MATCH],
        quotation=_QUOTATION,
        priority=Priority(
            value=0.7,
            parts=[PriorityPart(name="check_worthiness", value=0.9, weight=0.5, why="a number")],
        ),
        reason="A report gives another number.",
        due="2024-12-31",
        first_seen_at=_TIME,
        changes=[
            TaskChange(
                id="chg_sample",
                why="Revised evidence by Example Statistics Office contradicts it.",
                at=_TIME,
                evidence_ids=["ev_sample"],
                priority_from=0.5,
                priority_to=0.7,
            )
        ],
    ),
    Verdict: Verdict(
        id="ver_sample",
        task_id="task_sample",
        cluster_id="clu_sample",
        claim=_CLAIM.text,
        speaker="Ada Hallam",
        rating=Rating.FALSE,
        rationale="The office counted 31,000.",
        evidence_ids=["ev_sample"],
        reviewer="reviewer",
        reviewers=["reviewer", "second"],
        round=1,
        revision=1,
        lease=1,
        decided_at=_TIME,
        url="https://example.org/verdict",
    ),
    EvidenceChange: _CHANGE,
    ClusterChoice: ClusterChoice(
        id="choice_sample",
        kind=ChoiceKind.SPLIT,
        source="clu_sample",
        target="clu_other",
        wordings=["clu_words"],
        claim_ids=["clm_sample"],
        reviewer="reviewer",
        at=_TIME,
    ),
    Notification: Notification(
        id="ntf_sample",
        subscription_id="sub_sample",
        event_id="task_sample",
        event_type="task",
        summary="To verify: The bridge carried 40,000 vehicles a day. (Ada Hallam)",
        url="https://example.org/tasks/task_sample",
        matched=["bridge"],
        occurred_at=_TIME,
        speaker="Ada Hallam",
        task_id="task_sample",
        article_id="art_sample",
        article_status=ArticleStatus.CORRECTED,
        remarks=["The source has corrected the article: “The figure was for a week.”"],
        article_title="Mayor defends bridge",
        article_url="https://example.org/bridge",
        evidence_claim="The bridge carried 31,000 vehicles a day last year.",
        evidence_url="https://example.org/report",
        evidence_relation=Relation.CONTRADICTS,
        likeness=0.83,
    ),
    DeadLetter: DeadLetter(
        id="dl_sample",
        topic="claimdesk.articles",
        partition=0,
        offset=7,
        key="art_sample",
        value=b"not json",
        headers={"content-type": "application/cloudevents+json"},
        step="extract",
        version="0.1.0",
        reason="not_json",
        message="claimdesk.articles: expected value at line 1 column 1",
        failed_at=_TIME,
    ),
}
"""The data of each sample, by model."""


def sample(topic: Topic) -> CloudEvent[Any]:
    """A full event of `topic`."""
    data = DATA[topic.model]
    return CloudEvent[topic.model](  # type: ignore[name-defined]
        id=f"evt_{topic.event}_sample",
        source="/claimdesk/sample",
        type=topic.type,
        subject=topic.key(data),
        time=_TIME,
        ingesttime=_TIME,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data=data,
    )


SAMPLES = {topic.event: sample(topic) for topic in TOPICS}
"""A sample event of every topic."""
