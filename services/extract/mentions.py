"""Who is spoken of: the people, countries and organisations of an article, and every place that names them."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from schemas.claim import Excluded
from services.extract.countries import CAPITALS, NAMES, country_in
from services.extract.names import PARTICLES, Name, gender_of_words
from services.extract.roles import PEOPLE, role_of
from services.extract.spans import SpanIndex
from services.extract.subjects import is_name_like_modal
from services.extract.words import words

MOST = 300
"""Mentions back in which somebody is looked for."""
_NAMESAKES = 30
"""People of one surname, and forms of one name, that are told apart."""
_PLACES = frozenset(NAMES) | frozenset(CAPITALS)
_NOT_PEOPLE = words("GPE LOC DATE TIME NORP FAC EVENT LAW")
_SHORTEST_CAPITALS = 3
"""Letters of a word in capitals above which it may be a surname, and not an abbreviation."""
_NEW = frozenset({"a", "an", "one", "another"})
"""Determiners that bring in somebody who was not spoken of before."""
_TITLE_WORDS = 12
"""Words beside a name that may be its title."""


@dataclass
class Person:
    """One human being of the article. `roles` and `countries` come from the titles it is given."""

    name: Name
    names: list[Name]
    gender: str | None = None
    roles: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    words: set[str] = field(default_factory=set)
    at: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The fullest name that the article gives."""
        return self.name.full

    def fits(self, name: Name) -> bool:
        """Whether `name` may be this person's: no name known of it contradicts."""
        if not name.first and " " not in name.full:
            return any(name.last in (known.last, known.first) for known in self.names)
        return all(
            known.compatible(name) for known in self.names if known.last == name.last
        ) and any(
            known.last == name.last or (known.last == name.first and not known.first)
            for known in self.names
        )


@dataclass
class Cast:
    """Everybody in an article. `person_at` gives the person whose name covers a token."""

    people: list[Person]
    person_at: dict[int, Person]
    bodies: list[tuple[int, str]]
    countries: list[tuple[int, str]]
    strangers: list[tuple[int, str]]
    """People without a name ("a man in his 60s"), each with the word for them."""

    def with_surname(self, surname: str) -> Person | None:
        """The one person who has a first name and this surname, in lower case; none of several."""
        found = [p for p in self.people if p.name.first and p.name.last == surname]
        return found[0] if len(found) == 1 else None

    def people_before(self, index: int) -> list[tuple[int, Person]]:
        """The last mention of each person before token `index`, the nearest first, at most MOST mentions back."""
        last: dict[int, tuple[int, Person]] = {}
        position = bisect_left(self._places, index)
        for at, person in reversed(self._mentions[max(0, position - MOST) : position]):
            last.setdefault(id(person), (at, person))
        return list(last.values())

    @cached_property
    def _mentions(self) -> list[tuple[int, Person]]:
        pairs = ((at, person) for person in self.people for at in person.at)
        return sorted(pairs, key=lambda pair: pair[0])

    @cached_property
    def _places(self) -> list[int]:
        return [at for at, _ in self._mentions]


def last_before(named: list[tuple[int, str]], index: int, reach: int) -> str | None:
    """The last name before token `index`, at most `reach` tokens back."""
    position = bisect_left(named, (index, "")) - 1
    return named[position][1] if position >= 0 and index - named[position][0] < reach else None


def find_cast(doc: Doc, excluded: SpanIndex[Excluded]) -> Cast:
    """The cast of `doc`, from its named entities and the titles beside them.

    Names in `excluded` text count for who somebody is, but are no mention that a pronoun may mean.
    """
    spans = [
        _widen(entity)
        for entity in doc.ents
        if entity.label_ == "PERSON" and not _has_title_article(entity)
    ]
    spans += _unrecognised(doc, spans)
    people: list[Person] = []
    by_word: dict[str, list[Person]] = defaultdict(list)
    named: list[tuple[Span, Name]] = []
    for span in spans:
        name = Name.parse(span.text)
        if name is not None and len(name.full) < 60 and name.full[0].isupper():
            named.append((span, name))
    person_at: dict[int, Person] = {}
    # Full names first: a surname alone then finds its owner, wherever in the article it stands.
    for span, name in sorted(named, key=lambda pair: (not pair[1].first, pair[0].start)):
        person = _owner(name, by_word, span.start)
        if person is None:
            person = Person(name, [name])
            people.append(person)
        _add(person, name, by_word)
        _note_title(person, span)
        _mark(person, span, person_at)
    _mark_bare_surnames(doc, by_word, person_at)
    for person in people:
        person.at = [at for at in person.at if not _is_excluded(doc[at], excluded)]
        person.gender = person.gender or next((n.gender for n in person.names if n.gender), None)
    bodies = [
        (entity.start, entity.text)
        for entity in doc.ents
        if entity.label_ == "ORG"
        and entity.start not in person_at
        and not _is_mere_noun(entity)
        and not _is_excluded(entity[0], excluded)
    ]
    countries = [
        (token.i, NAMES[token.lower_])
        for token in doc
        if token.lower_ in NAMES and token.text[0].isupper()
    ]
    strangers = [(token.i, token.lower_) for token in doc if _is_stranger(token)]
    return Cast(people, person_at, bodies, countries, strangers)


def _is_stranger(token: Token) -> bool:
    """Whether `token` is the subject that brings in somebody new ("a man", "one neighbour")."""
    return (
        token.tag_ == "NN"
        and token.dep_ in {"nsubj", "nsubjpass"}
        and token.lemma_.lower() in PEOPLE
        and any(child.lower_ in _NEW for child in token.lefts)
        and not any(
            child.dep_ in {"appos", "compound"} and child.ent_type_ for child in token.children
        )
    )


def _is_mere_noun(entity: Span) -> bool:
    """Whether a sentence's first word, before a noun, only looks like a name ("House prices fell")."""
    first = entity[0]
    return (
        len(entity) == 1
        and bool(first.is_sent_start)
        and first.dep_ == "compound"
        and first.head.pos_ == "NOUN"
        and first.is_title
        and not any(
            other.ent_type_ == "ORG" and not other.is_sent_start
            for other in entity.doc[first.i + 1 : first.i + MOST]
            if other.text == first.text
        )
    )


def _is_excluded(token: Token, excluded: SpanIndex[Excluded]) -> bool:
    return bool(excluded.touching((token.idx, token.idx + 1)))


def _has_title_article(entity: Span) -> bool:
    """Whether a capital "The" within a sentence stands before it, as before a newspaper's name."""
    if not entity.start:
        return False
    before = entity.doc[entity.start - 1]
    return before.text == "The" and not before.is_sent_start


def _widen(entity: Span) -> Span:
    """With the parts of the name that the recogniser left out: `van`, `bin`, or a surname it does not know."""
    start = entity.start
    while start > entity.sent.start and entity.doc[start - 1].lower_ in PARTICLES - {
        "la",
        "le",
        "du",
        "al",
    }:
        start -= 1
    end = entity.end
    while end - 1 > start and entity.doc[end - 1].lower_ in {"'s", "’s", "'", "’"}:
        end -= 1
    if end == entity.end and _goes_on(entity):
        end += 1
    return (
        entity.doc[start:end]
        if start == entity.start or (start and entity.doc[start - 1].pos_ == "PROPN")
        else entity.doc[entity.start : end]
    )


def _goes_on(entity: Span) -> bool:
    """Whether the next word is the surname that `entity`, by the parse a first name, belongs to."""
    surname = entity[-1].head
    return (
        entity[-1].dep_ == "compound"
        and surname.i == entity.end
        and surname.tag_ == "NNP"
        and not surname.ent_type_
    )


def _unrecognised(doc: Doc, known: list[Span]) -> list[Span]:
    """Names that the recogniser passed over.

    They stand beside a role ("the minister, Ilse Marrend") or are the fuller form of a known surname.
    """
    surnames = {span[-1].lower_ for span in known}
    taken = {token.i for span in known for token in span}
    found = []
    for token in doc:
        if token.pos_ != "PROPN" or token.i in taken or token.ent_type_ in _NOT_PEOPLE:
            continue
        beside = token.dep_ == "appos" and token.head.lemma_.lower() in PEOPLE
        start = token.i
        while start and doc[start - 1].pos_ == "PROPN" and doc[start - 1].head == token:
            start -= 1
        if start < token.i and (beside or token.lower_ in surnames) and token.i - start < 4:
            found.append(doc[start : token.i + 1])
    return found


def _owner(name: Name, by_word: dict[str, list[Person]], index: int) -> Person | None:
    candidates = [
        person for person in by_word.get(name.last, [])[-_NAMESAKES:] if person.fits(name)
    ]
    if not candidates:
        return None
    surnames = [
        person for person in candidates if any(known.last == name.last for known in person.names)
    ]
    candidates = surnames or candidates
    # Several with one surname: whoever was named last before.
    return max(candidates, key=lambda person: _last(person.at, index))


def _last(places: list[int], index: int) -> int:
    position = bisect_right(places, index)
    return places[position - 1] if position else -1


def _add(person: Person, name: Name, by_word: dict[str, list[Person]]) -> None:
    if name not in person.names and len(person.names) < _NAMESAKES:
        person.names.append(name)
    if (len(name.full.split()), len(name.full)) > (
        len(person.name.full.split()),
        len(person.name.full),
    ):
        person.name = name
    for word in {name.last, name.first} - {""}:
        if person not in by_word[word]:
            by_word[word].append(person)


def _mark(person: Person, span: Span, person_at: dict[int, Person]) -> None:
    insort(person.at, span.start)
    for token in span:
        person_at[token.i] = person


def _mark_bare_surnames(
    doc: Doc, by_word: dict[str, list[Person]], person_at: dict[int, Person]
) -> None:
    """Surnames that the recogniser took for something else or missed."""
    for token in doc:
        if (
            token.i in person_at
            or not (token.pos_ in {"PROPN", "NOUN"} or (token.i and is_name_like_modal(token)))
            or not (token.is_title or (token.is_upper and len(token) > _SHORTEST_CAPITALS))
            or token.lower_ in _PLACES
        ):
            continue
        owners = [
            p
            for p in by_word.get(token.lower_, [])[-_NAMESAKES:]
            if any(n.last == token.lower_ and n.first for n in p.names)
        ]
        in_longer = token.ent_type_ == "ORG" and (token.ent_iob_ == "I" or _next_inside(token))
        if len(owners) == 1 and not in_longer and token.dep_ != "compound":
            _mark(owners[0], doc[token.i : token.i + 1], person_at)


def _next_inside(token: Token) -> bool:
    after = token.i + 1
    return (
        after < len(token.doc)
        and token.doc[after].ent_iob_ == "I"
        and token.doc[after].ent_type_ == token.ent_type_
    )


def _note_title(person: Person, span: Span) -> None:
    words = [word.strip(".").lower() for word in _title_words(span)]
    if not words:
        return
    found = set(words)
    person.words |= found
    person.roles |= role_of(words)
    person.countries |= frozenset(country_in(found))
    person.gender = person.gender or gender_of_words(found)


def _title_words(span: Span) -> list[str]:
    """The words of a name's phrase before it and of what is set beside it."""
    head = span.root
    words = []
    before = span.start - 1
    first = max(head.left_edge.i, span.start - _TITLE_WORDS)
    while before >= first and not span.doc[before].is_punct:
        words.append(span.doc[before].text)
        before -= 1
    words.reverse()
    for child in head.children:
        if (
            child.dep_ == "appos"
            and child.pos_ == "NOUN"
            and abs(child.i - head.i) < 2 * _TITLE_WORDS
        ):
            words.extend(_flat(child))
    if head.dep_ == "appos" and head.head.pos_ == "NOUN":
        words.extend(_flat(head.head))
    if not words and span.start and span.doc[span.start - 1].text.strip(".").istitle():
        words.append(span.doc[span.start - 1].text)
    return words


def _flat(noun: Token) -> list[str]:
    """A noun with what stands before it and its of-phrase, without clauses."""
    right = noun.i
    for child in noun.rights:
        if (
            child.dep_ == "prep"
            and child.lower_ in {"of", "for", "to"}
            and child.right_edge.i - noun.i < _TITLE_WORDS
        ):
            right = child.right_edge.i
            break
    left = max(noun.left_edge.i, noun.i - _TITLE_WORDS)
    return [token.text for token in noun.doc[left : right + 1] if not token.is_punct]
