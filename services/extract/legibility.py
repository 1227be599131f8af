"""How far the characters of a paragraph can be trusted: scans with errors, shouting, columns, endless sentences.

A measure of the surface only, without a dictionary: what share of the words cannot be words, and whether
the paragraph has a form that parsers misread.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.base import Span
from services.extract.wordlists import word_set

LEAST = 0.2
"""No text is trusted less: what was found in it is still there to be looked at."""
_WEIGHT = 4.0
"""A quarter of impossible words leaves nothing to trust."""
_FEW = 2
"""Impossible words that any paragraph may hold: a product's name, a slip of the keyboard."""

_SHORT_WORDS = word_set(
    """
    a i o of to in it is be as at so we he by or on do if me my up an go no us am oh ok vs tv pm uk eu us un
    mr ms dr st vs km kg cm mm lb oz ft mi ha de la le el al da du di van von en et ex id ad pc hi ma pa pi ox ax
    p c e g m n x y
    """
)
_WORD = re.compile(r"\S+")
_IMPOSSIBLE = re.compile(
    r"[a-z][015|!][a-z]"  # "m1nister", "gov|ernment"
    r"|(?<![\w.,:])[015|](?!st\b|th\b|s\b|am\b|pm\b)[a-z]{3}"  # "0fficial"
    r"|[a-z][A-Z]{1,2}[a-z]{1,2}(?![A-Za-z])"  # "thAt"
    r"|[A-Za-z][|}{~^\\¬§¢¤°]+[A-Za-z]"
    r"|�"
    r"|(?<![a-z])[bcdfghjklmnpqrstvwxz]{4,}(?![\w'’.])"  # no vowel at all
    r"|[bcdfghjklmnpqrstvwxz]{6,}"
    r"|[a-z]{2}[.,;:][A-Z]?[a-z]{3}"  # "dam.The"
    r"|(?<![\w/@.-])[a-z]{24,}"  # lost spaces
)
_ADDRESS = re.compile(r"https?:|www\.|@|#|\w\.(?:com|org|net|gov|edu|co|uk|io|info|eu|us|de|fr)\b")
_BROKEN_AT_END = re.compile(
    r"[a-z]{2}[-¬][ \t]{0,3}(?:\n[ \t]{0,8}|[ \t])(?!and\b|or\b|to\b)[a-z]{2}"
)
_GAP = re.compile(r"\S[ \t]{4,40}\S")
_MARK = re.compile(r"[\"“”]")
_STOP = re.compile(r"[.!?…][\"”’)]?(?:\s|$)")
_BULLET = re.compile(r"(?:[-*•–·▪]|\d{1,2}[.)])\s")


def _shouts(text: str) -> bool:
    letters = [letter for letter in text[:2_000] if letter.isalpha()]
    return len(letters) >= 12 and sum(letter.isupper() for letter in letters) > 0.8 * len(letters)


def _never_stops(text: str) -> bool:
    """A run of more than 1,500 characters without the end of a sentence."""
    last = 0
    for match in _STOP.finditer(text):
        if match.start() - last > _LONGEST_SENTENCE:
            return True
        last = match.end()
    return len(text) - last > _LONGEST_SENTENCE


_LONGEST_SENTENCE = 1_500


def _strewn_with_marks(text: str) -> bool:
    marks = len(_MARK.findall(text))
    return marks > 20 and marks * 12 > len(text)


_FORMS: tuple[tuple[Callable[[str], bool], float], ...] = (
    (_shouts, 0.7),
    (lambda text: _BULLET.match(text) is not None, 0.9),
    (lambda text: len(_GAP.findall(text)) >= 2, 0.5),
    (_never_stops, 0.5),
    (_strewn_with_marks, 0.4),
)
"""Forms of text that are misread more often, and what is left of the trust in them."""


def legibility(text: str) -> float:
    """How far one paragraph can be trusted, from 0.2 to 1; clean prose is 1. Linear in its length."""
    impossible, words = len(_BROKEN_AT_END.findall(text)), 0
    for match in _WORD.finditer(text):
        words += 1
        impossible += _is_impossible(match.group())
    counted = impossible if impossible > _FEW else 0
    trust = 1.0 - _WEIGHT * counted / max(words, 1)
    for holds, factor in _FORMS:
        if holds(text):
            trust *= factor
    return round(max(LEAST, trust), 3)


def _is_impossible(word: str) -> bool:
    if len(word) <= 2 and word.isalpha() and word.islower():
        return word not in _SHORT_WORDS
    head = word[:80]
    return _IMPOSSIBLE.search(head) is not None and _ADDRESS.search(head) is None


@dataclass(frozen=True)
class Page:
    """The legibility of each paragraph of one text."""

    starts: tuple[int, ...]
    trust: tuple[float, ...]

    @classmethod
    def of(cls, text: str, paragraphs: Sequence[Span]) -> "Page":
        """Measured once for every paragraph."""
        return cls(
            tuple(start for start, _ in paragraphs),
            tuple(legibility(text[start:end]) for start, end in paragraphs),
        )

    def at(self, span: Span) -> float:
        """The least of the paragraphs that `span` touches; 1 where there is none."""
        first = max(0, bisect_right(self.starts, span[0]) - 1)
        last = max(first + 1, bisect_right(self.starts, span[1] - 1))
        return min(self.trust[first:last], default=1.0)
