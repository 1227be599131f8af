"""What a feed must pass before any parser builds something from it."""

import re
from xml.parsers import expat

from services.ingest.item import Rejected

MAX_DEPTH = 100
MAX_ITEMS = 20_000
MAX_NAME = 500
"""Characters of a person's name: feedparser takes quadratic time on them (0.5 s for 8,000)."""

_NAMES = frozenset(
    [
        "author",
        "creator",
        "contributor",
        "managingEditor",
        "webMaster",
        "owner",
        "publisher",
        "name",
        "email",
    ]
)
_NAME_TAG = re.compile(rf"<(?:\w{{1,20}}:)?({'|'.join(sorted(_NAMES))})\b", re.IGNORECASE)
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_DECLARATION = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]{0,1000}\[", re.IGNORECASE)


def check_feed(text: str) -> str | None:
    """None when `text` is well-formed XML that is safe to parse; what is malformed otherwise.

    Raises Rejected: `dtd` for a document type with declarations in it, or any entity declaration;
    `too_deep`, `too_many_items`, `field_too_long`. Nothing is expanded and nothing is built, and the
    document is fed in one piece, because expat is quadratic on long tokens in small ones. A bare
    `<!DOCTYPE rss PUBLIC …>` (RSS 0.91) declares nothing itself and its target is never fetched.
    """
    return well_formed_part(text)[1]


def well_formed_part(text: str) -> tuple[str | None, str | None]:
    """What of `text` a strict reader may read, and what is malformed: see `check_feed`.

    That is all of it; or what stands before the junk that some servers add after the document; or nothing.
    """
    parser = expat.ParserCreate("utf-8")
    _Watch(parser)
    data = text.encode("utf-8", "replace")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        _check_malformed(text)
        if error.code == _JUNK:
            return data[: parser.ErrorByteIndex].decode("utf-8"), str(error)
        return None, str(error)
    return text, None


class _Watch:
    """The parser's handlers. Characters are only looked at within names: that is most of the time."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.entity
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        self._parser = parser
        self._path: list[str] = []
        self._items = 0
        self._name_length = 0

    def doctype(self, name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            raise Rejected("dtd", f"the document type {name!r} declares things of its own")

    def entity(self, name: str, *_rest: object) -> None:
        raise Rejected("dtd", f"it declares an entity ({name[:40]!r}); entities are not expanded")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._path.append(local)
        self._name_length = 0
        self._watch_characters()
        self._items += local in {"item", "entry"}
        if len(self._path) > MAX_DEPTH:
            raise Rejected("too_deep", f"elements are nested more than {MAX_DEPTH} deep")
        if self._items > MAX_ITEMS:
            raise Rejected("too_many_items", f"more than {MAX_ITEMS:,} items")

    def end(self, _name: str) -> None:
        self._path.pop()
        self._watch_characters()

    def _watch_characters(self) -> None:
        named = bool(self._path) and self._path[-1] in _NAMES
        self._parser.CharacterDataHandler = self.characters if named else None

    def characters(self, text: str) -> None:
        self._name_length += len(text)
        if self._name_length > MAX_NAME:
            raise _long_name(self._path[-1])


def _long_name(name: str) -> Rejected:
    return Rejected("field_too_long", f"an element {name!r} has more than {MAX_NAME} characters")


def _check_malformed(text: str) -> None:
    # The parser stopped somewhere: look at the whole text for what it could not reach.
    if _DECLARATION.search(text):
        raise Rejected("dtd", "it declares entities; they are not expanded")
    if len(re.findall(r"<(?:item|entry)\b", text)) > MAX_ITEMS:
        raise Rejected("too_many_items", f"more than {MAX_ITEMS:,} items")
    for tag in _NAME_TAG.finditer(text):
        # An element closes with its own name; between the two may stand a whole <author> of Atom.
        rest = text[tag.end() : tag.end() + 8 * MAX_NAME]
        if (
            not re.search(rf"</(?:\w{{1,20}}:)?{tag[1]}", rest, re.IGNORECASE)
            and len(rest) > MAX_NAME
        ):
            raise _long_name(tag[1])
