"""What an item is: which article, which revision, which story. Asks the ledger, publishes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from schemas.article import Article, Copy
from services.ingest.handle import Outcome, article_of, edited, revise
from services.ingest.identity import is_republished, is_reused
from services.ingest.item import Item, Rejected
from services.ingest.stories import CANDIDATES, SHARED, Candidate, Words, join
from services.ports.article_ledger import Alias, Member, Seen, Taking
from services.runtime.ids import stable_id


@dataclass(frozen=True)
class Given:
    """An item, the article that it makes by itself, and its words."""

    item: Item
    article: Article

    @classmethod
    def of(cls, item: Item) -> "Given":
        """Raises Rejected."""
        return cls(item, article_of(item))

    @cached_property
    def words(self) -> Words:
        """What the text is compared by; most items are known, and need none."""
        return Words.of(self.article.text)


@dataclass(frozen=True)
class Decision:
    """What an item is, and the id to remember as another one of its article, if it came under one."""

    outcome: Outcome
    alias: str | None = None


def decide(given: Given, ledger: Taking) -> Decision:
    """The article and revision that `given` is, in its story.

    Raises Rejected (`unknown_article`) for the withdrawal of an article that was never read.
    """
    alike = _Alike(given, ledger)
    article, alias = _identified(given, alike, ledger)
    own = ledger.aliases([alias]).get(alias) if alias else None
    last = ledger.last([article.id]).get(article.id)
    if own and last and own.content_hash == article.content_hash:
        # The article's other guid may show another text: neither is an edit of the other.
        return Decision(Outcome("unchanged", article, last.revision), alias)
    if last is None and given.item.withdrawn:
        raise Rejected("unknown_article", "a withdrawal of an article that was never read")
    known = _known_revision(article, given.item, last, ledger)
    outcome = revise(article, last, given.item.revision, known)
    if outcome.state == "unchanged":
        return Decision(outcome, alias)
    article = outcome.article
    if last is not None:
        article = edited(article, ledger.content(article.id), last.revision)
    folded = _folded(article, given, alike, ledger)
    return Decision(Outcome(outcome.state, folded, outcome.revision), alias)


def remember(decision: Decision, given: Given, ledger: Taking, now: datetime) -> None:
    """Stage what is new, and what the article is also called by."""
    article, alias = decision.outcome.article, decision.alias
    if alias and alias != article.id and not ledger.aliases([article.id]):
        last = ledger.last([article.id])[article.id]
        ledger.name(article.id, Alias(article.id, last.content_hash))
    if decision.outcome.state != "unchanged":
        ledger.stage(article, _words(article, given).sketch, now)
    if alias:
        ledger.name(alias, Alias(article.id, given.article.content_hash))


def _words(article: Article, given: Given) -> Words:
    return given.words if article.text == given.article.text else Words.of(article.text)


def _known_revision(article: Article, item: Item, last: Seen | None, ledger: Taking) -> int | None:
    if last is None or item.revision is None or item.revision >= last.revision:
        return None
    return ledger.revision_of(article.id, article.content_hash)


# Identity


def _identified(given: Given, alike: "_Alike", ledger: Taking) -> tuple[Article, str | None]:
    """The article under the id and guid that it is known by, and the id to remember as its alias."""
    article, alias = given.article, None
    if known := ledger.aliases([article.id]).get(article.id):
        article, alias = _as(article, known.article_id, ledger), article.id
    elif not ledger.last([article.id]) and (republished := _republished(given, alike, ledger)):
        article, alias = republished, article.id
    before = None if given.item.withdrawn else ledger.content(article.id)
    if before is None or not is_reused(before, given.words, article):
        return article, alias
    # The guid was another article's before: this one goes by its address.
    url = str(article.url)
    by_address = {"id": stable_id("art", article.source, url), "guid": url}
    return article.model_copy(update=by_address), None


def _republished(given: Given, alike: "_Alike", ledger: Taking) -> Article | None:
    """The article that the same source has published before, under another guid."""
    article = given.article
    at_address = ledger.at_address(article.source, article.url) if article.url else None
    if given.item.withdrawn:
        return _as(article, at_address, ledger) if at_address else None
    known = ledger.content(at_address) if at_address else None
    if known and is_republished(known, given.words, article):
        return _as(article, known.id, ledger)
    for member in alike.members(given.words):
        known = alike.content(member.article_id)
        if known and known.source == article.source and is_republished(known, given.words, article):
            return _as(article, known.id, ledger)
    return None


def _as(article: Article, article_id: str, ledger: Taking) -> Article:
    known = ledger.content(article_id)
    guid = known.guid if known else article.guid
    return article.model_copy(update={"id": article_id, "guid": guid})


# Stories


class _Alike:
    """The articles that may carry the same text as an item, asked for once."""

    def __init__(self, given: Given, ledger: Taking) -> None:
        self._given, self._ledger = given, ledger
        self._contents: dict[str, Article | None] = {}
        self._members: list[Member] | None = None

    def members(self, words: Words) -> list[Member]:
        if words is not self._given.words:  # a withdrawn article that keeps its words
            return self._ledger.sharing(words.sketch, SHARED, CANDIDATES)
        if self._members is None:
            self._members = self._ledger.sharing(words.sketch, SHARED, CANDIDATES)
        return self._members

    def content(self, article_id: str) -> Article | None:
        if article_id not in self._contents:
            self._contents[article_id] = self._ledger.content(article_id)
        return self._contents[article_id]

    def candidates(self, members: list[Member], article_id: str) -> Iterator[Candidate]:
        for member in members:
            known = self.content(member.article_id)
            if known is not None:
                words, root = Words.of(known.text), partial(self._root, member, article_id)
                yield Candidate(member.article_id, member.story_id, words, root)

    def _root(self, member: Member, article_id: str) -> Words | None:
        """The words of the story's first article, unless that is the candidate or the article itself."""
        first = self._ledger.story(member.story_id, 1)[0].article_id
        known = self.content(first) if first not in {member.article_id, article_id} else None
        return Words.of(known.text) if known else None


def _folded(article: Article, given: Given, alike: _Alike, ledger: Taking) -> Article:
    """The article in its story: that of the text it repeats, its own otherwise.

    It keeps the story that it shares with others; while it is alone there, an edit may take it elsewhere.
    """
    own = ledger.member(article.id)
    words = _words(article, given)
    bound = own if own and len(ledger.story(own.story_id, 2)) > 1 else None
    members = [
        member
        for member in alike.members(words)
        if member.article_id != article.id and (bound is None or _precedes(member, bound))
    ]
    found = join(words, alike.candidates(members, article.id))
    story = found.story_id if found else (own.story_id if own else None)
    copy = Copy(article_id=found.article_id, containment=found.containment) if found else None
    return article.model_copy(
        update={"story_id": story or stable_id("story", article.id), "copy_of": copy}
    )


def _precedes(member: Member, own: Member) -> bool:
    return member.story_id == own.story_id and member.number < own.number
