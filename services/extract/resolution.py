"""Claims made to stand alone: pronouns and descriptions replaced by what they mean."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from services.extract.coreference import Resolver
from services.extract.roles import PEOPLE
from services.extract.subjects import antecedent, own_subject, phrase_of

_SURE = 0.65
"""Confidence below which a word is left as it stands."""
_HUMAN = frozenset({"he", "she", "him", "his", "her"})
_REACH = 120
"""Tokens back in which a noun is looked for."""
_LONGEST = 12
"""Tokens of a phrase that may stand for a pronoun."""


@dataclass(frozen=True)
class _Replacement:
    start: int
    end: int
    text: str


class Standalone:
    """Rewrites the claims of one article."""

    def __init__(self, doc: Doc, resolver: Resolver) -> None:
        self._doc = doc
        self._resolver = resolver
        self._nouns: dict[str, list[int]] = defaultdict(list)
        for token in doc:
            if token.pos_ in {"NOUN", "PROPN"} and token.dep_ != "compound":
                self._nouns[token.lemma_.lower()].append(token.i)

    def rewrite(self, span: Span, text: str) -> str | None:
        """`text`, which stands at `span`, with its references replaced; none when there was nothing to replace."""
        offset = span.start_char
        replacements: list[_Replacement] = []
        for token in span:
            found = self._replacement(token, span)
            if found is not None and not any(found.text == other.text for other in replacements):
                replacements.append(found)
        if not replacements:
            return None
        parts, at = [], 0
        for one in replacements:
            start, end = one.start - offset, one.end - offset
            if start < at or end > len(text):
                continue
            parts += [text[at:start], one.text]
            at = end
        rewritten = "".join((*parts, text[at:]))
        return rewritten[:1].upper() + rewritten[1:] if text[:1].isupper() else rewritten

    def _replacement(self, token: Token, span: Span) -> _Replacement | None:
        first = token.i == span.start and token.tag_ in {"WP", "WDT"}
        name = self._antecedent(token) if first else self._meaning(token)
        if name is None or self._is_named(name, token, span):
            return None
        start, end = token.idx, token.idx + len(token)
        if token.pos_ in {"NOUN", "PROPN"}:
            start = token.nbor(-1).idx
        if token.tag_ == "PRP$":
            name += "’" if name.endswith("s") else "’s"
        return _Replacement(start, end, name)

    def _antecedent(self, pronoun: Token) -> str | None:
        """For a relative clause that is a claim by itself: the noun that it speaks of."""
        noun = antecedent(pronoun)
        if noun == pronoun or noun.pos_ not in {"NOUN", "PROPN"}:
            return None
        phrase = phrase_of(noun, pronoun)
        speaker = self._resolver.meaning(noun, phrase)
        return speaker.name if speaker is not None else phrase.text

    def _meaning(self, token: Token) -> str | None:
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

    def _sure(self, token: Token, phrase: Span) -> str | None:
        """The person or country that is meant."""
        speaker = self._resolver.meaning(token, phrase)
        return speaker.name if speaker is not None and speaker.confidence >= _SURE else None

    def _fuller(self, noun: Token) -> str | None:
        """For "the law" after "the National Security Law": the fuller phrase with that noun."""
        indices = self._nouns[noun.lemma_.lower()]
        position = bisect_left(indices, noun.i) - 1
        while position >= 0 and noun.i - indices[position] <= _REACH:
            earlier = self._doc[indices[position]]
            phrase = phrase_of(earlier)
            # Only a proper name is surely the same thing again.
            if earlier.pos_ == "PROPN" and 2 < len(phrase) <= _LONGEST:
                return phrase.text
            position -= 1
        return None

    def _thing(self, pronoun: Token) -> str | None:
        """For "it" that opens a sentence: the thing that the sentence before was about."""
        sentence = pronoun.sent
        if pronoun.i > sentence.start + 1 or not sentence.start:
            return None
        subject = own_subject(self._doc[sentence.start - 1].sent.root)
        if subject is None or subject.tag_ not in {"NN", "NNP"} or subject.ent_type_ == "PERSON":
            return None
        if subject.lemma_.lower() in PEOPLE:
            return None
        if subject.pos_ == "NOUN" and (fuller := self._fuller(subject)) is not None:
            return fuller
        phrase = phrase_of(subject)
        return phrase.text[:1].lower() + phrase.text[1:] if _is_short(phrase) else None

    def _is_named(self, name: str, token: Token, span: Span) -> bool:
        """Whether the claim itself names, before `token`, what it means."""
        last = name.rsplit(maxsplit=1)[-1].lower()
        return any(other.lower_ == last for other in self._doc[span.start : token.i])


def _is_short(phrase: Span) -> bool:
    return 2 <= len(phrase) <= _LONGEST and phrase[0].tag_ == "DT"
