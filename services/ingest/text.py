"""Text as it is stored: what is altered here, and nothing else, is altered.

Altered: line ends become newlines; the letters and marks that Windows has where Unicode has control characters
become what was meant; other control, soft-hyphen, zero-width-space and byte-order characters
go; half surrogate pairs become U+FFFD; combining marks beyond 30 on one letter go, as no
language has them and ordering them takes quadratic time; the rest is put in Unicode form NFC; runs of spaces become one
space (one tab, if a tab is among them), and at most one blank line stands between paragraphs.
Kept as they are: quotation marks, dashes, digits, joiners, and the marks that order right-to-left text.
"""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
_GONE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\ufeff]")
# "&#146;" is meant as an apostrophe (HTML, section 13.2.5.80); U+0085 alone is a line end also elsewhere.
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D}
}
_HALF_PAIRS = re.compile("[\ud800-\udfff]")
# Marks are neither letters nor spaces; only a run this long is worth looking at one by one.
_MAYBE_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
_MOST_MARKS = 30  # of the Stream-Safe Text Format (Unicode Standard Annex 15, section 13)
_SPACES = re.compile(r"[^\S\n]+")
_EDGES = re.compile(r"[ \t]*\n[ \t]*")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """`text` as it is stored; see the module. Cleaning twice is cleaning once."""
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = _HALF_PAIRS.sub("\ufffd", _GONE.sub("", text.translate(_WINDOWS)))
    text = unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_thin, text))
    text = _SPACES.sub(lambda run: "\t" if "\t" in run.group() else " ", text)
    return _BLANK_LINES.sub("\n\n", _EDGES.sub("\n", text)).strip()


def _thin(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in run.group():
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_line(text: str | None) -> str:
    """A title or a name: cleaned, on one line."""
    return " ".join(clean(text or "").split())
