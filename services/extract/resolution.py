"""Claims made to stand alone: pronouns and descriptions replaced by what they mean."""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Replacement
from services.extract.coreference import Resolver
from services.extract.ranges import offsets_of
from services.extract.roles import PEOPLE
from services.extract.subjects import antecedent, own_subject, phrase_of

_SURE = 0.65
"""Confidence below which a word is left as it stands."""
_HUMAN = frozenset({"he", "she", "him", "his", "her"})
_REACH = 120
"""Tokens back in which a noun is looked for."""
_LONGEST = 12
"""Tokens of a phrase that may stand for a pronoun."""


_MOST_NAMES = 400
"""Names whose places are looked up in one article: each costs a pass over its text."""


@dataclass(frozen=True)
class _Meaning:
    """What is meant, and where the article says it if that is known already."""

    text: str
    source: Offsets | None = None


@dataclass(frozen=True)
class Rewritten:
    """A claim's text made to stand alone, and what was replaced in it, in reading order."""

    text: str
    replacements: list[Replacement]


class Standalone:
    """Rewrites the claims of one article."""

    def __init__(self, doc: Doc, resolver: Resolver) -> None:
        self._doc = doc
        self._resolver = resolver
        self._places: dict[str, list[int]] = {}
        self._nouns: dict[str, list[int]] = defaultdict(list)
        for token in doc:
            if token.pos_ in {"NOUN", "PROPN"} and token.dep_ != "compound":
                self._nouns[token.lemma_.lower()].append(token.i)

    def rewrite(self, span: Span, text: str, aside: Offsets | None = None) -> Rewritten | None:
        """`text`, which stands at `span`, with its references replaced; none when there was nothing to replace.

        `aside` is a cue that interrupts it ("…, she said, …"), which the same goes without.
        """
        start, at = span.start_char, 0
        parts: list[str] = []
        replacements: list[Replacement] = []
        wanted = self._replacements(span)
        if aside is not None:
            low, high = aside
            wanted = [one for one in wanted if one.span[1] <= low or one.span[0] >= high]
            wanted = sorted([*wanted, self._without(span, aside)], key=lambda one: one.span)
        for one in wanted:
            low, high = one.span[0] - start, one.span[1] - start
            if low < at or high > len(text):
                continue
            opens = low == 0 and text[:1].isupper()
            meaning = one.text[:1].upper() + one.text[1:] if opens else one.text
            parts += [text[at:low], meaning]
            replacements.append(one.model_copy(update={"text": meaning}))
            at = high
        return Rewritten("".join((*parts, text[at:])), replacements) if replacements else None

    def _replacements(self, span: Span) -> list[Replacement]:
        """In reading order; a name that was put in once is clear after that."""
        found: list[Replacement] = []
        for token in span:
            one = self._replacement(token, span)
            if one is not None and not any(one.text == other.text for other in found):
                found.append(one)
        return found

    def _replacement(self, token: Token, span: Span) -> Replacement | None:
        first = token.i == span.start and token.tag_ in {"WP", "WDT", "WP$"}
        meaning = self._antecedent(token) if first else self._meaning(token)
        if meaning is None or self._is_named(meaning.text, token, span):
            return None
        name = meaning.text
        start, end = offsets_of(token)
        if token.pos_ in {"NOUN", "PROPN"}:
            start = token.nbor(-1).idx
        if token.tag_ in {"PRP$", "WP$"}:
            name += "’" if name.endswith("s") else "’s"
        source = meaning.source or self._place(meaning.text, start)
        return Replacement(span=(start, end), text=name, source_span=source)

    def _without(self, span: Span, aside: Offsets) -> Replacement:
        """What stands for the cue and its commas: a comma behind an opening phrase, else a blank."""
        before = (token for token in span if token.idx < aside[0])
        begun = any(token.dep_ in {"nsubj", "nsubjpass"} for token in before)
        return Replacement(span=aside, text=" " if begun else ", ", source_span=None)

    def _place(self, name: str, before: int) -> Offsets | None:
        """Where the article has `name`: the nearest place before `before`, else the first after it."""
        if name not in self._places:
            if len(self._places) >= _MOST_NAMES:
                return None
            found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", self._doc.text)
            self._places[name] = [match.start() for match in found]
        places = self._places[name]
        if not places:
            return None
        at = places[max(0, bisect_left(places, before) - 1)]
        return at, at + len(name)

    def _antecedent(self, pronoun: Token) -> _Meaning | None:
        """For a relative clause that is a claim by itself: the noun that it speaks of."""
        noun = antecedent(pronoun)
        if noun == pronoun or noun.pos_ not in {"NOUN", "PROPN"}:
            return None
        if (name := self._resolver.full_name(noun)) is not None:
            return _Meaning(name)
        phrase = phrase_of(noun, pronoun)
        speaker = self._resolver.meaning(noun, phrase)
        comma = next((t.i for t in phrase if t.i > noun.i and t.text == ","), phrase.end)
        return (
            _Meaning(speaker.name) if speaker is not None else _said(noun.doc[phrase.start : comma])
        )

    def _meaning(self, token: Token) -> _Meaning | None:
        if token.lower_ in _HUMAN:
            return self._sure(token, phrase_of(token))
        if token.lower_ == "it" and token.dep_ in {"nsubj", "nsubjpass"}:
            return self._thing(token)
        if token.pos_ == "NOUN" and token.i and token.nbor(-1).lower_ == "the":
            if any(
                child.dep_ in {"amod", "compound", "prep", "relcl", "acl"}
                for child in token.children
            ):
                return None
            return self._sure(token, self._doc[token.i - 1 : token.i + 1]) or self._fuller(token)
        return None

    def _sure(self, token: Token, phrase: Span) -> _Meaning | None:
        """The person or country that is meant."""
        speaker = self._resolver.meaning(token, phrase)
        if speaker is None or speaker.confidence < _SURE:
            return None
        return _Meaning(speaker.name)

    def _fuller(self, noun: Token) -> _Meaning | None:
        """For "the law" after "the National Security Law": the fuller phrase with that noun."""
        indices = self._nouns[noun.lemma_.lower()]
        position = bisect_left(indices, noun.i) - 1
        while position >= 0 and noun.i - indices[position] <= _REACH:
            earlier = self._doc[indices[position]]
            phrase = phrase_of(earlier)
            # Only a proper name is surely the same thing again.
            if earlier.pos_ == "PROPN" and 2 < len(phrase) <= _LONGEST:
                return _said(phrase)
            position -= 1
        return None

    def _thing(self, pronoun: Token) -> _Meaning | None:
        """For "it" that opens a sentence: the thing that the sentence before was about."""
        sentence = pronoun.sent
        if pronoun.i > sentence.start + 1 or not sentence.start:
            return None
        subject = own_subject(self._doc[sentence.start - 1].sent.root)
        if subject is None or not _is_thing(subject):
            return None
        if subject.pos_ == "NOUN" and (fuller := self._fuller(subject)) is not None:
            return fuller
        phrase = phrase_of(subject)
        if subject.ent_type_ == "ORG" and len(phrase) <= _LONGEST:
            return _said(phrase)
        if not _is_short(phrase):
            return None
        return _Meaning(phrase.text[:1].lower() + phrase.text[1:], offsets_of(phrase))

    def _is_named(self, name: str, token: Token, span: Span) -> bool:
        """Whether the claim itself names, before `token`, what it means."""
        last = name.rsplit(maxsplit=1)[-1].lower()
        return any(other.lower_ == last for other in self._doc[span.start : token.i])


def _is_thing(noun: Token) -> bool:
    singular = noun.tag_ in {"NN", "NNP"}
    return singular and noun.ent_type_ != "PERSON" and noun.lemma_.lower() not in PEOPLE


def _said(phrase: Span) -> _Meaning:
    return _Meaning(phrase.text, offsets_of(phrase))


def _is_short(phrase: Span) -> bool:
    return 2 <= len(phrase) <= _LONGEST and phrase[0].tag_ == "DT"
