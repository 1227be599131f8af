"""Coreference of speakers: from the words that name a source to one name, or none rather than a guess."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from services.extract.countries import country_in, government_of
from services.extract.mentions import Cast, Person, last_before
from services.extract.names import gender_of_words
from services.extract.naming import text_of, without_article
from services.extract.roles import BODY_WORDS, COUNTRY_WORDS, PEOPLE, describes, role_of
from services.extract.salience import Race
from services.extract.speakers_words import DOCUMENTS, says_nothing
from services.extract.subjects import antecedent, own_subject, phrase_of
from services.extract.words import words

_FAR = 150
"""Tokens after which a pronoun is not taken for a person any more."""
_THRESHOLD = 0.5
_SPOKE = 1.3
_NAMED = 1.0
_AS_SUBJECT = 0.25
_SAME_PARAGRAPH = 0.25
"""Weights of a candidate for a pronoun: a speaker before counts more than a name, a subject more than the rest, and
either more within the pronoun's own paragraph, where news prose introduces whom it goes on to quote."""
_DEFINITE = words("the this that his her its their")
_SORTS = words("bank party ministry union council university institute court commission")
"""Nouns that say what sort of body one is: such a body of several words has its sort in its name."""
_OLD = frozenset({"old", "year-old"})
_AGE_WORDS = 5
_NOBODY = ""
_SINGULAR = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}


@dataclass(frozen=True)
class Speaker:
    """Who speaks: `name` as the article gives it most fully, and how sure that is."""

    name: str
    confidence: float
    human: bool = True


@dataclass
class _Turn:
    """Somebody who was the source or the subject of a sentence."""

    index: int
    speaker: Speaker
    gender: str | None
    plural: bool


def _index(turn: _Turn) -> int:
    return turn.index


class Resolver:
    """Resolves the sources of one article, which must come in reading order.

    Method: names to the fullest form, descriptions by title, pronouns by recency, gender and the role of
    speaker or subject, in the manner of Lappin and Leass (1994); no one below a threshold.
    """

    def __init__(self, doc: Doc, cast: Cast) -> None:
        self._doc = doc
        self._cast = cast
        self._turns: list[_Turn] = []
        self._documents: dict[str, tuple[int, str]] = {}
        self._spoken_of: set[str] = set()

    def resolve(
        self, head: Token | None, phrase: Span | None, said: Sequence[Span] = ()
    ) -> Speaker | None:
        """The speaker that the noun phrase `phrase` with `head` means; none when that is not known.

        `said` are the speaker's own words: a pronoun is nobody whom they speak of by name.
        """
        if head is not None and head.lower_ in _SINGULAR:
            self._spoken_of = {
                person.text for part in said for token in part if (person := self._named(token))
            }
        speaker = self._resolved(head, phrase)
        self._spoken_of = set()
        return speaker

    def _named(self, token: Token) -> Person | None:
        return self._cast.person_at.get(token.i)

    def _resolved(self, head: Token | None, phrase: Span | None) -> Speaker | None:
        if head is None or phrase is None:
            return None
        noun = antecedent(head)
        if noun != head:
            phrase = self._doc[
                noun.left_edge.i : max(noun.i + 1, min(noun.right_edge.i + 1, head.i))
            ]
            head = noun
        speaker = self._of(head, phrase)
        if speaker is not None:
            self._remember(head, speaker)
        return speaker

    def meaning(self, head: Token, phrase: Span) -> Speaker | None:
        """Who is meant, where the words are a pronoun or a description of somebody known; none otherwise."""
        if head.pos_ == "PRON" or head.tag_ in {"PRP", "PRP$"}:
            return self._pronoun(head)
        if head.lower_ in COUNTRY_WORDS:
            return self._last_country(head)
        return self._described(head, phrase)

    def full_name(self, noun: Token) -> str | None:
        """The fullest name of the person whom `noun` is part of the name of; none of anybody else."""
        person = self._cast.person_at.get(noun.i)
        return person.text if person is not None else None

    def name_of(self, head: Token) -> str | None:
        """The name of one who passes something on, without making it a speaker that pronouns may mean."""
        speaker = self._of(head, phrase_of(head))
        return speaker.name if speaker else None

    def _of(self, head: Token, phrase: Span) -> Speaker | None:
        joined = [
            child
            for child in head.conjuncts
            if phrase.start <= child.i < phrase.end and child.i > head.i
        ]
        if joined and head.pos_ != "PRON":
            return self._several(head, joined, phrase)
        return self._one(head, phrase)

    def _several(self, head: Token, joined: list[Token], phrase: Span) -> Speaker | None:
        parts = [head, *joined]
        persons = [self._cast.person_at.get(part.i) for part in parts]
        if not any(persons):
            return Speaker(text_of(phrase), 0.8, human=False)
        names = [
            person.text if person else part.text
            for person, part in zip(persons, parts, strict=True)
        ]
        return Speaker(", ".join(names[:-1]) + " and " + names[-1], 0.8)

    def _one(self, head: Token, phrase: Span) -> Speaker | None:
        person = self._cast.person_at.get(head.i) or self._beside(head, phrase)
        if person is None and head.is_upper and len(head) > 2:  # a transcript's label
            person = self._cast.with_surname(head.lower_)
        if person is not None:
            return Speaker(person.text, 0.95)
        if head.pos_ == "PRON" or head.tag_ in {"PRP", "DT", "WP", "WDT", "EX"}:
            return self._pronoun(head)
        if head.lower_ in COUNTRY_WORDS and phrase[0].lower_ in _DEFINITE:
            return self._last_country(head)
        if (aged := self._aged(head)) is not None:
            return aged
        return (
            self._government(head, phrase)
            or self._described(head, phrase)
            or self._body(head, phrase)
            or self._document(head, phrase)
            or _by_words(head, phrase)
        )

    def _aged(self, head: Token) -> Speaker | None:
        """For "the 58-year-old" whoever is spoken of."""
        if head.lower_ not in _OLD or not head.i or head.nbor(-1).text not in {"-", "year-"}:
            return None
        start = max(head.sent.start, head.i - _AGE_WORDS)
        words = [token.lower_ for token in head.doc[start : head.i]]
        return self._singular(head, None) if words[:1] == ["the"] and "year" in words else None

    def _document(self, head: Token, phrase: Span) -> Speaker | None:
        """For "the report" the one spoken of before with its publisher or its subject."""
        lemma = head.lemma_.lower()
        if lemma not in DOCUMENTS:
            return None
        if len(phrase) > 2 or phrase[0].lower_ not in _DEFINITE:
            self._documents[lemma] = head.i, text_of(phrase)
            return None
        index, name = self._documents.get(lemma, (-_FAR, ""))
        near = head.i - index < 2 * _FAR
        return Speaker(name, 0.6, human=False) if name and near else None

    def _government(self, head: Token, phrase: Span) -> Speaker | None:
        name = government_of(text_of(phrase)) or government_of(head.text)
        if name is None or _modified(head, phrase):
            return None
        return Speaker(name, 0.9, human=False)

    def _body(self, head: Token, phrase: Span) -> Speaker | None:
        """For "the ministry" the last organisation that was named."""
        if (
            head.lower_ not in BODY_WORDS
            or phrase[0].lower_ not in {"the", "this"}
            or len(phrase) > 2
        ):
            return None
        name = last_before(self._cast.bodies, head.i, _FAR)
        if name is None or not _may_be(head.lower_, name):
            return None
        return Speaker(without_article(name), 0.6, human=False)

    def _beside(self, head: Token, phrase: Span) -> Person | None:
        """The name set beside a description: "the minister, Anders Quill", "spokesman John Smith"."""
        for child in head.children:
            if child.dep_ in {"appos", "compound", "nmod"} and phrase.start <= child.i < phrase.end:
                person = self._cast.person_at.get(child.i)
                # In "the Blinken statement" the name is not who the phrase means.
                if person is not None and (child.dep_ == "appos" or head.lemma_.lower() in PEOPLE):
                    return person
        if head.dep_ == "appos":
            return self._cast.person_at.get(head.head.i)
        return None

    def _described(self, head: Token, phrase: Span) -> Speaker | None:
        words = [token.lower_.strip(".") for token in phrase if token.i <= head.i + 6]
        roles = role_of(words[: head.i - phrase.start + 4])
        definite = phrase[0].lower_ in _DEFINITE
        if not roles or not definite or head.tag_ in {"NNS", "NNPS"}:
            return None
        countries = country_in(set(words))
        wanted = gender_of_words(set(words))
        best: tuple[float, int, Person] | None = None
        for index, person in self._cast.people_before(head.i):
            fit = describes(roles, person.roles)
            if not fit or (wanted and person.gender and wanted != person.gender):
                continue
            if countries and person.countries and not countries & person.countries:
                continue
            shared = len(set(words) & person.words)
            score = (
                fit
                + 0.05 * shared
                + (0.3 if countries & person.countries else 0)
                + 0.2 * (head.i - index < 40)
            )
            if best is None or score > best[0]:
                best = (score, index, person)
        if best is None or best[0] < _THRESHOLD:
            return None
        return Speaker(best[2].text, min(0.9, 0.55 + 0.3 * best[0]))

    def _pronoun(self, head: Token) -> Speaker | None:
        word = head.lower_
        if word in _SINGULAR:
            return self._singular(head, _SINGULAR[word])
        if word in {"they", "it"}:
            for turn in self._turns_before(head.i, 3):
                near = head.i - turn.index < _FAR // 2
                if near and (turn.plural if word == "they" else not turn.speaker.human):
                    return Speaker(turn.speaker.name, 0.6, human=turn.speaker.human)
        return self._body_before(head) if word == "it" else None

    def _body_before(self, head: Token) -> Speaker | None:
        """For "it" that opens a sentence the organisation that the sentence before is about."""
        start = head.sent.start
        if head.i > start + 1 or not start:
            return None
        subject = own_subject(self._doc[start - 1].sent.root)
        if subject is None or subject.ent_type_ != "ORG" or subject.i in self._cast.person_at:
            return None
        return Speaker(text_of(phrase_of(subject)), 0.7, human=False)

    def _singular(self, head: Token, wanted: str | None) -> Speaker | None:
        """By recency, gender and the role of subject or speaker; the first of a sentence counts more than the last.

        `wanted` is "he", "she" or none where the words tell no gender. Somebody without a name runs too,
        and is nobody if he wins.
        """
        race = Race()
        paragraph = self._paragraph_of(head.i)
        for turn in self._turns_before(head.i, 6):
            if turn.plural or not turn.speaker.human or _differs(turn.gender, wanted):
                continue
            if turn.speaker.name in self._spoken_of:
                continue
            told = turn.gender == wanted
            here = _SAME_PARAGRAPH * (turn.index >= paragraph)
            race.enter(turn.speaker.name, _SPOKE + here - (head.i - turn.index) / _FAR, told=told)
        for index, person in self._cast.people_before(head.i)[:6]:
            if _differs(person.gender, wanted) or person.text in self._spoken_of:
                continue
            here = _SAME_PARAGRAPH * (index >= paragraph)
            prominence = _NAMED + here + _AS_SUBJECT * self._is_subject(index)
            told = person.gender == wanted
            race.enter(person.text, prominence - (head.i - index) / _FAR, told=told)
        for index, word in self._strangers_before(head):
            gender = gender_of_words({word})
            if not _differs(gender, wanted):
                here = _SAME_PARAGRAPH * (index >= paragraph)
                prominence = _NAMED + here + _AS_SUBJECT - (head.i - index) / _FAR
                race.enter(_NOBODY, prominence, told=gender is not None and gender == wanted)
        winner = race.winner()
        return Speaker(*winner) if winner is not None and winner[0] != _NOBODY else None

    def _strangers_before(self, head: Token) -> list[tuple[int, str]]:
        position = bisect_left(self._cast.strangers, (head.i, ""))
        near = self._cast.strangers[max(0, position - 2) : position]
        return [one for one in near if head.i - one[0] < _FAR]

    def _paragraph_of(self, index: int) -> int:
        """The first token of the paragraph of token `index`, looked for as far back as a pronoun reaches."""
        for at in range(index - 1, max(-1, index - _FAR), -1):
            token = self._doc[at]
            if "\n" in token.text or "\n" in token.whitespace_:
                return at + 1
        return max(0, index - _FAR)

    def _is_subject(self, index: int) -> bool:
        token = self._doc[index]
        for _ in range(3):
            if token.dep_ in {"nsubj", "nsubjpass"}:
                return True
            if token.dep_ not in {"compound", "appos"}:
                return False
            token = token.head
        return False

    def _last_country(self, head: Token) -> Speaker | None:
        name = last_before(self._cast.countries, head.i, _FAR)
        return Speaker(name, 0.6, human=False) if name else None

    def _turns_before(self, index: int, most: int) -> list[_Turn]:
        """The latest turns before token `index`, the nearest first."""
        position = bisect_left(self._turns, index, key=_index)
        return self._turns[max(0, position - most) : position][::-1]

    def _remember(self, head: Token, speaker: Speaker) -> None:
        person = self._cast.person_at.get(head.i)
        gender = person.gender if person else None
        gender = gender or _SINGULAR.get(head.lower_) or gender_of_words({head.lower_})
        if person is not None and person.gender is None and gender is not None:
            person.gender = gender
        plural = head.tag_ in {"NNS", "NNPS"} or head.lower_ == "they" or " and " in speaker.name
        insort(self._turns, _Turn(head.i, speaker, gender, plural), key=_index)


def _differs(gender: str | None, wanted: str | None) -> bool:
    return gender is not None and wanted is not None and gender != wanted


def _may_be(noun: str, name: str) -> bool:
    """Whether an organisation called `name` may be "the `noun`": one that says what it is must be that."""
    said = {word.lower().strip(".,") for word in name.split()} & _SORTS
    return noun not in _SORTS or noun in said or (not said and " " not in without_article(name))


def _by_words(head: Token, phrase: Span) -> Speaker | None:
    """The description itself as the speaker; none where it is a thing, which says nothing."""
    lemma = head.lemma_.lower()
    common = head.pos_ == "NOUN" and not head.ent_type_
    before = head.nbor(-1).lower_ if head.i > phrase.start else ""
    text = text_of(phrase, keep_title=True)
    published = any(token.ent_type_ == "ORG" for token in phrase)
    if not text or (common and not published and says_nothing(lemma, before)):
        return None
    return Speaker(text, 0.7, human=lemma in PEOPLE)


def _modified(head: Token, phrase: Span) -> bool:
    """Whether a country's name is only part of another ("South China Sea")."""
    return any(token.dep_ == "compound" and token.head == head for token in phrase) and (
        government_of(text_of(phrase)) is None
    )
