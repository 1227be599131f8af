"""What sort of statement a claim is, by readable rules over cue, mood, tense and quantities.

The rules stand in one table, first match wins: what the cue or main verb does (deny, promise), then
the mood of the content (must, want, will), then what it is about (misconduct, judgement, numbers),
then tense: a state is a fact, what was done is an event.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Span, Token

from schemas.claim import Kind, Quantity, Quote
from services.extract.dates_tense import Tense, tense_of
from services.extract.kinds_words import (
    ACTORS,
    ACTS,
    FEELING,
    FORCES,
    HAPPENS_TOO,
    MISCONDUCT_NOUNS,
    MISCONDUCT_VERBS,
    NEEDS_INFINITIVE,
    RECORD,
    REFUSALS,
    RESOLVED,
    SEVERE,
    STATES,
    UNWILLED,
    WANTING,
)
from services.extract.objectivity_words import EVALUATIVE, FIRST_PERSON
from services.extract.quantities import find_quantities
from services.extract.roles import PEOPLE

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_AGENTS = frozenset(("PERSON", "ORG", "GPE", "NORP"))
_LONGEST_AGE = 3
_PEOPLE = frozenset(("i", "we", "he", "she", "they"))


@dataclass(frozen=True)
class _Content:
    """A span with the parts of it that the rules ask for."""

    span: Span
    cue: str | None
    quote: Quote
    quantities: Sequence[Quantity]

    @property
    def attributed(self) -> bool:
        """Whether somebody is said to say it."""
        return self.cue is not None or self.quote is not Quote.NONE

    @cached_property
    def verbs(self) -> list[Token]:
        """The main verb of each sentence in the span, and the verbs coordinated with it."""
        inside = range(self.span.start, self.span.end)
        found = [
            token
            for token in self.span
            if token.pos_ in ("VERB", "AUX")
            and (token.head.i == token.i or token.head.i not in inside)
        ]
        found += [
            other
            for verb in tuple(found)
            for other in verb.conjuncts
            if other.i in inside and other not in found
        ]
        return found or [token for token in self.span if token.pos_ in ("VERB", "AUX")][:1]

    def clause_verbs(self) -> Iterator[Token]:
        """Main verbs, and those of the clauses that hang on them."""
        for verb in self.verbs:
            yield verb
            yield from (
                child for child in verb.children if child.dep_ in ("ccomp", "xcomp", "advcl")
            )


def classify(
    span: Span,
    *,
    cue_lemma: str | None,
    quote: Quote,
    quantities: Sequence[Quantity] | None = None,
) -> Kind:
    """The kind of the claim in `span`: the content without its cue where there is an attribution.

    `cue_lemma` is the lemma of the cue's head ("say", "deny", "promise"), none where nobody is said
    to speak; `quantities` are those of the span, found here when they are not given. Deterministic; a span without a verb is a quantity or a statement.
    """
    if quantities is None:
        quantities = find_quantities(span)
    content = _Content(span, cue_lemma.lower() if cue_lemma else None, quote, quantities)
    return next((kind for rule in _RULES if (kind := rule(content))), Kind.STATEMENT)


def _by_cue(content: _Content) -> Kind | None:
    if content.cue is None:
        return None
    # Somebody is told what is so, or told to do something: only the second is a demand.
    if content.cue == "tell" and content.span[0].tag_ != "TO":
        return None
    return _act(content.cue, content.span)


def _by_main_verb(content: _Content) -> Kind | None:
    """The main verb's own act, unless the speaker talks of himself ("I want", "we expect")."""
    for verb in content.verbs:
        # What is to be done hangs on the verb: "and I was told so" demands nothing.
        after = [token for token in verb.subtree if verb.i < token.i < content.span.end]
        kind = _act(verb.lemma_.lower(), after)
        asked = kind is Kind.DEMAND and verb.lemma_.lower() in NEEDS_INFINITIVE
        if kind is Kind.DENIAL and _passive(verb):  # who is dismissed denies nothing
            continue
        if kind and not (asked and _subject(verb) in FIRST_PERSON) and verb.lemma_ not in WANTING:
            return kind
    return None


def _act(lemma: str, span: Iterable[Token]) -> Kind | None:
    kind = ACTS.get(lemma)
    return None if lemma in NEEDS_INFINITIVE and not _says_what_to_do(span) else kind


def _says_what_to_do(words: Iterable[Token]) -> bool:
    return any(
        token.tag_ == "TO"
        or (token.tag_ == "VB" and not any(child.dep_ == "aux" for child in token.children))
        for token in words
    )


def _refusal(content: _Content) -> Kind | None:
    """Reads "It is a complete lie", "that is false"."""
    called = (
        child
        for verb in content.verbs
        if content.attributed and verb.lemma_ == "be" and not _negated(verb)
        for child in verb.children
        if child.dep_ in ("acomp", "attr")
    )
    return Kind.DENIAL if any(word.lemma_.lower() in REFUSALS for word in called) else None


def _demand(content: _Content) -> Kind | None:
    """Reads "They must", "China should"; and in a quotation the imperative."""
    for token in content.span:
        if token.lower_ in ("must", "should") and token.tag_ == "MD":
            subject = _subject(token.head)
            if subject and subject not in ("i", "we"):
                return Kind.DEMAND
    if content.quote is Quote.NONE:
        return None
    commands = (
        verb.tag_ == "VB" and not _subject(verb) and not any(c.dep_ == "aux" for c in verb.children)
        for verb in content.verbs
    )
    return Kind.DEMAND if any(commands) else None


def _intention(content: _Content) -> Kind | None:
    for verb in content.verbs:
        if verb.lemma_ in WANTING and tense_of(verb) is not Tense.PAST:
            return Kind.INTENTION
        if any(c.dep_ == "acomp" and c.lower_ in RESOLVED for c in verb.children):
            return Kind.INTENTION
    return None


def _to_come(content: _Content) -> Kind | None:
    """The future: promised where somebody says that he or his will act, else planned or predicted."""
    for verb in content.verbs:
        helpers = {child.lower_ for child in verb.children if child.dep_ == "aux"}
        reported = content.cue is not None and "would" in helpers and verb.lemma_ != "be"
        if helpers & {"will", "shall", "'ll", "’ll", "wo"} or reported or _going_to(verb):
            if not _willed(verb):
                return Kind.PREDICTION
            return Kind.PROMISE if content.attributed else Kind.INTENTION
        if helpers & {"may", "might", "could"} and not _willed(verb):
            return Kind.PREDICTION
    return None


def _going_to(verb: Token) -> bool:
    return verb.lower_ == "going" and any(child.dep_ == "xcomp" for child in verb.children)


def _willed(verb: Token) -> bool:
    """Whether somebody acts: an agent as subject of a verb of doing, "continue to" seen through."""
    acting = verb
    if verb.lemma_ in ("continue", "go", "keep", "begin", "start"):
        acting = next((child for child in verb.children if child.dep_ == "xcomp"), verb)
    happens = acting.lemma_ in UNWILLED and acting.tag_ != "VBG"
    if happens or _passive(verb):
        return False
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    return subject is not None and (
        subject.lower_ in _PEOPLE
        or subject.lemma_.lower() in ACTORS
        or bool({part.ent_type_ for part in subject.subtree} & _AGENTS)
    )


def _has_doer(verb: Token) -> bool:
    """Whether somebody who can be blamed does it: no force of nature, and not nobody."""
    if _passive(verb):
        by = (child for child in verb.children if child.dep_ == "agent")
        doer = next((inner for child in by for inner in child.children), None)
    else:
        doer = next((child for child in verb.children if child.dep_ in _SUBJECTS), None)
    if doer is None:
        return False
    parts = list(doer.subtree)
    if any(part.lemma_.lower() in FORCES for part in parts):
        return False
    return (
        doer.lower_ in _PEOPLE
        or doer.lemma_.lower() in ACTORS | PEOPLE
        or any(part.ent_type_ in _AGENTS for part in parts)
    )


def _passive(verb: Token) -> bool:
    return any(child.dep_ == "nsubjpass" for child in verb.children)


def _accusation(content: _Content) -> Kind | None:
    """Misconduct that is laid to somebody else."""
    for verb in content.clause_verbs():
        accuses = verb.lemma_ in MISCONDUCT_VERBS and content.attributed
        blamed = verb.lemma_ not in HAPPENS_TOO or _has_doer(verb)
        if accuses and blamed and _subject(verb) not in ("i", "we") and not _negated(verb):
            return Kind.ACCUSATION
    severe = (
        token.lemma_.lower() in MISCONDUCT_NOUNS
        and any(child.lemma_.lower() in SEVERE for child in token.children)
        for token in content.span
    )
    return Kind.ACCUSATION if any(severe) else None


def _opinion(content: _Content) -> Kind | None:
    for verb in content.verbs:
        if verb.lemma_ in FEELING and _subject(verb) in ("i", "we"):
            return Kind.OPINION
        judged = (
            part.lemma_.lower() in EVALUATIVE
            for child in verb.children
            if child.dep_ in ("acomp", "attr") and verb.lemma_ == "be"
            for part in (child, *child.children)
        )
        if any(judged):
            return Kind.OPINION
    return None


def _quantity(content: _Content) -> Kind | None:
    """A number that carries the statement, not a mere "two reports"."""
    counted = (
        quantity.unit == "%" or quantity.low is None or quantity.high is None or quantity.high >= 10
        for quantity in content.quantities
        if not _is_age(content.span, quantity)
    )
    return Kind.QUANTITY if any(counted) else None


def _is_age(span: Span, quantity: Quantity) -> bool:
    """Whether a number between commas beside a name is somebody's age ("Ada Hallam, 41, said")."""
    text = span.text
    start, end = (at - span.start_char for at in quantity.span)
    bare = quantity.text.isdigit() and len(quantity.text) < _LONGEST_AGE
    return bare and text[max(0, start - 2) : start] == ", " and text[end : end + 1] in (",", "")


def _by_tense(content: _Content) -> Kind | None:
    for verb in content.verbs:
        if _of_record(verb):
            return Kind.FACT
        if content.attributed and _subject(verb) in ("i", "we"):
            return Kind.STATEMENT
        happening = any(child.lower_ == "being" for child in verb.children)
        state = verb.lemma_ in STATES and verb.tag_ not in ("VBN", "VBG")
        past = tense_of(verb) is Tense.PAST
        return Kind.EVENT if happening or (past and not state) or verb.tag_ == "VBG" else Kind.FACT
    return None


def _of_record(verb: Token) -> bool:
    below = {token.lemma_.lower() for child in verb.children for token in (child, *child.children)}
    return any(verb.lemma_ == lemma and thing in below for lemma, thing in RECORD)


def _subject(verb: Token) -> str:
    """The subject's word, lower case, or nothing."""
    return next((child.lower_ for child in verb.children if child.dep_ in _SUBJECTS), "")


def _negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)


_RULES: tuple[Callable[[_Content], Kind | None], ...] = (
    _by_cue,
    _by_main_verb,
    _refusal,
    _demand,
    _intention,
    _to_come,
    _accusation,
    _opinion,
    _quantity,
    _by_tense,
)
