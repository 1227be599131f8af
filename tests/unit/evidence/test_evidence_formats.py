"""What a file is, told by its content; pages, statements, news items and answers of the Fact Check Tools."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.evidence import Evidence, EvidenceKind, Finding
from services.evidence.files import read_rows
from services.evidence.line import Line
from services.evidence.rows import to_evidence
from services.evidence.statements import PART, Given, front_matter
from services.runtime.errors import UserError

SAID = "The ministry will build four bridges by 2030, the minister said. It will cost 90 million."


def lines(path: Path, content: str | bytes, given: Given | None = None) -> list[Line]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, given or Given()))


def items(path: Path, content: str | bytes, given: Given | None = None) -> list[Evidence]:
    found = lines(path, content, given)
    assert all(one.row is not None for one in found), found
    return [to_evidence(one.row).evidence for one in found if one.row is not None]


@pytest.mark.parametrize(
    "content",
    [
        '{"claim": "a", "id": "1"}\n{"claim": "b", "id": "2"}\n',
        '[{"claim": "a", "id": "1"},\n {"claim": "b", "id": "2"}]',
        '{"items": [{"claim": "a", "id": "1"}, {"claim": "b", "id": "2"}]}',
        "id,claim\n1,a\n2,b\n",
        "id;claim\n1;a\n2;b\n",
    ],
)
@pytest.mark.parametrize("name", ["e.txt", "e", "e.dat.gz"])
def test_the_content_says_what_a_file_is(tmp_path: Path, name: str, content: str) -> None:
    packed = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    assert [(one.id, one.claim) for one in items(tmp_path / name, packed)] == [
        ("1", "a"),
        ("2", "b"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"%PDF-1.7", "PDF"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "claimdesk ingest"),
        (bytes(range(256)) * 8, "neither text nor"),
    ],
)
def test_a_file_that_is_not_for_us_names_the_remedy(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        lines(tmp_path / "e.bin", content)


def test_a_table_without_a_heading_of_ours_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no heading in its first line"):
        lines(tmp_path / "e.csv", "the first row,was a claim\nanother,one\n")


def test_a_table_shaped_like_claim_review(tmp_path: Path) -> None:
    header = (
        ",rating_ratingValue,rating_alternateName,creativeWork_author_name,claimReview_author_name,"
        "claimReview_author_url,claimReview_url,claimReview_claimReviewed,claimReview_datePublished,"
        "extra_body,extra_title"
    )
    rows = (
        "0,,Pants on Fire,Jo Berg,riverfacts,https://x.org/staff/jo-berg/,https://x.org/1,Rain is dry,2021-07-20,Body,Title",
        "1,,Oddly so,Ada Lind,riverfacts,,https://x.org/2,,2021-07-20,Body,Only a title",
    )
    first, second = items(tmp_path / "e.csv", "\n".join((header, *rows)))
    assert (first.claim, first.title, first.text) == ("Rain is dry", "Title", "Body")
    assert (first.finding, first.publisher, first.date) == (
        Finding.FALSE,
        "riverfacts",
        "2021-07-20",
    )
    assert first.speaker is None  # the check's own author stands in the claimant's place
    assert (second.claim, second.speaker, second.rating, second.finding) == (
        "Only a title",
        "Ada Lind",
        "Oddly so",
        None,
    )


def test_answers_of_the_fact_check_tools(tmp_path: Path) -> None:
    answer = {
        "claims": [
            {
                "text": "Rain is dry",
                "claimant": "Ada Lind",
                "claimDate": "2021-07-01T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "River Check", "site": "check.example.org"},
                        "url": "https://check.example.org/rain",
                        "title": "No, rain is wet",
                        "reviewDate": "2021-07-09T00:00:00Z",
                        "textualRating": "False",
                        "languageCode": "en",
                    },
                    None,
                ],
            },
            {"text": "never reviewed", "claimReview": []},
        ],
        "nextPageToken": "x",
    }
    good, null, bare = lines(tmp_path / "answer.json", json.dumps(answer))
    assert good.row is not None
    found = to_evidence(good.row).evidence
    assert (found.claim, found.speaker, found.publisher, found.date, found.finding) == (
        "Rain is dry",
        "Ada Lind",
        "River Check",
        "2021-07-09",
        Finding.FALSE,
    )
    assert (null.row, bare.row) == (None, None)
    assert "without a review" in bare.error


def news(**fields: Any) -> dict[str, Any]:
    return {
        "uri": "urn:news:1",
        "type": "text",
        "version": "3",
        "pubStatus": "usable",
        "versionCreated": "2023-05-04T10:00:00+02:00",
        "language": "en-GB",
        "copyrightHolder": "Norvale News",
        "headlines": [
            {"role": "sub", "value": "Small"},
            {"role": "main", "value": "Dam is finished"},
        ],
        "bodies": [
            {"contentType": "text/html", "value": f"<p>{SAID}</p><p>&copy; It rained.</p>"},
            {"contentType": "text/plain", "value": "short"},
        ],
        **fields,
    }


def test_a_news_text_is_a_report(tmp_path: Path) -> None:
    (found,) = items(tmp_path / "n.json", json.dumps(news()))
    assert found == Evidence(
        id="urn:news:1",
        kind=EvidenceKind.REPORT,
        claim="Dam is finished",
        title="Dam is finished",
        text=f"{SAID}\n\n© It rained.",
        publisher="Norvale News",
        date="2023-05-04",
        revision=3,
    )


def test_news_of_the_first_version_is_read_too(tmp_path: Path) -> None:
    old = {
        "uri": "http://x.org/1",
        "type": "text",
        "versioncreated": "2013-07-09T10:37:00Z",
        "headline": "Dam is finished",
        "body_text": SAID,
        "byline": "Ada Lind",
    }
    (found,) = items(tmp_path / "n.json", json.dumps([old]))
    assert (found.claim, found.text, found.publisher) == ("Dam is finished", SAID, "x.org")


@pytest.mark.parametrize(("status", "reason"), [("canceled", "killed"), ("withheld", "withholds")])
def test_news_that_may_not_be_used_is_a_withdrawal(
    tmp_path: Path, status: str, reason: str
) -> None:
    (found,) = items(tmp_path / "n.json", json.dumps(news(pubStatus=status, bodies=[])))
    assert found.withdrawn is not None
    assert reason in found.withdrawn


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"type": "picture"}, "'picture'"), ({"bodies": []}, "without text")],
)
def test_news_without_text_is_rejected(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    (found,) = lines(tmp_path / "n.json", json.dumps(news(**fields)))
    assert reason in found.error


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html lang='en-GB'><head>{head}</head><body>{body}</body></html>"


def test_a_page_with_several_reviews_and_a_broken_script(tmp_path: Path) -> None:
    def script(text: str) -> str:
        return f"<script type='application/ld+json'>{text}</script>"

    review = {"@type": "ClaimReview", "claimReviewed": "a\tb"}
    head = (
        "<link rel='canonical' href='https://x.org/1'>"
        + script(json.dumps({"@type": "Organization"}))
        + script(json.dumps(review).replace("\\t", "\t"))  # as publishers leave them
        + script(json.dumps([{**review, "claimReviewed": "c", "url": "https://x.org/2"}]))
        + script("{not json")
    )
    found = lines(tmp_path / "p.html", page(f"<p>{SAID}</p>", head))
    rows = [to_evidence(one.row).evidence for one in found if one.row]
    assert [(one.claim, one.url) for one in rows] == [
        ("a b", "https://x.org/1"),
        ("c", "https://x.org/2"),
    ]
    assert [(one.place, one.lost) for one in found if one.row is None] == [("script 4", True)]


def test_a_press_release_as_a_page(tmp_path: Path) -> None:
    head = (
        "<title>Four bridges | Ministry</title><meta property='og:title' content='Four bridges'>"
        "<meta property='og:site_name' content='Ministry of Works'>"
        "<meta property='article:published_time' content='2024-02-03T10:00:00Z'>"
        "<link rel='canonical' href='https://works.example.org/bridges'>"
    )
    body = (
        "<nav>Home News</nav><article><p>Teaser</p></article><main><h1>Four bridges</h1>"
        f"<p>{SAID}</p><script>x()</script><p>Second&nbsp;one.</p></main><footer>Imprint</footer>"
    )
    (found,) = items(tmp_path / "p.html", page(body, head), Given(speaker="Minister Ek"))
    assert (found.kind, found.claim, found.publisher, found.date, found.language) == (
        EvidenceKind.OFFICIAL_STATEMENT,
        "Four bridges",
        "Ministry of Works",
        "2024-02-03",
        "en",
    )
    assert found.speaker == "Minister Ek"
    assert found.text == f"Four bridges\n\n{SAID}\n\nSecond one."


@pytest.mark.parametrize(
    ("body", "head", "reason"),
    [
        ("<form><input type='password'></form>" + SAID, "", "login form"),
        (f"<h1>Sign in to continue</h1><p>{SAID}</p>", "", "login form"),
        (f"<h1>Page not found</h1><p>{SAID}</p>", "", "error page"),
        ("<p>Sorry, this article could not be found. Try our home page instead.</p>", "", "error"),
        (f"<p>{SAID}</p>", "<title>404 - Not Found</title>", "error page"),
        (f"<p>{SAID}</p>", "<title>Just a moment...</title>", "error page"),
        ("<div id='app'></div><script>render()</script>", "<title>News</title>", "without text"),
    ],
)
def test_a_page_that_nobody_published_is_rejected(
    tmp_path: Path, body: str, head: str, reason: str
) -> None:
    (found,) = lines(tmp_path / "p.html", page(body, head))
    assert reason in found.error
    assert found.row is None


def test_a_long_page_about_passwords_is_a_page(tmp_path: Path) -> None:
    body = f"<h1>Sign in fees are not found to be legal</h1><p>{SAID * 40}</p>"
    assert len(items(tmp_path / "p.html", page(body))) == 1


def test_a_page_in_an_old_encoding(tmp_path: Path) -> None:
    head = "<meta charset='iso-8859-2'><title>Łódź</title>"
    (found,) = items(tmp_path / "p.html", page(f"<p>{SAID}</p>", head).encode("iso-8859-2"))
    assert found.claim == "Łódź"


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: 'Four bridges'\nspeaker: Minister Ek\ndate: 3 February 2024\nother: x\n---\n",
        "Title: Four bridges\nSpeaker: Minister Ek\nDate: 3 February 2024\n\n",
    ],
)
def test_front_matter_is_read_and_what_is_given_wins(tmp_path: Path, front: str) -> None:
    (found,) = items(tmp_path / "s.txt", front + SAID, Given(publisher="Works", date="2024-02-04"))
    assert found.text == SAID
    assert (found.title, found.speaker, found.publisher, found.date) == (
        "Four bridges",
        "Minister Ek",
        "Works",
        "2024-02-04",
    )


def test_a_transcript_that_starts_with_a_speaker_has_no_front_matter() -> None:
    text = "Minister Ek: Good morning.\nA reporter: Why?\n\nMinister Ek: Because."
    assert front_matter(text) == ({}, text)


def test_a_revised_text_keeps_its_id(tmp_path: Path) -> None:
    given = Given(title="Four bridges", publisher="Works", date="2024-02-03")
    (old,) = items(tmp_path / "s.txt", SAID, given)
    (new,) = items(tmp_path / "t.txt", SAID + " Corrected.", given)
    assert old.id == new.id


def test_a_transcript_of_ten_megabytes_loses_nothing(tmp_path: Path) -> None:
    turn = "Minister Ek: We will build bridges, many of them, and soon.\n\n"
    text = (turn * (10_000_000 // len(turn))).strip()
    found = items(tmp_path / "long.txt", text, Given(title="Hearing"))
    assert "".join(one.text for one in found).replace("\n", "") == text.replace("\n", "")
    assert all(len(one.text) <= PART for one in found)
    assert len({one.id for one in found}) == len(found) == 51
    assert found[1].claim == "Hearing (part 2 of 51)"


def test_a_text_without_words_is_rejected(tmp_path: Path) -> None:
    (found,) = lines(tmp_path / "s.txt", "1 2 3 4 --- 5 6 7\n" * 9)
    assert "without text" in found.error


def test_a_text_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.evidence.files._TEXT_BYTES", 1 << 20)
    with pytest.raises(UserError, match="longer than 1 MiB"):
        lines(tmp_path / "s.txt", SAID * 20_000)
