"""Modality: whether a claim's main statement is put forward as so, possible, expected, planned, needed or conditional.

Read from the verb's auxiliaries, from predicates that take an infinitive ("is expected to"), from
adverbs of the whole clause, and from a clause with "if". A hedge on a number is none.
"""

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from schemas.claim import Modality, ModalityValue
from services.extract.marks import Marks
from services.extract.ranges import offsets_of
from services.extract.wordlists import word_set

_POSSIBLE, _EXPECTED = ModalityValue.POSSIBLE, ModalityValue.EXPECTED
_PLANNED, _NECESSARY = ModalityValue.PLANNED, ModalityValue.NECESSARY


def _table(rows: dict[ModalityValue, str]) -> dict[str, ModalityValue]:
    return {word: value for value, words in rows.items() for word in words.split()}


_AUXILIARIES = _table(
    {
        _POSSIBLE: "may might could can ca",
        _EXPECTED: "will wo 'll ’ll shall",
        _NECESSARY: "must should ought",
    }
)
_ACTIVE = _table(
    {
        _PLANNED: """
            plan intend aim hope want seek wish propose promise pledge vow threaten agree decide aspire
            undertake offer resolve
        """,
        _NECESSARY: "have need",
        _POSSIBLE: "appear seem",
        _EXPECTED: "expect anticipate",
    }
)
"""Lemmas of verbs that take an infinitive, in the active voice."""
_PASSIVE = _table(
    {
        _EXPECTED: "expect forecast project predict anticipate tip",
        _PLANNED: "schedule plan set intend slate design",
        _NECESSARY: "require oblige suppose order compel mandate",
        _POSSIBLE: """
            think believe say allege understand report suspect fear presume assume rumour rumor allow
            permit consider
        """,
    }
)
"""The same in the passive."""
_ADJECTIVES = _table(
    {
        _EXPECTED: "likely bound about certain sure poised",
        _PLANNED: "due set ready keen eager",
        _NECESSARY: "necessary essential mandatory compulsory obliged supposed",
        _POSSIBLE: "possible thinkable free able liable",
    }
)
_ADVERBS = word_set(
    "perhaps possibly probably maybe allegedly reportedly apparently supposedly potentially presumably"
)
_CONDITIONS = word_set("if unless provided providing assuming")
_NO_CONDITION = word_set("even as only")
"""Words before "if" that make it no condition."""


class Modalities:
    """The modality of each claim of one document."""

    def __init__(self, doc: Doc) -> None:
        self._conditions = Marks(doc, _CONDITIONS)
        self._adverbs = Marks(doc, _ADVERBS)

    def of(self, span: Span, said: Token | None) -> Modality:
        """Asserted where no cue governs the main verb.

        `said` is the verb by which somebody says it, if any: then "would" stands for "will", and of
        "analysts expect growth to slow" it is the cue.
        """
        verb = span.root
        condition = self._condition(verb)
        if condition is not None:
            mark, clause = condition
            ends = clause.left_edge, clause.right_edge
            return Modality(
                value=ModalityValue.CONDITIONAL,
                cue=offsets_of(mark),
                condition=(ends[0].idx, ends[1].idx + len(ends[1])),
            )
        for cue, value in self._cues(verb, said is not None):
            return Modality(value=value, cue=offsets_of(cue))
        expected = said is not None and _has_to(verb) and _PASSIVE.get(said.lemma_) is _EXPECTED
        if said is not None and expected:
            return Modality(value=_EXPECTED, cue=offsets_of(said))
        return Modality()

    def _condition(self, verb: Token) -> tuple[Token, Token] | None:
        """The word and the verb of the clause on which `verb` hangs."""
        for mark in self._conditions.within(verb.left_edge.i, verb.right_edge.i + 1):
            clause = mark if mark.dep_ in ("advcl", "prep") else mark.head
            before = mark.nbor(-1).lower_ if mark.i else ""
            if mark.lower_ == "if" and before in _NO_CONDITION:
                continue
            # The claim may be that clause itself: then it is no more than supposed.
            if clause.dep_ == "advcl" and verb in (clause, clause.head):
                return mark, clause
        return None

    def _cues(self, verb: Token, reported: bool) -> Iterator[tuple[Token, ModalityValue]]:
        children = list(verb.children)
        for child in children:
            if child.dep_ == "aux" and (value := _auxiliary(child, children, reported)) is not None:
                yield child, value
        infinitive = next((c for c in children if c.dep_ == "xcomp" and _has_to(c)), None)
        if infinitive is not None:
            yield from _governing(verb, infinitive, children)
        for child in children:
            value = _ADJECTIVES.get(child.lower_) if child.dep_ in ("acomp", "oprd") else None
            below = (c for word in (verb, child) for c in word.children)
            measured = any(c.lower_ in ("more", "less", "as") for c in child.lefts)
            if (
                value is not None
                and not measured
                and any(c.dep_ in ("xcomp", "ccomp") for c in below)
            ):
                yield child, value
        for adverb in self._adverbs.within(verb.left_edge.i, verb.right_edge.i + 1):
            hedges_number = adverb.i + 1 < len(adverb.doc) and adverb.nbor().like_num
            if adverb.head == verb and not hedges_number:
                yield adverb, _POSSIBLE


def _auxiliary(word: Token, children: list[Token], reported: bool) -> ModalityValue | None:
    if word.lower_ not in ("would", "'d", "’d") or word.tag_ != "MD":
        return _AUXILIARIES.get(word.lower_) if word.tag_ == "MD" else None
    perfect = any(child.lower_ == "have" and child.dep_ == "aux" for child in children)
    return _EXPECTED if reported and not perfect else ModalityValue.CONDITIONAL


def _has_to(infinitive: Token) -> bool:
    return any(child.dep_ == "aux" and child.tag_ == "TO" for child in infinitive.lefts)


def _governing(
    verb: Token, infinitive: Token, children: list[Token]
) -> Iterator[tuple[Token, ModalityValue]]:
    """The verb itself as the cue: "plans to", "is expected to", "is to"."""
    passive = verb.tag_ == "VBN" and any(child.dep_ == "auxpass" for child in children)
    value = (_PASSIVE if passive else _ACTIVE).get(verb.lemma_)
    subject_between = any(child.dep_ in ("nsubj", "nsubjpass") for child in infinitive.lefts)
    if value is not None and not (subject_between and value is not _PLANNED):
        yield verb, value
    elif verb.lemma_ == "be" and verb.i + 1 == infinitive.left_edge.i:
        yield verb, _PLANNED
