"""The pure heart of ingest: from an item, and what is known of it, to an article's revision."""

from dataclasses import dataclass
from typing import Literal

from schemas.article import MAX_TEXT, Article
from services.ingest.dates import offset_of
from services.ingest.item import Item, Rejected
from services.ingest.language import language_of
from services.ports.article_ledger import Seen
from services.runtime.ids import content_hash, stable_id

MAX_FIELD = 2_000
"""Characters of a title, a name, an address or a guid."""


@dataclass(frozen=True)
class Outcome:
    """What an item is: `article` is set for the first two."""

    state: Literal["new", "revised", "unchanged"]
    article: Article | None = None
    revision: int = 1


def article_of(item: Item) -> Article:
    """The article that `item` makes, as revision 1.

    Its id is a hash of source and guid; its content hash covers title, byline and text, because dates
    and addresses change without an edit. `ingested_at` stays empty: the moment is in the envelope
    (`ingesttime`), so that an article published again after a crash is the same event. Raises Rejected
    (`empty`, `too_large`, `field_too_long`).
    """
    _check(item)
    return Article(
        id=stable_id("art", item.source, item.guid),
        content_hash=content_hash("\n\n".join((item.title, item.byline or "", item.text))),
        source=item.source,
        guid=item.guid,
        url=item.url,
        title=item.title,
        byline=item.byline,
        publisher=item.publisher,
        language=language_of(item.text, item.language),
        published_at=item.published_at,
        published_offset=offset_of(item.published_at),
        modified_at=item.modified_at,
        text=item.text,
    )


def _check(item: Item) -> None:
    if not item.text:
        raise Rejected("empty", "there is no text in it")
    if len(item.text) > MAX_TEXT:
        raise Rejected("too_large", f"{len(item.text):,} characters; the limit is {MAX_TEXT:,}")
    for name in ("source", "guid", "url", "title", "byline", "publisher"):
        length = len(getattr(item, name) or "")
        if length > MAX_FIELD:
            raise Rejected(
                "field_too_long", f"{name} has {length:,} characters; the limit is {MAX_FIELD:,}"
            )


def revise(
    article: Article, last: Seen | None, stated: int | None, known: int | None = None
) -> Outcome:
    """What `article` is against what was last published.

    `stated` is the revision that the source itself gives, `known` the revision that already had this
    content. The next revision is one more than the last, or the stated one if that is higher. A source
    that numbers its revisions may show an old one again (a folder that keeps both): nothing new.
    """
    if last is None:
        first = article.model_copy(update={"revision": stated or 1})
        return Outcome("new", first, first.revision)
    old = known is not None and stated is not None and stated < last.revision
    if last.content_hash == article.content_hash or old:
        return Outcome("unchanged", revision=(known if old and known else last.revision))
    revision = max(last.revision + 1, stated or 1)
    return Outcome("revised", article.model_copy(update={"revision": revision}), revision)
