"""An article as ingest stored it: the text that every offset downstream points into."""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from schemas.base import Identifier, Model, Probability, Span, UtcDatetime

MAX_TEXT = 2_000_000
"""Characters of text an article may have; longer ones are refused where they enter."""


MOST_ALTERED = 5
"""Altered quotations and numbers that a reference to an article repeats."""


class ArticleStatus(StrEnum):
    """What the source says of the article as a whole."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class NoticeKind(StrEnum):
    """What a source says about its own article."""

    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    EDITORS_NOTE = "editors_note"
    UPDATE = "update"
    WITHDRAWAL = "withdrawal"


class Notice(Model):
    """Words of the source about its own article; they are none of its reporting."""

    kind: NoticeKind
    text: str
    span: Span | None = Field(default=None, description="Null when it stands outside the text")
    wrong: str | None = Field(default=None, description="What was wrong, in the notice's words")
    right: str | None = Field(default=None, description="What is right, in the notice's words")


class WordChange(Model):
    """Words that differ from the revision before: `before` became `after`, which stands at `span`.

    Either is empty when words were added or taken out; long ones are cut and end with an ellipsis.
    """

    field: Literal["title", "byline", "text"] = "text"
    span: Span = Field(description="Offsets [start, end) into the field as it is now")
    before: str
    after: str
    quotation: bool = Field(default=False, description="Words within a quotation changed")
    number: bool = Field(default=False, description="A number changed")


class Copy(Model):
    """An article of the same story that this one repeats."""

    article_id: Identifier
    containment: Probability = Field(
        description="Share of the shorter text's runs of three words that stand in the other too"
    )


class Article(Model):
    """One revision of one article.

    `id` is a hash of source and guid, so that reading a feed twice gives the same article; `revision`
    counts its distinct contents from 1, and `content_hash` names this one. A withdrawn article whose
    text is gone repeats the text that was last published, so that its claims are still found.
    """

    id: Identifier
    revision: int = Field(default=1, ge=1)
    content_hash: str = ""
    source: str = Field(description="The feed, folder or pusher that the article came from")
    guid: str = Field(description="The source's own id of the article")
    url: str | None = None
    title: str = ""
    byline: str | None = None
    publisher: str | None = None
    language: str = Field(default="und", description="BCP 47; und when it could not be told")
    published_at: UtcDatetime | None = None
    published_offset: int | None = Field(
        default=None,
        ge=-840,
        le=840,
        description="Minutes east of UTC of the clock that `published_at` was read on",
    )
    modified_at: UtcDatetime | None = None
    ingested_at: UtcDatetime | None = None
    media_type: Literal["text/plain"] = "text/plain"
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    status: ArticleStatus = ArticleStatus.PUBLISHED
    notices: list[Notice] = []
    agency: str | None = Field(default=None, description="The news agency the text came from")
    story_id: Identifier | None = Field(
        default=None, description="Shared by all copies of one text, whoever carries them"
    )
    copy_of: Copy | None = None
    previous_revision: int | None = Field(default=None, ge=1)
    changes: list[WordChange] = Field(
        default=[], description="Against the revision before, if kept"
    )
    changes_omitted: int = Field(default=0, ge=0, description="Changes beyond those listed")
    silent_edit: bool = Field(
        default=False, description="A quotation or number changed and no notice says so"
    )

    @property
    def published_local(self) -> datetime | None:
        """When it was published, on the source's own clock where that is told, in UTC otherwise.

        Its day is the one that the article's "today" and "Wednesday" are counted from.
        """
        if self.published_at is None or self.published_offset is None:
            return self.published_at
        try:
            return self.published_at.astimezone(timezone(timedelta(minutes=self.published_offset)))
        except OverflowError:  # within a day of the calendar's end
            return self.published_at


class ArticleRef(Model):
    """What later events repeat of the article, so that a reader of one needs no join."""

    id: Identifier
    revision: int = Field(default=1, ge=1)
    source: str = ""
    url: str | None = None
    title: str = ""
    publisher: str | None = None
    language: str = "und"
    published_at: UtcDatetime | None = None
    status: ArticleStatus = ArticleStatus.PUBLISHED
    notices: list[Notice] = []
    agency: str | None = None
    story_id: Identifier | None = None
    silent_edit: bool = False
    altered: list[WordChange] = Field(
        default=[], description="Changes of this revision to quotations and numbers"
    )

    @classmethod
    def of(cls, article: Article) -> "ArticleRef":
        """The reference to `article`."""
        given: dict[str, Any] = article.model_dump(include=set(cls.model_fields))
        altered = [change for change in article.changes if change.quotation or change.number]
        return cls.model_validate(given | {"altered": altered[:MOST_ALTERED]})

    @property
    def remarks(self) -> list[str]:
        """What a reader of its claims must know of the article, in a sentence each."""
        told = [f"{_REMARKS[notice.kind]} “{notice.text}”" for notice in self.notices]
        if self.silent_edit:
            told.extend(
                f"Edited without a notice: “{change.before}” became “{change.after}”."
                for change in self.altered
            )
        return told


_REMARKS = {
    NoticeKind.CORRECTION: "The source has corrected the article:",
    NoticeKind.CLARIFICATION: "The source has clarified the article:",
    NoticeKind.EDITORS_NOTE: "The source notes:",
    NoticeKind.UPDATE: "The source has updated the article:",
    NoticeKind.WITHDRAWAL: "The source has withdrawn the article:",
}
