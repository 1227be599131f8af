"""From the matches of an article to tasks."""

from itertools import permutations

from schemas.claim import Kind
from schemas.match import ArticleMatches, ClaimMatches, Relation
from schemas.task import Task
from services.triage.handle import handle
from services.triage.merge import MOST_EVIDENCE, merge, merge_evidence
from tests.support.desk import make_article, make_claim, make_match, make_task


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


def test_merging_in_any_order_and_repeatedly_gives_one_result() -> None:
    tasks = [
        make_task(article=make_article("a1"), evidence=[make_match("e1", probability=0.7)]),
        make_task(article=make_article("a2", published_at=None), evidence=[make_match("e2")]),
        make_task(make_claim(check_worthiness=0.4), make_article("a1", revision=2)),
    ]
    results = set()
    for order in permutations([*tasks, tasks[0]]):
        merged = order[0]
        for task in order[1:]:
            merged = merge(merged, task)
        results.add(merged.model_dump_json())
    (only,) = results
    merged = Task.model_validate_json(only)
    assert [(s.article.id, s.article.revision) for s in merged.sightings] == [("a1", 2), ("a2", 1)]


def test_the_first_published_article_gives_the_claim_and_the_time() -> None:
    early = make_article("z", published_at="2024-04-30T00:00:00Z")
    merged = merge(make_task(article=make_article("a")), make_task(article=early))
    assert merged.sightings[0].article.id == "z"
    assert merged.first_seen_at == early.published_at


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
