"""What leaves the desk as ClaimReview: valid, whole, and with nothing private."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import EvidenceKind
from schemas.task import Sighting, Task
from schemas.verdict import Rating, Verdict, VerdictStatus
from services.ports.published import Published
from services.review.claimreview import (
    ClaimReview,
    DataFeed,
    Organization,
    as_json,
    claim_review,
    feed_parts,
)
from services.review.claimsearch import found, is_site
from services.review.publishing import to_published
from services.review.scale import DEFAULT, load_scale
from services.runtime.errors import UserError
from tests.support.desk import make_article, make_claim, make_match, make_task

PUBLISHER = Organization(name="Example Desk", url="https://desk.example/")
DECIDED = datetime(2024, 5, 2, 12, tzinfo=UTC)


def verdict(**fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "id": "v1",
        "task_id": "task_1",
        "cluster_id": "c1",
        "claim": "The bridge cost 12 million euros",
        "speaker": "Maria Lind",
        "rating": Rating.MOSTLY_FALSE,
        "rationale": "The office counted 31 million.",
        "reviewer": "rita",
        "lease": 1,
        "decided_at": DECIDED,
    }
    return Verdict(**(given | fields))


def published(task: Task | None = None, **fields: Any) -> Published:
    return to_published(
        verdict(**fields), task or make_task(make_claim(), make_article()), load_scale(None)
    )


def made_of(item: Published) -> ClaimReview | None:
    return claim_review(
        item, publisher=PUBLISHER, base="https://desk.example", scale=load_scale(None)
    )


def review(task: Task | None = None, **fields: Any) -> ClaimReview:
    made = made_of(published(task, **fields))
    assert made is not None
    return made


def test_a_review_says_all_that_search_engines_ask_for() -> None:
    written = json.loads(as_json(review()))
    assert written == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": "https://desk.example/published/task_1",
        "url": "https://desk.example/published/task_1",
        "claimReviewed": "The bridge cost 12 million euros",
        "datePublished": "2024-05-02",
        "author": {"@type": "Organization", "name": "Example Desk", "url": "https://desk.example/"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Thing", "name": "Maria Lind"},
            "datePublished": "2024-05-01",
            "firstAppearance": {
                "@type": "CreativeWork",
                "url": "https://news.example/a1",
                "headline": "Story a1",
                "datePublished": "2024-05-01",
            },
            "appearance": [
                {
                    "@type": "CreativeWork",
                    "url": "https://news.example/a1",
                    "headline": "Story a1",
                    "datePublished": "2024-05-01",
                }
            ],
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "Mostly false",
            "ratingValue": 2,
            "bestRating": 5,
            "worstRating": 1,
        },
        "reviewBody": "The office counted 31 million.",
        "inLanguage": "en",
    }


def test_the_reviewer_stays_inside() -> None:
    assert "rita" not in as_json(review())


def test_what_has_no_number_is_published_in_words() -> None:
    rating = json.loads(as_json(review(rating=Rating.UNVERIFIABLE)))["reviewRating"]
    assert rating == {"@type": "Rating", "alternateName": "Unverifiable"}


@pytest.mark.parametrize(
    "fields", [{"rating": Rating.NOT_A_CLAIM}, {"status": VerdictStatus.WITHDRAWN}, {"claim": " "}]
)
def test_what_is_no_claim_or_was_taken_back_is_not_published(fields: dict[str, Any]) -> None:
    item = published(**fields)
    assert made_of(item) is None
    assert (item.rating, item.rationale, item.speaker, item.sources) == (None, "", None, ())


def test_a_correction_keeps_the_first_date_and_says_when_it_was_made() -> None:
    item = published().model_copy(update={"first_at": datetime(2024, 4, 1, tzinfo=UTC)})
    made = made_of(item)
    assert made is not None
    written = json.loads(as_json(made))
    assert (written["datePublished"], written["dateModified"]) == (
        "2024-04-01",
        "2024-05-02T12:00:00Z",
    )


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "not an address",
        "ftp://x.example/",
        "https://ann:secret@news.example/a",
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_left_out(url: str | None) -> None:
    made = review(make_task(make_claim(), make_article(url=url)))
    assert made.item_reviewed.appearance == ()
    assert "secret" not in as_json(made)


def test_of_many_articles_the_earliest_is_the_first_appearance() -> None:
    claim = make_claim()
    rows = [
        Sighting(
            article=make_article(f"a{day}", published_at=datetime(2024, 5, day, tzinfo=UTC)),
            claim=claim,
        )
        for day in (3, 1, 2)
    ]
    made = review(make_task(claim, make_article()).model_copy(update={"sightings": rows}))
    assert made.item_reviewed.first_appearance is not None
    assert str(made.item_reviewed.first_appearance.url) == "https://news.example/a1"
    assert len(made.item_reviewed.appearance) == 3


def test_the_sources_of_the_verdict_are_cited_and_no_other_evidence_is() -> None:
    task = make_task(make_claim(), make_article(), [make_match("e1"), make_match("e2")])
    written = json.loads(as_json(review(task, evidence_ids=["e2", "gone"])))
    assert written["citation"] == [
        {
            "@type": "CreativeWork",
            "name": "What the bridge cost (e2)",
            "url": "https://audit.example/e2",
            "publisher": {"@type": "Organization", "name": "Audit Office"},
            "datePublished": "2024-03-01",
        }
    ]


def test_an_earlier_verdict_is_cited_without_the_address_of_its_task() -> None:
    match = make_match("ev1")
    inside = match.evidence.model_copy(
        update={"kind": EvidenceKind.VERDICT, "url": "https://desk.example/tasks/t9"}
    )
    task = make_task(make_claim(), make_article(), [match.model_copy(update={"evidence": inside})])
    assert "/tasks/" not in as_json(review(task, evidence_ids=["ev1"]))


@given(
    st.text(min_size=1).filter(str.strip),
    st.text(max_size=50),
    st.none() | st.text(min_size=1, max_size=20).filter(str.strip),
    st.sampled_from([rating for rating, grade in DEFAULT.items() if grade.published]),
)
def test_whatever_was_decided_is_valid_markup(
    claim: str, rationale: str, speaker: str | None, rating: Rating
) -> None:
    made = review(claim=claim, rationale=rationale, speaker=speaker, rating=rating)
    assert ClaimReview.model_validate_json(as_json(made)) == made


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_feed_is_written_review_by_review(count: int) -> None:
    ratings = [Rating.MOSTLY_FALSE, Rating.TRUE][:count]
    parts = list(feed_parts("Example Desk", (review(rating=rating) for rating in ratings), DECIDED))
    again = DataFeed.model_validate_json("".join(parts))
    assert [one.review_rating.rating_value for one in again.data_feed_element] == [2, 5][:count]
    assert (again.name, again.date_modified) == ("Example Desk", DECIDED)


def test_a_row_of_a_search_is_as_google_writes_it() -> None:
    assert found(review()).model_dump(by_alias=True, exclude_none=True, mode="json") == {
        "text": "The bridge cost 12 million euros",
        "claimant": "Maria Lind",
        "claimDate": "2024-05-01T00:00:00Z",
        "claimReview": [
            {
                "publisher": {"name": "Example Desk", "site": "desk.example"},
                "url": "https://desk.example/published/task_1",
                "title": "The bridge cost 12 million euros",
                "reviewDate": "2024-05-02T00:00:00Z",
                "textualRating": "Mostly false",
                "languageCode": "en",
            }
        ],
    }


@pytest.mark.parametrize(
    ("site", "wanted", "same"),
    [
        ("desk.example", "desk.example", True),
        ("www.desk.example", "Desk.Example", True),
        ("facts.desk.example", "desk.example", True),
        ("desk.example", "facts.desk.example", False),
        ("otherdesk.example", "desk.example", False),
    ],
)
def test_a_site_is_the_publishers_or_above_it(site: str, wanted: str, same: bool) -> None:
    assert is_site(site, wanted) is same


def test_a_desk_names_its_own_ratings(tmp_path: Path) -> None:
    file = tmp_path / "scale.json"
    file.write_text('{"false": {"name": "Wrong", "value": 1}, "half_true": {"name": "Mixed"}}')
    scale = load_scale(file)
    assert scale.of(Rating.FALSE).name == "Wrong"
    assert scale.of(Rating.HALF_TRUE).value is None
    assert scale.of(Rating.TRUE) == DEFAULT[Rating.TRUE]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ('{"wrong": {"name": "x"}}', "wrong"),
        ('{"false": {"name": "", "value": 1}}', "name"),
        ('{"false": {"name": "x", "value": 9}}', "value"),
        (
            '{"false": {"name": "x", "value": 5}, "true": {"name": "y", "value": 1}}',
            "from true to false",
        ),
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "scale.json"
    file.write_text(text)
    with pytest.raises(UserError, match=told):
        load_scale(file)
