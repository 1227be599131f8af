"""An article as ingest stored it: the text that every offset downstream points into."""

from datetime import datetime, timedelta, timezone
from typing import Literal

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime

MAX_TEXT = 2_000_000
"""Characters of text an article may have; longer ones are refused where they enter."""


class Article(Model):
    """One revision of one article.

    `id` is a hash of source and guid, so that reading a feed twice gives the same article; `revision`
    counts its distinct contents from 1, and `content_hash` names this one.
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

    @classmethod
    def of(cls, article: Article) -> "ArticleRef":
        """The reference to `article`."""
        return cls.model_validate(article.model_dump(include=set(cls.model_fields)))
