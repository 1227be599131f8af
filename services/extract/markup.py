"""Text as the pipeline should see it: what is no language is blanked out, every offset stays."""

import re

from services.extract.words import words

# A tag as HTML writes it; what merely holds "<" stays.
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]{0,20})(?:\s[^<>]{0,2000})?/?>|<!--[^<>]{0,2000}-->")
_BLOCKS = words(
    """
    p div br li ul ol tr td th table h1 h2 h3 h4 h5 h6 blockquote section article header
    footer figure figcaption aside main nav title body head html
    """
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")
_ENTITIES = {
    "&quot;": '"',
    "&ldquo;": "“",
    "&rdquo;": "”",
    "&amp;": "&",
    "&apos;": "'",
    "&rsquo;": "’",
    "&#39;": "'",
}
# Two single marks typed for a double one.
_TYPED = re.compile(r"''|``|‘‘|’’")
# Control, format (direction marks, zero width) and replacement characters: never part of a word.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]"
)


def mask(text: str) -> str:
    """`text` with tags, entities and control characters replaced by blanks; always of the same length.

    A tag that begins a block leaves a line break, so that paragraphs are found.
    """
    if "<" in text:
        text = _TAG.sub(_blank_tag, text)
    if "&" in text:
        text = _ENTITY.sub(_plain_entity, text)
    return _CONTROL.sub(" ", _TYPED.sub(lambda match: _typed_mark(text, match), text))


def _blank_tag(match: re.Match[str]) -> str:
    name = (match.group(1) or "").lower()
    length = len(match.group())
    return "\n\n" + " " * (length - 2) if name in _BLOCKS else " " * length


def _plain_entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match.group().lower(), " ").ljust(len(match.group()))


def _typed_mark(text: str, match: re.Match[str]) -> str:
    """A double mark beside the words that it quotes."""
    at = match.start()
    opens = at == 0 or text[at - 1].isspace() or text[at - 1] in "([—–-"
    return ' "' if opens else '" '
