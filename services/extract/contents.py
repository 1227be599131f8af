"""What a cue reports: the words that belong to it, as stretches of tokens."""

from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from services.extract.cues import PREPOSITIONS, VERBS, Takes
from services.extract.report import Form
from services.extract.subjects import is_passive, own_subject

Range = tuple[int, int]
"""Half-open token indices."""

_AFTER_CONTENT = {"when", "after", "as", "while", "before"}
_STOP_PARTICIPLES = {"advcl", "acl"}


def content_of(verb: Token) -> tuple[Form, list[Range]] | None:
    """The indirect content of `verb` and how it hangs on it; none when it has none."""
    takes = VERBS.get(verb.lemma_.lower(), Takes(0))
    if Takes.CLAUSE in takes and (clause := _clause(verb)) is not None:
        return Form.CLAUSE, _ranges(clause, verb)
    if Takes.INFINITIVE in takes and (clause := _infinitive(verb)) is not None:
        return Form.INFINITIVE, _ranges_from(verb, clause)
    if Takes.OBJECT in takes or verb.lemma_.lower() in PREPOSITIONS:
        first = _object(verb, takes)
        if first is not None:
            return Form.OBJECT, _to_the_right(verb, first)
    return None


def _clause(verb: Token) -> Token | None:
    best: Token | None = None
    for child in verb.children:
        if child.dep_ == "ccomp" and child.pos_ in {"VERB", "AUX", "NOUN", "ADJ", "PROPN"}:
            if child.i > verb.i or _is_finite(child):
                best = child if best is None or child.i > verb.i else best
    return best


def _is_finite(token: Token) -> bool:
    return token.tag_ in {"VBD", "VBP", "VBZ", "MD"} or any(
        child.dep_ in {"aux", "auxpass", "nsubj", "nsubjpass", "cop"} for child in token.children
    )


def _infinitive(verb: Token) -> Token | None:
    for child in verb.rights:
        if child.dep_ in {"xcomp", "ccomp"} and any(part.lower_ == "to" for part in child.lefts):
            return child
        if child.dep_ == "dobj":  # "urged China to …" parsed as a clause of the noun
            for inner in child.rights:
                if inner.dep_ in {"acl", "relcl"} and any(
                    part.lower_ == "to" for part in inner.lefts
                ):
                    return inner
    return None


def _object(verb: Token, takes: Takes) -> Token | None:
    """The first word to the right that belongs to the content of "accused Russia of meddling"."""
    prepositions = PREPOSITIONS.get(verb.lemma_.lower(), set())
    for child in verb.rights:
        if child.lower_ in prepositions and child.dep_ in {"prep", "prt", "advmod"}:
            if any(True for _ in child.rights):
                return child
            after = child.i + 1
            if after < verb.sent.end and verb.doc[after].dep_ in {"prep", "dobj"}:
                return verb.doc[after]
            if child.dep_ == "prt":
                continue
        if (
            Takes.OBJECT in takes
            and child.dep_ in {"dobj", "oprd"}
            and child.ent_type_ not in {"DATE", "TIME"}
        ):
            return child
    if Takes.OBJECT in takes and is_passive(verb):
        subject = own_subject(verb)
        for child in verb.rights:
            if child.dep_ in {"oprd", "prep", "xcomp"} and child.lower_ not in {
                "by",
                "in",
                "on",
                "at",
                "after",
            }:
                return subject if subject is not None and subject.pos_ != "PRON" else child
    return None


def _ranges(root: Token, cue: Token) -> list[Range]:
    """The subtree of `root`, without the cue's clause where the cue stands inside it."""
    left, right = root.left_edge.i, root.right_edge.i + 1
    if root.i > cue.i:
        left = max(left, cue.i + 1)
    elif left <= cue.i < right:
        right = cue.i
    doc = root.doc
    found = [_trim(doc, left, right)]
    if root.i < cue.i:
        tail = _tail_after_cue(root, cue)
        if tail is not None:
            found.append(tail)
    return [part for part in found if part[0] < part[1]]


def _tail_after_cue(root: Token, cue: Token) -> Range | None:
    """In "X, he said, is Y" the part after the cue: what remains of the content's own words."""
    later = [token.i for token in root.subtree if token.i > cue.i and not token.is_punct]
    inside = {token.i for token in cue.subtree} - {token.i for token in root.subtree}
    later = [index for index in later if index not in inside]
    if not later:
        return None
    return _trim(root.doc, later[0], later[-1] + 1)


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
    return [_trim(verb.doc, max(left, verb.i + 1), clause.right_edge.i + 1)]


def _to_the_right(verb: Token, first: Token) -> list[Range]:
    """From `first` to the end of what depends on the verb, short of adjunct clauses and coordinated verbs."""
    end = first.right_edge.i + 1
    for child in verb.rights:
        if child.i <= first.i:
            continue
        if child.dep_ in {
            "prep",
            "xcomp",
            "oprd",
            "dobj",
            "ccomp",
            "pcomp",
            "acomp",
            "prt",
            "agent",
        }:
            if child.dep_ == "prep" and child.lower_ in {
                "in",
                "on",
                "at",
                "during",
                "after",
                "before",
            }:
                if any(part.ent_type_ in {"DATE", "TIME"} for part in child.rights):
                    continue
            end = max(end, child.right_edge.i + 1)
        elif child.dep_ in {"cc", "conj", "advcl", "punct"}:
            break
    parts = []
    if first.i < verb.i:
        parts.append(_trim(verb.doc, first.left_edge.i, min(first.right_edge.i + 1, verb.i)))
        end = max(
            [
                end,
                *(
                    child.right_edge.i + 1
                    for child in verb.rights
                    if child.dep_ in {"oprd", "prep", "xcomp"}
                ),
            ]
        )
        parts.append(_trim(verb.doc, verb.i + 1, end))
    else:
        parts.append(_trim(verb.doc, first.left_edge.i, end))
    return [part for part in parts if part[0] < part[1]]


def _trim(doc: Doc, left: int, right: int) -> Range:
    """Without punctuation, white space and a bare conjunction at the ends; quotation marks and brackets stay."""
    while left < right and (
        doc[left].is_space
        or (doc[left].is_punct and not doc[left].is_quote and not doc[left].is_bracket)
    ):
        left += 1
    while left < right and (
        doc[right - 1].is_space
        or (
            doc[right - 1].is_punct
            and not doc[right - 1].is_quote
            and not doc[right - 1].is_bracket
        )
    ):
        right -= 1
    return left, right


def to_offsets(doc: Doc, ranges: Iterable[Range]) -> list[Offsets]:
    """Token ranges as character offsets."""
    return [
        (doc[left].idx, doc[right - 1].idx + len(doc[right - 1]))
        for left, right in sorted(ranges)
        if left < right
    ]


def offsets_of(span: Span | Token) -> Offsets:
    """Character offsets of a span or a token."""
    if isinstance(span, Token):
        return span.idx, span.idx + len(span)
    return span.start_char, span.end_char


def tokens_of(doc: Doc, span: Offsets) -> Span:
    """The tokens that `span` touches."""
    found = doc.char_span(*span, alignment_mode="expand")
    assert found is not None
    return found
