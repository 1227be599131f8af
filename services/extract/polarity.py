"""Polarity: whether a claim's main statement is negated, and by which words.

A negator counts where it stands in the main predicate: on its verb, its complements, its subject or
object. One inside a relative or other subordinate clause, or after a preposition ("without"), does not.
"""

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Polarity, PolarityValue
from services.extract.cues import DENIALS
from services.extract.marks import Marks
from services.extract.ranges import offsets_of
from services.extract.wordlists import word_set

_NEGATORS = word_set(
    "not n't n’t nt never no none nobody nothing nowhere neither nor no-one hardly scarcely barely yet"
)
_NEARLY = word_set("hardly scarcely barely")
_ANY = word_set("any ever anyone anybody anything")
_IMPLICATIVE = word_set("fail refuse decline neglect")
"""Verbs that, with an infinitive, say that it was not done."""
_LACKING = word_set("fails failed fail failing refuses refused refuse refusing declines declined")
_LACKING |= word_set("decline declining neglects neglected neglect lacks lacked lack unable")
_LINKS = word_set(
    """
    neg det predet nsubj nsubjpass csubj dobj dative attr acomp oprd xcomp advmod npadvmod preconj aux
    auxpass expl cc nummod quantmod ROOT
    """
)
"""Dependencies through which a negator's scope reaches up to the main verb."""
_ADVERBIAL = word_set("way time point circumstance circumstances condition case means account")
"""Nouns with which "in no way", "at no time" negate a whole clause."""
_FOCUS = word_set("only just merely simply least")
_BOUNDS = word_set("more less fewer later earlier sooner greater higher lower")
_STEPS = 5


class Polarities:
    """The polarity of each claim of one document."""

    def __init__(self, doc: Doc) -> None:
        self._marks = Marks(doc, _NEGATORS | _LACKING)

    def of(self, span: Span) -> Polarity:
        """Affirmed where nothing negates the main verb of `span`, or two negations undo each other."""
        # "Nor" joins clauses and negates the second, which begins after it.
        opened = span.start > 0 and span.doc[span.start - 1].lower_ == "nor"
        marks = self._marks.within(span.start - int(opened), span.end)
        if not marks:
            return Polarity()
        root = span.root
        verb = root if any(_reaches(mark, root) for mark in marks) else _denied(root)
        negators = [mark for mark in marks if _reaches(mark, verb)]
        negators += marks[:1] if opened and marks[0] not in negators else []
        lacking = list(_lacks(verb, marks))
        cues = sorted({_cue(token) for token in (*negators, *lacking)})
        odd = bool(negators) != bool(lacking)
        return Polarity(
            value=PolarityValue.NEGATED if odd else PolarityValue.AFFIRMED,
            cues=cues,
        )


def _denied(verb: Token) -> Token:
    """The verb of what is denied, which has a polarity of its own; any other verb is itself."""
    if verb.lemma_ not in DENIALS:
        return verb
    return next((child for child in verb.rights if child.dep_ in ("ccomp", "xcomp")), verb)


def _reaches(mark: Token, verb: Token) -> bool:
    """Whether `mark` is a negator with `verb` in its scope."""
    if mark.lower_ not in _NEGATORS or _turns(mark):
        return False
    node = mark
    for _ in range(_STEPS):
        if node == verb:
            return True
        allowed = node.dep_ in _LINKS or (node.dep_ == "amod" and node.lower_ == "single")
        if node.dep_ in ("prep", "pobj"):
            noun = node if node.dep_ == "pobj" else next(iter(node.rights), node)
            allowed = noun.lower_ in _ADVERBIAL and mark.head == noun
        if not allowed or node.head == node:
            return False
        node = node.head
    return False


def _turns(mark: Token) -> bool:
    """Whether the words after `mark` make it no negation: "not only", "no fewer than", "no doubt"."""
    doc = mark.doc
    word = mark.lower_
    after = doc[mark.i + 1] if mark.i + 1 < len(doc) else mark
    beyond = doc[mark.i + 2].lower_ if mark.i + 2 < len(doc) else ""
    if word in _NEARLY:
        return after.lower_ not in _ANY
    if word == "yet":
        return after.lower_ != "to"
    if after.lower_ in _FOCUS or (after.lower_ in _BOUNDS and beyond == "than"):
        return True
    if word == "no":
        number = after.like_num and after.lower_ != "one"
        return number or after.lower_ in ("doubt", "wonder", ".")
    return word == "nothing" and after.lower_ == "but"


def _lacks(verb: Token, marks: list[Token]) -> Iterator[Token]:
    """Words that negate by their meaning: "failed to", "unable to", "lacks"."""
    undone = verb.lemma_ in _IMPLICATIVE and any(c.dep_ == "xcomp" for c in verb.rights)
    for mark in marks:
        if mark == verb and (undone or verb.lemma_ == "lack"):
            yield mark
        if mark.lower_ == "unable" and mark.head == verb:
            yield mark


def _cue(token: Token) -> Offsets:
    """The negating words: "no longer", "no one" and "failed to" as a whole."""
    start, end = offsets_of(token)
    doc = token.doc
    if (
        token.lower_ == "not"
        and token.i
        and doc[token.i - 1].lower_ == "can"
        and not doc[token.i - 1].whitespace_
    ):
        return doc[token.i - 1].idx, end
    if token.i + 1 < len(doc):
        after = doc[token.i + 1]
        takes = token.lower_ == "yet" or token.lower_ in _LACKING
        if (takes and after.lower_ == "to") or (
            token.lower_ == "no" and after.lower_ in ("longer", "one")
        ):
            end = after.idx + len(after)
    return start, end
