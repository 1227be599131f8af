"""What readers, search engines and other desks get of what is published, and what never leaves."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.evidence import EvidenceKind
from schemas.task import Task
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.adapters.sql_published import SqlPublishedStore
from services.adapters.sql_tasks import SqlTaskStore
from services.evidence.files import read_rows
from services.evidence.rows import to_evidence
from services.ports.published import Published
from services.ports.work import Actor, Decide, Reopen, Take
from services.review.claimreview import ClaimReview, DataFeed
from services.review.publishing import handle, to_published
from services.review.publishing_routes import for_script
from services.review.scale import load_scale
from services.runtime.clock import FakeClock
from tests.support.desk import (
    NOW,
    make_article,
    make_claim,
    make_match,
    make_task,
    published_in,
    running_desk,
    sqlite_url,
    store_at,
)

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
DATA = {"Accept": "application/ld+json"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlTaskStore]:
    with store_at(sqlite_url(tmp_path)) as made:
        yield made


@pytest.fixture
def published(store: SqlTaskStore) -> SqlPublishedStore:
    return published_in(store)


@pytest.fixture
def reader(store: SqlTaskStore) -> Iterator[httpx.Client]:
    """Somebody who is not signed in."""
    with (
        running_desk(
            store,
            FakeClock(NOW + timedelta(days=10)),
            publisher_name="Example Desk",
            public_url="https://desk.example",
        ) as url,
        httpx.Client(base_url=url, timeout=30, headers=PAGE) as client,
    ):
        yield client


def verdict_on(task: Task, **fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "id": "v1",
        "task_id": task.id,
        "cluster_id": task.cluster_id,
        "claim": task.claim.text,
        "speaker": task.claim.speaker,
        "rating": Rating.MOSTLY_FALSE,
        "rationale": "The audit counted 9 million.",
        "evidence_ids": ["e1"],
        "reviewer": "secret-rita",
        "reviewers": ["secret-rita", "secret-sam"],
        "lease": 1,
        "decided_at": NOW,
        "url": "https://desk.example/tasks/inside",
    }
    return Verdict(**(given | fields))


def publish(store: SqlTaskStore, task: Task | None = None, **fields: Any) -> Task:
    """Decide a task, as the step hears of it."""
    told = task or make_task(evidence=[make_match("e1"), make_match("e2")])
    if store.get(told.id) is None:
        store.upsert(told)
    events = handle(
        verdict_on(told, **fields),
        tasks=store,
        published=published_in(store),
        scale=load_scale(None),
    )
    assert list(events) == []
    return told


def take_back(store: SqlTaskStore, task: Task, revision: int = 2) -> None:
    publish(
        store,
        task,
        revision=revision,
        status=VerdictStatus.WITHDRAWN,
        reason="secret quarrel",
        decided_at=NOW + timedelta(days=1),
    )


def feed_of(reader: httpx.Client) -> DataFeed:
    answer = reader.get("/published/claimreview.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/ld+json")
    return DataFeed.model_validate_json(answer.content)


def test_a_page_tells_readers_and_its_markup_tells_search_engines(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    task = publish(store)
    page = reader.get(f"/published/{task.id}")
    assert page.status_code == 200
    for words in ("Maria Lind", "Mostly false", "The audit counted 9 million.", "(e1)", "Story a1"):
        assert words in page.text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert found
    inside = ClaimReview.model_validate_json(found[1])
    alone = reader.get(f"/published/{task.id}", headers=DATA)
    assert alone.headers["content-type"].startswith("application/ld+json")
    assert ClaimReview.model_validate_json(alone.content) == inside
    named = reader.get(f"/published/{task.id}.json")
    assert named.content == alone.content
    assert str(inside.url) == f"https://desk.example/published/{task.id}"
    assert feed_of(reader).data_feed_element == (inside,)
    assert f"/published/{task.id}" in reader.get("/published").text


PRIVATE = ("secret", "/tasks/", "(e2)")


def everything(reader: httpx.Client, task: Task) -> list[httpx.Response]:
    paths = (
        f"/published/{task.id}",
        f"/published/{task.id}.json",
        "/published",
        "/published/claimreview.json",
        "/v1alpha1/claims:search?query=bridge",
    )
    return [reader.get(path) for path in paths]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_no_reviewer_no_unused_evidence_and_no_inner_address_leaves(
    reader: httpx.Client, store: SqlTaskStore, withdrawn: bool
) -> None:
    task = publish(store)
    if withdrawn:
        take_back(store, task)
    for answer in everything(reader, task):
        for private in PRIVATE:
            assert private not in answer.text + str(answer.headers)


def test_a_task_without_a_verdict_and_a_rating_that_stays_inside_are_nowhere(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    open_task = make_task(make_claim("The bridge is open"))
    store.upsert(open_task)
    unpublished = publish(store, rating=Rating.NOT_A_CLAIM)
    for task in (open_task, unpublished):
        for name in (task.id, f"{task.id}.json"):
            assert reader.get(f"/published/{name}").status_code == 404
    assert feed_of(reader).data_feed_element == ()
    assert "bridge" not in reader.get("/published").text


def test_what_is_stored_for_readers_has_no_field_for_what_is_private() -> None:
    assert set(Published.model_fields) == {
        "task_id",
        "revision",
        "rating",
        "claim",
        "speaker",
        "rationale",
        "language",
        "first_at",
        "changed_at",
        "appearances",
        "sources",
    }


def test_a_correction_is_issued_anew_with_its_date(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    task = publish(store)
    later = NOW + timedelta(days=2)
    publish(store, task, revision=3, rating=Rating.HALF_TRUE, decided_at=later)
    review = ClaimReview.model_validate_json(reader.get(f"/published/{task.id}.json").content)
    assert (review.date_published, review.date_modified) == (NOW.date(), later)
    assert review.review_rating.alternate_name == "Half true"
    feed = feed_of(reader)
    assert feed.data_feed_element == (review,)
    assert feed.date_modified == later
    assert "Corrected" in reader.get(f"/published/{task.id}").text


def test_a_withdrawn_review_is_gone_and_can_come_back(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    task = publish(store)
    take_back(store, task)
    page = reader.get(f"/published/{task.id}")
    assert page.status_code == 410
    assert "Withdrawn" in page.text
    assert "Mostly false" not in page.text
    for headers, path in ((DATA, task.id), (PAGE, f"{task.id}.json")):
        gone = reader.get(f"/published/{path}", headers=headers)
        assert gone.status_code == 410
        assert gone.headers["content-type"] == "application/problem+json"
        assert gone.json()["detail"] == "withdrawn"
    assert feed_of(reader).data_feed_element == ()
    assert "claims" in reader.get("/v1alpha1/claims:search?query=bridge").json()
    publish(store, task, revision=3, decided_at=NOW + timedelta(days=3))
    assert reader.get(f"/published/{task.id}").status_code == 200


def test_what_reviewers_do_reaches_readers(reader: httpx.Client, store: SqlTaskStore) -> None:
    """Decided, opened again, decided otherwise: as the outbox tells it, each time."""
    task = make_task(evidence=[make_match("e1")])
    store.upsert(task)
    rita, seen = Actor(name="secret-rita"), []

    def tell() -> None:
        owed = [one for one in store.unpublished() if isinstance(one, Verdict)]
        for one in owed:
            list(handle(one, tasks=store, published=published_in(store), scale=load_scale(None)))
        store.mark_published([one.id for one in owed])
        seen.append(reader.get(f"/published/{task.id}.json").status_code)

    def decide(rating: Rating) -> None:
        lease = store.act(task.id, Take(seconds=60), rita, NOW).lease
        store.act(task.id, Decide(lease=lease, rating=rating, rationale="Nine."), rita, NOW)

    tell()
    decide(Rating.FALSE)
    tell()
    store.act(task.id, Reopen(reason="secret quarrel"), rita, NOW)
    tell()
    decide(Rating.TRUE)
    tell()
    assert seen == [404, 200, 410, 200]
    (review,) = feed_of(reader).data_feed_element
    assert review.review_rating.alternate_name == "True"


def test_a_late_or_repeated_verdict_changes_nothing(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    task = publish(store)
    take_back(store, task)
    before = reader.get("/published/claimreview.json").headers["etag"]
    publish(store, task)
    take_back(store, task)
    assert reader.get(f"/published/{task.id}").status_code == 410
    assert reader.get("/published/claimreview.json").headers["etag"] == before


@pytest.mark.parametrize(
    "path", ["/published/{}", "/published/{}.json", "/published", "/published/claimreview.json"]
)
def test_who_has_it_already_is_told_so_until_it_changes(
    reader: httpx.Client, store: SqlTaskStore, path: str
) -> None:
    task = publish(store)
    place = path.format(task.id)
    first = reader.get(place)
    assert first.headers["cache-control"] == "public, max-age=60"
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = reader.get(place, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    publish(store, task, revision=2, rating=Rating.TRUE)
    changed = reader.get(place, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


def test_nobody_sets_a_cookie_on_readers(reader: httpx.Client, store: SqlTaskStore) -> None:
    for answer in everything(reader, publish(store)):
        assert "set-cookie" not in answer.headers


def test_without_a_publisher_nothing_is_published(store: SqlTaskStore) -> None:
    task = publish(store)
    with running_desk(store) as url, httpx.Client(base_url=url, timeout=30) as reader:
        answers = everything(reader, task)
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert all("12 million" not in answer.text for answer in answers)


def test_words_of_others_cannot_leave_the_script_that_carries_them(
    reader: httpx.Client, store: SqlTaskStore
) -> None:
    said = "</script><script>alert(1)</script><!-- \u2028 & it cost 12 million"
    task = publish(store, make_task(make_claim(said)), rationale=said)
    page = reader.get(f"/published/{task.id}").text
    assert page.count("<script") == 1
    assert page.count("</script>") == 1
    found = re.search(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert found
    assert json.loads(found[1])["claimReviewed"] == said


@pytest.mark.parametrize("text", ["</script>", "<!--", "&lt;", "\u2028\u2029", "]]>", "plain"])
def test_a_script_element_holds_any_text(text: str) -> None:
    written = str(for_script(json.dumps({"a": text}, ensure_ascii=False)))
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"a": text}


# The search


@pytest.fixture
def many(store: SqlTaskStore) -> list[Task]:
    """Three reviews: of a bridge, then of a tunnel, then of a bridge again."""
    tasks = []
    for number, said in enumerate(("Bridge one is open", "The tunnel is shut", "Bridge two leaks")):
        article = make_article(f"a{number}", language="de" if number == 1 else "en")
        task = make_task(make_claim(said), article)
        tasks.append(
            publish(
                store,
                task,
                language=article.language,
                decided_at=NOW + timedelta(days=number),
            )
        )
    return tasks


def search(reader: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = reader.get("/v1alpha1/claims:search", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def texts(found: dict[str, Any]) -> list[str]:
    return [claim["text"] for claim in found["claims"]]


def test_a_search_answers_as_googles(reader: httpx.Client, many: list[Task]) -> None:
    found = search(reader, query="tunnel")
    assert found == {
        "claims": [
            {
                "text": "The tunnel is shut",
                "claimant": "Maria Lind",
                "claimDate": "2024-05-01T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "Example Desk", "site": "desk.example"},
                        "url": f"https://desk.example/published/{many[1].id}",
                        "title": "The tunnel is shut",
                        "reviewDate": "2024-05-03T00:00:00Z",
                        "textualRating": "Mostly false",
                        "languageCode": "de",
                    }
                ],
            }
        ]
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"query": "BRIDGE"}, [2, 0]),
        ({"query": "bridge leak"}, [2]),
        ({"query": "lind"}, [2, 1, 0]),
        ({"query": "nothing"}, []),
        ({"query": "?!"}, []),
        ({"query": "lind", "languageCode": "en-GB"}, [2, 0]),
        ({"query": "lind", "maxAgeDays": 8}, [2]),
        ({"query": "lind", "maxAgeDays": 9}, [2, 1]),
        ({"query": "lind", "maxAgeDays": 0}, [2, 1, 0]),
        ({"query": "lind", "offset": 1}, [1, 0]),
        ({"reviewPublisherSiteFilter": "desk.example"}, [2, 1, 0]),
        ({"reviewPublisherSiteFilter": "other.example"}, []),
        ({"query": "bridge", "reviewPublisherSiteFilter": "www.desk.example"}, [2, 0]),
        ({"query": "bridge", "key": "anything"}, [2, 0]),
    ],
)
def test_a_search_finds(
    reader: httpx.Client, many: list[Task], asked: dict[str, Any], found: list[int]
) -> None:
    assert texts(search(reader, **asked)) == [many[number].claim.text for number in found]


def test_pages_of_a_search_follow_each_other(reader: httpx.Client, many: list[Task]) -> None:
    seen: list[str] = []
    token = ""
    for _ in range(4):
        page = search(reader, query="lind", pageSize=1, pageToken=token, offset=0)
        seen += texts(page)
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert seen == [task.claim.text for task in reversed(many)]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "query"),
        ({"query": " "}, "query"),
        ({"query": "x" * 1_001}, "query"),
        ({"query": "x", "pageSize": -1}, "pageSize"),
        ({"query": "x", "maxAgeDays": "soon"}, "maxAgeDays"),
        ({"query": "x", "languageCode": "e n"}, "languageCode"),
        ({"query": "x", "pageToken": "forged"}, "cursor"),
    ],
)
def test_a_search_that_makes_no_sense_is_told_why(
    reader: httpx.Client, asked: dict[str, Any], says: str
) -> None:
    answer = reader.get("/v1alpha1/claims:search", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("accept", [PAGE, DATA])
def test_errors_come_in_the_readers_format(reader: httpx.Client, accept: dict[str, str]) -> None:
    answer = reader.get("/published/task_none", headers=accept)
    kind = "text/html" if accept is PAGE else "application/problem+json"
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(kind)


# Reading our own feed back


def test_the_evidence_loader_reads_our_own_feed(
    reader: httpx.Client, many: list[Task], tmp_path: Path
) -> None:
    file = tmp_path / "feed.json"
    file.write_bytes(reader.get("/published/claimreview.json").content)
    lines = list(read_rows(file))
    assert [line.error for line in lines if line.row is None] == []
    items = [to_evidence(line.row).evidence for line in lines if line.row is not None]
    items.sort(key=lambda item: str(item.date))
    assert [item.claim for item in items] == [task.claim.text for task in many]
    first = items[0]
    assert (first.kind, first.publisher, first.speaker, first.rating, first.date, first.url) == (
        EvidenceKind.FACT_CHECK,
        "Example Desk",
        "Maria Lind",
        "Mostly false",
        "2024-05-02",
        f"https://desk.example/published/{many[0].id}",
    )
    assert first.finding == "mostly_false"
    assert first.text == "The audit counted 9 million."


def test_a_verdict_whose_task_is_gone_is_published_without_its_articles() -> None:
    task = make_task()
    item = to_published(verdict_on(task), None, load_scale(None))
    assert (item.rating, item.appearances, item.sources) == (Rating.MOSTLY_FALSE, (), ())
