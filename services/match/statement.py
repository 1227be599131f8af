"""A sentence as match compares it: clauses with terms, names, numbers, dates, polarity; and a speaker."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.claim import ModalityValue
from services.match.aliases import akin, canonical, canonicals, unified
from services.match.clauses import clauses
from services.match.dates import Day, find_dates
from services.match.numbers import Number, find_numbers
from services.match.polarity import is_negated
from services.match.wordlists import words

Terms = Callable[[Iterable[str]], list[list[str]]]
"""The analyser's index terms of texts."""

_NAME = re.compile(r"\b[^\W\d_a-z][\w’'.]*")
_HONORIFICS = frozenset({"Mr", "Mrs", "Ms", "Miss", "Dr", "Sir", "Dame", "Lord", "Lady", "Prof"})
_FIRST = re.compile(r"^\W*([^\W\d_]+)(?!\s+[\"'“‘]?[A-ZÀ-Þ])")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|do|does|did|may|might|must|should|"
    r"\w{2,}ed|rose|rise|rises|fell|fall|falls|grew|held|holds?|stood|stands?|took|takes?|won|lost|"
    r"left|ran|built|cost|costs|spent|spends?|sold|sank|died|went|gave|made|makes?|put|saw|led|met|"
    r"came|became|began|broke|bought|brought|drew|hit|kept|paid|pays?|said|says?|sent|set|shut|shot|"
    r"told|tells?|overtook|overtakes?|sent|kept|gave|hosts?|won|wins?|causes?|cures?|kills?|covers?|employs?|earns?|lives?|leaks?|uses?|leads?|needs?|"
    r"contains?|lacks?|grows?)\b",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"\b(?:said|says|told \w+|den(?:y|ies|ied)(?: claims)?|reject(?:s|ed) (?:claims|reports)|claim(?:s|ed)|"
    r"reported|announced|it is (?:false|true|wrong))\b(?: that\b)?",
    re.IGNORECASE,
)
_INTENTION = re.compile(
    r"\b(?:vot|plan|want|promis|pledg|agree|hop|aim|intend|propos|offer|threaten)(?:e|s|es|ed|d|n?ed)? to\b|"
    r"\b(?:call|demand|propos|urg|ask)(?:s|e|es|ed)?\s+(?:for|that|on)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|not\s+|never\s+)?"
    r"(?:\w+ed|\w{2,}(?:wn|ken|ven|ten|lt|nt|ld|ht)|set|cut|put|shut|hit|sunk|run|won|lost)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
LIGHT = words(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday year month week day today yesterday average "
    "nearly roughly approximately estimate estimated estimates report reported say said tell claim "
    "deny denied reject dismiss believe add accord according figure number total new still also far "
    "percent hundred thousand million billion trillion half third quarter false true untrue wrong "
    "not never no longer"
)
"""Terms that say how, when or by whom something is told, and not what."""


@dataclass(frozen=True)
class Clause:
    """A part of a sentence. `proper` are its names but for a first word that may be none.

    `order` are the terms in reading order, each where it stands first.
    """

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    proper: frozenset[str]
    numbers: tuple[Number, ...]
    days: tuple[Day, ...]
    contrast: bool
    order: tuple[str, ...] = ()

    @cached_property
    def negated(self) -> bool:
        """Whether the clause denies."""
        return is_negated(self.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The terms that carry its content: no figures, dates, hedges or words of telling."""
        return frozenset(term for term in self.terms if not term[0].isdigit() and term not in LIGHT)

    @cached_property
    def passive(self) -> bool:
        """Whether something is done to its subject."""
        return _PASSIVE.search(self.text) is not None

    @cached_property
    def intended(self) -> bool:
        """Whether it tells what somebody wants or plans, and not what came to pass."""
        return _INTENTION.search(self.text) is not None

    @cached_property
    def subject(self) -> frozenset[str]:
        """The keys before its first verb; none when it begins otherwise or the verb is not known.

        A list of verbs and not a parser: it decides what is left open, never what is said.
        """
        told = _TELLING.search(self.text)
        text = self.text[told.end() :] if told else self.text
        verb = _VERB.search(text)
        before = _WORD.findall(text[: verb.start()].lower()) if verb else []
        return frozenset(
            key for key in self.keys if any(akin(key, canonical(word)) for word in before)
        )


@dataclass(frozen=True)
class Statement:
    """What a claim says, or what an item of evidence is about.

    `terms` are those of the index. `resolved` are dates that were found outside the sentence. `author`
    holds the terms of whoever published or said it: that a report names its own publisher makes it no
    report on something else. `denied` when whoever says it says that it is not so. `modality` is how far a claim
    is put forward as so.
    """

    text: str
    terms: frozenset[str]
    clauses: tuple[Clause, ...]
    resolved: tuple[Day, ...] = ()
    speaker: str | None = None
    author: frozenset[str] = frozenset()
    denied: bool = False
    modality: ModalityValue = ModalityValue.ASSERTED

    @cached_property
    def known(self) -> frozenset[str]:
        """Every term in its one form: what a name is looked for in."""
        return canonicals(self.terms).union(*(one.terms for one in self.clauses))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words with a capital."""
        return frozenset[str]().union(*(one.names for one in self.clauses))

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The figures that it means."""
        return tuple(n for one in self.clauses if not one.contrast for n in one.numbers)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The dates that it means, those resolved elsewhere last."""
        told = [day for one in self.clauses if not one.contrast for day in one.days]
        return tuple(dict.fromkeys([*told, *self.resolved]))


def parse(
    texts: Sequence[str],
    terms: Terms,
    *,
    speakers: Sequence[str | None],
    days: Sequence[Iterable[Day]],
    authors: Sequence[str],
) -> list[Statement]:
    """The statements in `texts`, in one analysis of them all.

    `days` are dates that were resolved elsewhere ("last year"); they stand beside those in the text.
    """
    parts = [clauses(text) for text in texts]
    cut = [unified(part.text) for one in parts for part in one]
    its_terms = iter(terms(cut))
    its_names = iter(terms(_names_in(text) for text in cut))
    whole, written = terms(texts), terms(authors)
    made = []
    for index, text in enumerate(texts):
        made.append(
            Statement(
                text=text,
                terms=frozenset(whole[index]),
                clauses=tuple(
                    _clause(part.text, next(its_terms), next(its_names), contrast=part.contrast)
                    for part in parts[index]
                ),
                resolved=tuple(days[index]),
                speaker=speakers[index],
                author=canonicals(written[index]),
            )
        )
    return made


def _clause(text: str, terms: Sequence[str], names: Sequence[str], *, contrast: bool) -> Clause:
    found = find_dates(text)
    names = [name for name in names if not name[0].isdigit()]
    every = canonicals(names)
    first = _FIRST.match(text)
    alone = first is not None and bool(names) and akin(names[0], first[1].lower())
    return Clause(
        text=text,
        terms=canonicals(terms),
        names=every,
        proper=canonicals(names[1:]) if alone else every,
        numbers=tuple(find_numbers(text, [one.span for one in found])),
        days=tuple(dict.fromkeys(one.day for one in found if not one.aside)),
        contrast=contrast,
        order=tuple(dict.fromkeys(canonical(term) for term in terms)),
    )


def _names_in(text: str) -> str:
    """The words of `text` with a capital, dates left out, joined for the analysis.

    The first word of a sentence may be no name; it then counts as one, which is harmless to the
    ranking: it is a content word of the claim like any other.
    """
    for one in reversed(find_dates(text)):
        text = f"{text[: one.span[0]]} {text[one.span[1] :]}"
    return " ".join(name for name in _NAME.findall(text) if name.rstrip(".") not in _HONORIFICS)
