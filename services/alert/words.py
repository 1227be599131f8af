"""Text as words that can be compared: case and diacritics folded, split at what is no letter or digit."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> list[str]:
    """The words of `text`, folded: "São Tomé's" gives sao, tome, s."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return _WORD.findall(bare.casefold())
