"""What a cue reports: the words that belong to it, as stretches of tokens."""

from spacy.tokens import Token

from services.extract.cues import OCCASIONS, PREPOSITIONS, VERBS, Takes
from services.extract.ranges import Range, trim
from services.extract.report import Form
from services.extract.subjects import is_passive, own_subject
from services.extract.unparsed import unparsed_content

_TIMES = frozenset({"DATE", "TIME"})
_FINITE_TAGS = frozenset({"VBD", "VBP", "VBZ", "MD"})
_FINITE_PARTS = frozenset({"aux", "auxpass", "nsubj", "nsubjpass", "cop"})
_COMPLEMENTS = frozenset(
    {"prep", "xcomp", "oprd", "dobj", "ccomp", "pcomp", "acomp", "prt", "agent"}
)
_OBJECTS = frozenset({"dobj", "oprd"})
_ADJUNCTS = frozenset({"in", "on", "at", "during", "after", "before", "by"})
_BREAKS = frozenset({"cc", "conj", "advcl", "punct"})


def content_of(verb: Token) -> tuple[Form, list[Range]] | None:
    """The indirect content of `verb` and how it hangs on it; none when it has none."""
    takes = VERBS.get(verb.lemma_.lower(), Takes(0))
    if Takes.CLAUSE in takes and (clause := _clause(verb)) is not None:
        return Form.CLAUSE, _ranges(clause, verb)
    if Takes.INFINITIVE in takes and (clause := _infinitive(verb)) is not None:
        return Form.INFINITIVE, _ranges_from(verb, clause)
    if Takes.CLAUSE in takes and (rest := unparsed_content(verb, takes)):
        return Form.CLAUSE, rest
    if Takes.OBJECT in takes or verb.lemma_.lower() in PREPOSITIONS:
        first = _object(verb, takes)
        if first is not None:
            return Form.OBJECT, _to_the_right(verb, first)
    return None


def _clause(verb: Token) -> Token | None:
    """The clause that is the verb's complement: the last one after it, else a finite one before it."""
    clauses = [
        child
        for child in verb.children
        if child.dep_ == "ccomp" and child.pos_ in _HEADS_OF_CLAUSES
    ]
    after = [clause for clause in clauses if clause.i > verb.i]
    before = [
        clause
        for clause in clauses
        if clause.i < verb.i and _is_finite(clause) and not _is_cut_off(clause)
    ]
    return next(iter([*after[::-1], *before]), None)


def _is_cut_off(clause: Token) -> bool:
    """Whether a colon ends `clause`: what is said after it is another statement."""
    after = clause.right_edge.i + 1
    return after < len(clause.doc) and clause.doc[after].text in {":", ";"}


_HEADS_OF_CLAUSES = frozenset({"VERB", "AUX", "NOUN", "ADJ", "PROPN"})


def _is_finite(token: Token) -> bool:
    return token.tag_ in _FINITE_TAGS or any(
        child.dep_ in _FINITE_PARTS for child in token.children
    )


def _infinitive(verb: Token) -> Token | None:
    for child in verb.rights:
        if child.dep_ in {"xcomp", "ccomp"} and _has_to(child):
            return child
        if child.dep_ == "dobj":  # "urged China to …" parsed as a clause of the noun
            inner = next(
                (c for c in child.rights if c.dep_ in {"acl", "relcl"} and _has_to(c)), None
            )
            if inner is not None:
                return inner
    return None


def _has_to(clause: Token) -> bool:
    return any(part.lower_ == "to" for part in clause.lefts)


def _object(verb: Token, takes: Takes) -> Token | None:
    """The first word of the content of "accused Russia of meddling", "called for talks"."""
    prepositions = PREPOSITIONS.get(verb.lemma_.lower(), set())
    for child in verb.rights:
        if child.lower_ in prepositions and child.dep_ in {"prep", "prt", "advmod"}:
            found = _after_preposition(verb, child)
            if found is not None:
                return found
        elif Takes.OBJECT in takes and child.dep_ in _OBJECTS and child.ent_type_ not in _TIMES:
            return child
    return _passive_object(verb) if Takes.OBJECT in takes and is_passive(verb) else None


def _after_preposition(verb: Token, preposition: Token) -> Token | None:
    if any(True for _ in preposition.rights):
        return preposition
    after = preposition.i + 1
    if after < verb.sent.end and verb.doc[after].dep_ in {"prep", "dobj"}:
        return verb.doc[after]
    return None


def _passive_object(verb: Token) -> Token | None:
    """In "Russia was accused of meddling" the subject is part of the content."""
    subject = own_subject(verb)
    for child in verb.rights:
        if child.dep_ in {"oprd", "prep", "xcomp"} and child.lower_ not in _ADJUNCTS:
            return subject if subject is not None and subject.pos_ != "PRON" else child
    return None


def _ranges(root: Token, cue: Token) -> list[Range]:
    """The subtree of `root`, without the cue's clause where the cue stands inside it."""
    left, right = root.left_edge.i, root.right_edge.i + 1
    if root.i > cue.i:
        left = _from_the_cue(cue, max(left, cue.i + 1))
        right = max(right, _further(root, cue))
    elif left <= cue.i < right:
        right = cue.i
    doc = root.doc
    found = [trim(doc, left, right)]
    if root.i < cue.i:
        tail = _tail_after_cue(root, cue)
        if tail is not None:
            found.append(tail)
    return [part for part in found if part[0] < part[1]]


def _from_the_cue(cue: Token, left: int) -> int:
    """Back to the cue where a subject or a condition of the clause was left behind ("said if …, he")."""
    between = cue.doc[cue.i + 1 : left]
    # A verb with a hyphen ("co-operated") is three words to the parser, and the subject is the first's.
    if any(token.dep_ in {"nsubj", "nsubjpass"} and token.head.i > cue.i for token in between) or (
        len(between) and between[0].lower_ in {"if", "while", "although", "unless", "once"}
    ):
        return cue.i + 1
    return left


def _further(root: Token, cue: Token) -> int:
    """The end of what follows the clause and, though hung on the cue, belongs to what was said."""
    end = root.right_edge.i + 1
    for child in cue.rights:
        if child.i <= root.i or child.left_edge.i < end - 1:
            continue
        if child.dep_ in {"punct", "cc"} or child.is_space:
            continue
        if _goes_on(child):
            end = child.right_edge.i + 1
            continue
        if child.dep_ not in {"advcl", "prep", "npadvmod"} or _belongs_to_saying(child):
            break
        end = child.right_edge.i + 1
    return end


def _goes_on(verb: Token) -> bool:
    """Whether `verb`, coordinated with the cue, is said too: "said he was ill and would resign", "and that …"."""
    if verb.dep_ != "conj":
        return False
    lefts = list(verb.lefts)
    if any(child.lower_ == "that" and child.dep_ == "mark" for child in lefts):
        return True
    shifted = any(child.dep_ == "aux" and child.lower_ in {"would", "could"} for child in lefts)
    return shifted and not any(child.dep_ in {"nsubj", "nsubjpass"} for child in lefts)


def _belongs_to_saying(child: Token) -> bool:
    """A time, an occasion ("in an interview"), another cue ("adding …") or its reason ("when asked")."""
    if child.lemma_.lower() in VERBS or child.lower_ in {"according", "as"}:
        return True
    return any(
        token.ent_type_ in _TIMES or token.lemma_.lower() in OCCASIONS
        for token in list(child.subtree)[:12]
    )


def _tail_after_cue(root: Token, cue: Token) -> Range | None:
    """In "X, he said, is Y" the part after the cue: what remains of the content's own words."""
    later = [token.i for token in root.subtree if token.i > cue.i and not token.is_punct]
    inside = {token.i for token in cue.subtree} - {token.i for token in root.subtree}
    later = [index for index in later if index not in inside]
    if not later:
        return None
    return trim(root.doc, later[0], later[-1] + 1)


def _ranges_from(verb: Token, clause: Token) -> list[Range]:
    left = clause.left_edge.i
    for child in verb.rights:  # "called on China to …", "urged him to …"
        if (
            child.i < clause.i
            and child.dep_ in {"dobj", "prep", "dative"}
            and child.left_edge.i < left
        ):
            left = child.left_edge.i
            break
    return [trim(verb.doc, max(left, verb.i + 1), clause.right_edge.i + 1)]


def _to_the_right(verb: Token, first: Token) -> list[Range]:
    """From `first` to the end of what depends on the verb, short of adjunct clauses and coordinated verbs."""
    if first.i < verb.i:
        ends = [c.right_edge.i + 1 for c in verb.rights if c.dep_ in {"oprd", "prep", "xcomp"}]
        before = trim(verb.doc, first.left_edge.i, min(first.right_edge.i + 1, verb.i))
        parts = [before, trim(verb.doc, verb.i + 1, max(ends, default=verb.i + 1))]
    else:
        parts = [trim(verb.doc, first.left_edge.i, _end_of_complements(verb, first))]
    return [part for part in parts if part[0] < part[1]]


def _end_of_complements(verb: Token, first: Token) -> int:
    end = first.right_edge.i + 1
    for child in verb.rights:
        if child.i <= first.i or _is_time(child):
            continue
        if child.dep_ in _COMPLEMENTS:
            end = max(end, child.right_edge.i + 1)
        elif child.dep_ in _BREAKS:
            break
    return end


def _is_time(child: Token) -> bool:
    """Whether `child` is a phrase such as "on Tuesday"."""
    return (
        child.dep_ == "prep"
        and child.lower_ in _ADJUNCTS
        and any(part.ent_type_ in _TIMES for part in child.rights)
    )
