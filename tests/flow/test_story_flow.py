"""A wire story in two feeds, then an edit, a correction and a withdrawal: what a reviewer sees of each."""

from typing import Any
from xml.sax.saxutils import escape

from schemas.article import Article
from schemas.task import Sighting
from schemas.topics import ARTICLES
from services.ingest.intake import Intake
from services.ingest.item import Document, Item
from services.runtime.events import decode

CLAIM = "The Lakeport bridge carried 40,000 vehicles a day in 2023"
BODY = (
    "The council of Lakeport argued for three hours on Monday about the old bridge over the harbour.",
    f'"{CLAIM}," Mayor Ada Hallam told the council.',
    "The opposition wants to close the bridge to lorries and to build a tunnel for them further north.",
    '"The tunnel would cost 900 million crowns," said Tilde Aumann, who leads the opposition.',
    "The council votes on both plans in June, after the report of its engineers.",
)
DAY = "Mon, 06 May 2024 09:00:00 GMT"


def feed(host: str, paragraphs: tuple[str, ...], title: str) -> Document:
    body = escape("".join(f"<p>{escape(one)}</p>" for one in paragraphs))
    xml = (
        '<?xml version="1.0"?><rss version="2.0"><channel>'
        f"<title>{host}</title><link>https://{host}/</link><description>News</description><item>"
        f"<title>{title}</title><guid>bridge-1</guid><link>https://{host}/bridge</link>"
        f"<pubDate>{DAY}</pubDate><description>{body}</description></item></channel></rss>"
    )
    return Document(f"{host}.xml", xml.encode(), url=f"https://{host}/rss", kind="feed")


def articles(desk: Any) -> list[Article]:
    found = [decode(ARTICLES, record.value).data for record in desk.app.admin.read(ARTICLES)]
    return sorted(found, key=lambda one: (one.source, one.revision))  # Kafka reads by partition


def task_of(desk: Any, words: str) -> list[Sighting]:
    """The sightings of the one task whose claim has these words."""
    page, _ = desk.app.task_store.page(limit=100)
    (found,) = [row.task for row in page if words in row.task.claim.text]
    return sorted(found.sightings, key=lambda one: one.article.source)


def test_a_wire_story_its_edit_its_correction_and_its_withdrawal(desk: Any) -> None:
    paper = ("LAKEPORT, May 6 (Reuters) - " + BODY[0], *BODY[1:])
    desk.ingest_document(feed("wire.example", BODY, "Bridge"))
    desk.ingest_document(feed("paper.example", paper, "Mayor defends bridge"))
    with desk.running() as settle:
        settle()
        copy, first = articles(desk)
        assert copy.story_id == first.story_id
        assert copy.copy_of is not None
        assert copy.copy_of.article_id == first.id
        assert (first.agency, copy.agency) == (None, "Reuters")
        seen = task_of(desk, "40,000 vehicles")
        assert [one.article.story_id for one in seen] == [first.story_id] * 2
        assert [one.article.remarks for one in seen] == [[], []]

        # The paper alters the quotation and says nothing: words of its own, marked for the reviewer.
        altered = tuple(one.replace("40,000", "31,000") for one in paper)
        desk.ingest_document(feed("paper.example", altered, "Mayor defends bridge"))
        settle()
        edit = articles(desk)[1]
        assert (edit.revision, edit.previous_revision, edit.silent_edit) == (2, 1, True)
        assert edit.story_id == first.story_id
        (silent,) = task_of(desk, "31,000 vehicles")
        assert silent.article.remarks == ["Edited without a notice: “40,000” became “31,000”."]

        # Then it says so. The notice is no claim.
        notice = "Correction: An earlier version of this article said that 40,000 vehicles crossed."
        desk.ingest_document(feed("paper.example", (*altered, notice), "Mayor defends bridge"))
        settle()
        (corrected,) = task_of(desk, "31,000 vehicles")
        assert (corrected.article.revision, corrected.article.status) == (3, "corrected")
        assert corrected.article.remarks == [f"The source has corrected the article: “{notice}”"]
        assert corrected.article.notices[0].wrong == "40,000 vehicles crossed"
        page, _ = desk.app.task_store.page(limit=100)
        assert not [row for row in page if "vehicles crossed" in row.task.claim.text]

        # The wire takes the story back: its words stay, under the notice.
        gone = Item(first.source, first.guid, "", withdrawn="The feed deleted it.")
        intake = Intake(desk.app.producer, desk.app.ledger, desk.app.clock)
        (result,) = intake.take([gone])
        assert (result.state, result.revision) == ("revised", 2)
        settle()
        for words in ("40,000 vehicles", "900 million crowns"):
            wire = [one for one in task_of(desk, words) if "wire" in one.article.source]
            assert [one.article.status for one in wire] == ["withdrawn"]
            assert wire[0].article.remarks == [
                "The source has withdrawn the article: “The feed deleted it.”"
            ]
        assert len({article.story_id for article in articles(desk)}) == 1
