"""Words of a quotation or a statement, folded so that only what was said is compared."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from services.match.number_words import ORDINALS, SCALES, WORDS
from services.match.wordlists import words

LONGEST = 200_000
"""Characters of a text that are read."""

_TOKEN = re.compile(
    r"(?P<money>[$€£])\s?(?=\d)|(?P<figure>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<rank>(?:st|nd|rd|th)\b)?"
    r"(?P<scale>(?:m|bn|k|tn)\b)?|(?P<percent>%)|"
    r"(?P<word>[\u2060]?[^\W\d_]+(?:['’ʼ\u00ad\u200b\u2060]+[^\W\d_]+)*)"
)
_MONEY = {"$": "dollar", "€": "euro", "£": "pound"}
_MONEY_WORDS = {"dollars": "dollar", "euros": "euro", "pounds": "pound", "bn": "billion"}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "tn": "trillion"}
_FIGURES = {word: str(int(value)) for word, value in WORDS.items()} | {
    word: f"{int(value)}th" for word, value in ORDINALS.items()
}
_SPOKEN: Mapping[str, tuple[str, ...]] = {
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "kinda": ("kind", "of"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "dunno": ("do", "not", "know"),
    "em": ("them",),
    "cause": ("because",),
    "yeah": ("yes",),
    "okay": ("ok",),
    "cannot": ("can", "not"),
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "percent": ("per", "cent"),
    "pct": ("per", "cent"),
}
_ENDS: Mapping[str, str] = {
    "n't": "not",
    "'ll": "will",
    "'re": "are",
    "'ve": "have",
    "'m": "am",
    "'d": "would",
}
_IS = words("it that there he she what who where how here this")
_FILLERS = words("uh um er erm uhm hmm mm ah eh")
_SAME = str.maketrans({"’": "'", "ʼ": "'", "\u00ad": "", "\u200b": "", "\u2060": ""})
_STAGE = re.compile(
    r"[\[(](?:applause|laughter|inaudible|crosstalk|interruptions?|cheers|cheering|pause)[\])]",
    re.IGNORECASE,
)
_VARIANTS = (
    (re.compile(r"(?<=\w{3})our(?=$|s$|ed$|ing$|able$|ful$|hood$|ite$|al$|er$|ers$)"), "or"),
    (re.compile(r"(?<=\w{3})is(?=(?:e|es|ed|ing|er|ers|ation|ations|ational)$)"), "iz"),
    (re.compile(r"(?<=\w{3})ys(?=(?:e|es|ed|ing|er|ers)$)"), "yz"),
    (re.compile(r"(?<=\w{2}[tb])re(?=s?$)"), "er"),
    (re.compile(r"(?<=\w{4})ll(?=(?:ed|ing|er|ers)$)"), "l"),
    (re.compile(r"^(def|off|lic|pret)enc(?=es?$)"), r"\1ens"),
)
_SPELLINGS = {
    "programme": "program",
    "programmes": "programs",
    "grey": "gray",
    "towards": "toward",
    "amongst": "among",
    "whilst": "while",
    "afterwards": "afterward",
    "cheque": "check",
    "cheques": "checks",
    "tyre": "tire",
    "tyres": "tires",
    "ageing": "aging",
    "judgement": "judgment",
    "sceptical": "skeptical",
    "learnt": "learned",
    "spelt": "spelled",
    "burnt": "burned",
    "plough": "plow",
}
LIGHT = words(
    "a an the of to in on at by for from with and or but so as is are was were be been being am it "
    "its this that these those there he she they we i you his her their our my your him them us me "
    "do does did have has had will would can could shall should may might must not no than then if "
    "what which who when where how very just also all any some more most up out about into over well"
)
"""Words that stand in any sentence: finding them proves little."""


class Word(NamedTuple):
    """A word's folded form and where it stands. "Don't" is two words at one place."""

    key: str
    start: int
    end: int

    @property
    def weight(self) -> float:
        """What finding it proves, between 0 and 1."""
        return weight_of(self.key)


def weight_of(key: str) -> float:
    """What finding a word proves: little for those that stand everywhere."""
    return 0.25 if key in LIGHT else 1.0


def read(text: str) -> list[Word]:
    """The words of `text`. Stage directions, "uh" and stammered repetitions are none."""
    text = _STAGE.sub(lambda found: " " * len(found[0]), text[:LONGEST])
    found: list[Word] = []
    for word in _ordered(text):
        stammered = found and found[-1].key == word.key and word.key in LIGHT
        if not stammered or word.start == found[-1].start:
            found.append(word)
    return found


def _ordered(text: str) -> Iterator[Word]:
    """The words with a currency sign after its figure and scale: "$5 million" is "5 million dollars"."""
    held: Word | None = None
    since = 0
    for token in _TOKEN.finditer(text):
        if token["money"]:
            held, since = Word(_MONEY[token["money"]], token.start(), token.end()), 0
            continue
        keys = _keys(token)
        if held and since and not (since == 1 and keys[:1] and keys[0] in SCALES):
            yield held
            held = None
        yield from (Word(key, token.start(), token.end()) for key in keys)
        since += 1
    if held:
        yield held


def _keys(token: re.Match[str]) -> tuple[str, ...]:
    if token["percent"]:
        return ("per", "cent")
    if token["figure"]:
        figure = token["figure"].replace(",", "") + ("th" if token["rank"] else "")
        return (figure, _SCALES[token["scale"]]) if token["scale"] else (figure,)
    return fold(token["word"])


def fold(word: str) -> tuple[str, ...]:
    """A word's folded forms: contractions opened, spellings unified, small figures in digits."""
    plain = word.translate(_SAME).casefold()
    if plain in _FILLERS:
        return ()
    if plain in _SPOKEN:
        return _SPOKEN[plain]
    for end, full in _ENDS.items():
        if plain.endswith(end) and len(plain) > len(end):
            return (*fold(plain.removesuffix(end)), full)
    stem = plain.removesuffix("'s")
    if stem != plain:
        return (stem, "is") if stem in _IS else (f"{_spelt(stem)}'s",)
    return (_spelt(plain),)


def _spelt(word: str) -> str:
    word = _FIGURES.get(word) or _MONEY_WORDS.get(word) or _SPELLINGS.get(word) or word
    for pattern, other in _VARIANTS:
        word = pattern.sub(other, word)
    return word


def is_figure(key: str) -> bool:
    """Whether a word is a number, or says how large one is."""
    return key[0].isdigit() or (key in SCALES and len(key) > 2)
