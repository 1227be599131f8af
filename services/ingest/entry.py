"""A feed as its parser gives it: the same for each parser, before anything is made an article."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Markup:
    """A value, and whether the format calls it HTML; what is called plain often is HTML all the same."""

    value: str = ""
    html: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. Texts are as they stood there; `link` is absolute where it could be made so.

    `contents` are full texts, `summaries` what stands for them; dates are the strings of the feed.
    `author` is "name", "address" or "name (address)"; `publisher` names the feed it was taken from.
    """

    id: str | None = None
    link: str | None = None
    title: Markup = Markup()
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    contents: tuple[Markup, ...] = ()
    summaries: tuple[Markup, ...] = ()
    publisher: str | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """An entry that the feed took back (RFC 6721), and what it says of that."""

    id: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself, and its entries; `address` is where it says it is to be found."""

    title: Markup = Markup()
    address: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    bare: bool = False
    """Whether it says nothing of itself, and so may be no feed at all."""
