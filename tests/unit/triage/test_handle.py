"""From the matches of an article to tasks."""

from schemas.claim import Kind
from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches, ClaimMatches, Relation
from schemas.task import Sighting, Task
from services.triage.handle import handle
from services.triage.merge import MOST_EVIDENCE, build, merge_evidence
from tests.support.desk import NOW, make_article, make_claim, make_match, make_task


def run(*rows: ClaimMatches, threshold: float = 0.5) -> list[Task]:
    return list(handle(ArticleMatches(article=make_article(), claims=rows), threshold=threshold))


def row(*args: object, evidence: tuple[str, ...] = (), **fields: object) -> ClaimMatches:
    return ClaimMatches(
        claim=make_claim(*args, **fields), matches=[make_match(name) for name in evidence]
    )


def test_one_task_a_claim_in_reading_order_and_none_for_the_rest() -> None:
    tasks = run(
        row("First thing happened"),
        row("Second is lovely", kind=Kind.OPINION),
        row("Third thing happened"),
    )
    assert [task.claim.text for task in tasks] == ["First thing happened", "Third thing happened"]


def test_a_claim_repeated_in_one_article_is_one_task_with_all_its_evidence() -> None:
    (task,) = run(
        row("It fell by half", id="c1", span=(10, 25), evidence=("e1",)),
        row("“It fell by half.”", id="c2", span=(90, 108), evidence=("e1", "e2")),
    )
    assert [sighting.claim.id for sighting in task.sightings] == ["c1", "c2"]
    assert [match.evidence.id for match in task.evidence] == ["e1", "e2"]
    assert task.claim.id == "c1"


def test_a_repetition_that_would_not_do_alone_joins_one_that_does() -> None:
    (task,) = run(
        row("It fell", id="c1", check_worthiness=0.1),
        row("It fell", id="c2", span=(50, 57), check_worthiness=0.9),
    )
    assert len(task.sightings) == 2


def test_the_same_event_gives_the_same_tasks() -> None:
    event = [row("It fell", evidence=("e2", "e1"))]
    assert run(*event) == run(*event)


def test_an_article_without_claims_gives_nothing() -> None:
    assert run() == []


def test_copies_in_two_articles_have_one_id() -> None:
    one, other = make_task(article=make_article("a1")), make_task(article=make_article("a2"))
    assert (one.id, one.cluster_id) == (other.id, other.cluster_id)


def test_the_first_published_article_gives_the_claim_and_the_time() -> None:
    early = make_article("z", published_at="2024-04-30T00:00:00Z")
    seen = [Sighting(article=one, claim=make_claim()) for one in (make_article("a"), early)]
    task = build("cluster", seen, [])
    assert task is not None
    assert [sighting.article.id for sighting in task.sightings] == ["z", "a"]
    assert task.first_seen_at == early.published_at


def test_claims_of_one_cluster_are_one_task_whatever_their_words() -> None:
    rows = [
        row("The bridge cost 12 million"),
        row("12 million was the cost of the bridge", id="c2"),
    ]
    placed = [one.model_copy(update={"cluster_id": "c", "own_cluster_id": "b"}) for one in rows]
    (task,) = run(*placed)
    assert (task.cluster_id, len(task.sightings)) == ("c", 2)
    assert {sighting.own_cluster_id for sighting in task.sightings} == {"b"}


def test_late_evidence_says_what_it_is_and_when_it_came() -> None:
    cause = EvidenceChange(evidence_id="e1", change=Change.ADDED, revision=2, at=NOW)
    other = cause.model_copy(update={"evidence_id": "e9"})
    event = ArticleMatches(
        article=make_article(), claims=[row("It fell", evidence=("e1",))], because=[cause, other]
    )
    (task,) = handle(event, threshold=0.5)
    (change,) = task.changes
    assert change.why == "New evidence: contradicted by “What the bridge cost (e1)” (Audit Office)."
    assert (change.at, change.evidence_ids) == (NOW, ["e1"])
    assert next(iter(handle(event, threshold=0.5))) == task


def test_a_task_carries_the_likeliest_evidence_and_no_more() -> None:
    many = [make_match(f"e{n:02}", probability=n / 100) for n in range(60)]
    kept = merge_evidence(many)
    assert [match.evidence.id for match in kept] == [
        f"e{n:02}" for n in range(59, 59 - MOST_EVIDENCE, -1)
    ]


def test_what_speaks_against_a_claim_comes_before_what_supports_it() -> None:
    support = make_match("e1", probability=0.95, relation=Relation.SUPPORTS)
    against = make_match("e2", probability=0.65)
    (task,) = run(ClaimMatches(claim=make_claim(), matches=[support, against]))
    assert [match.evidence.id for match in task.evidence] == ["e2", "e1"]
    assert task.reason.startswith("Prior evidence disagrees: “What the bridge cost (e2)”")


def test_a_newer_revision_of_evidence_wins_over_a_likelier_old_one() -> None:
    old = make_match("e1", probability=0.9)
    newer = old.model_copy(
        update={"probability": 0.5, "evidence": old.evidence.model_copy(update={"revision": 2})}
    )
    assert merge_evidence([newer, old]) == [newer]


def test_a_promises_due_date_is_the_tasks() -> None:
    (task,) = run(row("We will build it", kind=Kind.PROMISE, due="2025-07-01"))
    assert task.due == "2025-07-01"
