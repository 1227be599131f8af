"""Quotation marks written alike, so that two prints of one sentence get one vector."""

import re

_MARKS = "'\"“”„«»‘’‚‹›`´"
_QUOTATION = re.compile(rf"(?<!\w)[{_MARKS}]+|[{_MARKS}]+(?!\w)")


def even_marks(text: str) -> str:
    """`text` with one kind of quotation mark and one of apostrophe; nothing else is changed."""
    return _QUOTATION.sub('"', text).replace("’", "'")
