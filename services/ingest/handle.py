"""The pure heart of ingest: from an item, and what is known of it, to an article's revision."""

from dataclasses import dataclass
from typing import Literal

from schemas.article import MAX_TEXT, Article, ArticleStatus, Notice, NoticeKind
from services.ingest.agencies import agency_of
from services.ingest.changes import compare
from services.ingest.dates import offset_of
from services.ingest.item import Item, Rejected
from services.ingest.language import language_of
from services.ingest.notices import find_notices, status_of
from services.ingest.stories import CONTAINMENT, Words
from services.ports.article_ledger import Seen
from services.runtime.ids import content_hash, stable_id

MAX_FIELD = 2_000
"""Characters of a title, a name, an address or a guid."""


@dataclass(frozen=True)
class Outcome:
    """What an item is. `article` is what to publish; of an unchanged one, what was given."""

    state: Literal["new", "revised", "unchanged"]
    article: Article
    revision: int = 1


def article_of(item: Item) -> Article:
    """The article that `item` makes, as revision 1.

    Its id is a hash of source and guid; its content hash covers title, byline, text and whether the source
    took it back, because dates and addresses change without an edit. Status, notices and agency are told
    from its words. `ingested_at` stays empty: the moment is in the envelope
    (`ingesttime`), so that an article published again after a crash is the same event. Raises Rejected
    (`empty`, `too_large`, `field_too_long`).
    """
    _check(item)
    text = item.text or item.withdrawn or ""
    notices = _notices(item)
    told = [item.title, item.byline or "", text, *([item.withdrawn] if item.withdrawn else [])]
    return Article(
        id=stable_id("art", item.source, item.guid),
        content_hash=content_hash("\n\n".join(told)),
        source=item.source,
        guid=item.guid,
        url=item.url,
        title=item.title,
        byline=item.byline,
        publisher=item.publisher,
        language=language_of(text, item.language),
        published_at=item.published_at,
        published_offset=offset_of(item.published_at),
        modified_at=item.modified_at,
        text=text,
        status=status_of(notices),
        notices=notices,
        agency=agency_of(text, item.byline, item.publisher),
    )


def _notices(item: Item) -> list[Notice]:
    found = find_notices(item.title, item.text)
    if not item.withdrawn:
        return found
    return [Notice(kind=NoticeKind.WITHDRAWAL, text=item.withdrawn), *found]


def _check(item: Item) -> None:
    if not item.text and not item.withdrawn:
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
        return Outcome("unchanged", article, known if old and known else last.revision)
    revision = max(last.revision + 1, stated or 1)
    return Outcome("revised", article.model_copy(update={"revision": revision}), revision)


def edited(article: Article, before: Article | None, previous: int) -> Article:
    """`article` as an edit of revision `previous`, whose content is `before` if that was kept.

    An edit of a quotation or a number is silent when the source tells nothing new about it. A withdrawn
    article whose text is gone keeps the one before, so that its claims are still found.
    """
    if before is None:
        return article.model_copy(update={"previous_revision": previous})
    if article.status is ArticleStatus.WITHDRAWN and _is_gone(article, before):
        article = _restored(article, before)
    found = compare(before, article)
    told = {notice.text for notice in article.notices} - {notice.text for notice in before.notices}
    return article.model_copy(
        update={
            "previous_revision": previous,
            "changes": found.changes,
            "changes_omitted": found.omitted,
            "silent_edit": found.alters and not told,
        }
    )


def _is_gone(article: Article, before: Article) -> bool:
    return Words.of(article.text).containment(Words.of(before.text)) < CONTAINMENT


def _restored(article: Article, before: Article) -> Article:
    """The words of `before` under the status and notices of `article`, which then stand outside the text."""
    kept = ("title", "byline", "text", "language", "agency", "published_at", "published_offset")
    outside = [notice.model_copy(update={"span": None}) for notice in article.notices]
    return article.model_copy(
        update={name: getattr(before, name) for name in kept} | {"notices": outside}
    )
