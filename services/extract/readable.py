"""Which texts can be read at all: words, and English ones."""

import re
from functools import lru_cache
from typing import Any

from services.extract.words import words as words_of
from services.runtime.errors import BadMessage

_WORD = re.compile(r"[^\W\d_]{2,}")
_SAMPLE = 4_000
"""Characters that tell a text's language; more change nothing."""
_FEW = 12
"""Words below which a language cannot be told with confidence, unless the script itself tells."""
_SURE = 0.9
_NO_SENTENCE = 4
_GRAMMAR = words_of(
    "the of and to is was are were said says that for with he she they have has had will not"
)
_MARKUP = re.compile(r"<[^<>]{0,500}>")


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def require_english(text: str, language: str = "und") -> None:
    """Return when `text` has words and is English as far as can be told.

    `language` is a BCP 47 tag; it is believed unless it is "und" or empty. A text too short to tell is let
    through when its letters are ASCII and it has an English function word, or no room for one. Raises
    BadMessage("not_handled") naming the language found.
    """
    words = _WORD.findall(_MARKUP.sub(" ", text[:_SAMPLE]))
    if not words:
        words = _WORD.findall(text)
    if not words:
        raise BadMessage("not_handled", "the text holds no words; nothing can be extracted from it")
    found = language.partition("-")[0].lower() if language not in ("", "und") else _identify(words)
    if found != "en":
        raise BadMessage(
            "not_handled",
            f"the text is in {found!r}; this release extracts from English ('en') only",
        )


def _identify(words: list[str]) -> str:
    sample = " ".join(words)
    found, probability = _identifier().classify(sample)
    unsure = len(words) < _FEW or probability < _SURE
    if found != "en" and unsure and _is_ascii(sample) and _may_be_english(words):
        return "en"
    return str(found)


def _may_be_english(words: list[str]) -> bool:
    """Whether a text that is too short to tell has a word that English sentences need, or is but a name."""
    return len(words) < _NO_SENTENCE or any(word.lower() in _GRAMMAR for word in words)


def _is_ascii(sample: str) -> bool:
    return sum(letter < "\x80" for letter in sample) >= 0.97 * len(sample)
