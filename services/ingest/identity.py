"""Which article an item is when its guid is new, or was used for another article before."""

from datetime import timedelta

from schemas.article import Article
from services.ingest.stories import CONTAINMENT, FEWEST, Words

RESEMBLANCE = 0.9
"""From here on two texts of one source are one article under two guids, if their numbers agree."""

DISJOINT = 0.1
"""Below this containment two texts have nothing to do with one another."""

CLOSE = timedelta(days=2)
"""Publication times of one article under two guids differ by at most this."""


def is_reused(known: Article, words: Words, given: Article) -> bool:
    """Whether the source used `known`'s guid again for another article.

    Title, address and text must all be others: of an article that is rewritten, one of them stays.
    """
    if not known.url or not given.url or known.url == given.url or known.title == given.title:
        return False
    old = Words.of(known.text)
    if min(len(old.shingles), len(words.shingles)) < FEWEST:
        return False
    return old.containment(words) < DISJOINT


def is_republished(known: Article, words: Words, given: Article) -> bool:
    """Whether `given` is `known`, of the same source, under a new guid.

    At one address it is when text or title is the same: many feeds link every item to one page. Elsewhere
    only a text that is nearly the same to the word and in every number, published within two days.
    """
    old = Words.of(known.text)
    short = min(len(old.shingles), len(words.shingles)) < FEWEST
    if known.url and known.url == given.url:
        same_title = bool(known.title) and known.title == given.title
        return (
            known.text == given.text
            or same_title
            or (not short and old.containment(words) >= CONTAINMENT)
        )
    if short or old.numbers != words.numbers or not _close(known, given):
        return False
    return old.resemblance(words) >= RESEMBLANCE


def _close(one: Article, other: Article) -> bool:
    if one.published_at is None or other.published_at is None:
        return True
    return abs(one.published_at - other.published_at) <= CLOSE
