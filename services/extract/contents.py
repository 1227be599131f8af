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
    if Takes.CLAUSE in takes and (rest := _unparsed(verb, takes)):
        return Form.CLAUSE, rest
    if Takes.OBJECT in takes or verb.lemma_.lower() in PREPOSITIONS:
        first = _object(verb, takes)
        if first is not None:
            return Form.OBJECT, _to_the_right(verb, first)
    return None


def _unparsed(verb: Token, takes: Takes) -> list[Range]:
    """Content that the parser hung elsewhere: after "that", before a cue at the end, or right after the cue."""
    doc, sentence = verb.doc, verb.sent
    if is_passive(verb):
        return []
    that = next(
        (
            t
            for t in doc[verb.i + 1 : min(verb.i + _THAT_WITHIN, sentence.end)]
            if t.lower_ == "that" and t.tag_ == "IN"
        ),
        None,
    )
    between = doc[verb.i + 1 : that.i] if that is not None else ()
    if that is not None and Takes.QUOTE in takes and not any(_is_verb_cue(t) for t in between):
        return [trim(doc, that.i, _end_of_clause(that, sentence.end))]
    if Takes.QUOTE not in takes:
        return []
    subject = own_subject(verb)
    first = min(subject.left_edge.i if subject is not None else verb.i, verb.i)
    before = first - 1
    if (
        before > sentence.start + 3
        and doc[before].text == ","
        and _ends_sentence(verb, sentence.end)
    ):
        return [trim(doc, sentence.start, before)]
    after = verb.i + 1
    if verb.lemma_.lower() == "say" and after < sentence.end and doc[after].pos_ in _CLAUSE_STARTS:
        rest = doc[after : sentence.end]
        if any(token.tag_ in _FINITE for token in rest):
            return [trim(doc, after, sentence.end)]
    return []


_THAT_WITHIN = 15
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_CLAUSE_STARTS = frozenset({"PROPN", "PRON", "DET", "NOUN", "ADJ", "NUM"})


def _is_verb_cue(token: Token) -> bool:
    return token.pos_ == "VERB" and token.lemma_.lower() in VERBS


def _end_of_clause(token: Token, end: int) -> int:
    """Where the clause that `token` opens ends: its head's subtree, or the sentence."""
    head = token.head
    return head.right_edge.i + 1 if head.i > token.i else end


def _ends_sentence(verb: Token, end: int) -> bool:
    """Whether nothing but the speaker, a time or a place follows the cue."""
    rest = [
        token for token in verb.doc[verb.i + 1 : end] if not token.is_punct and not token.is_space
    ]
    return len(rest) <= 12 and not any(token.tag_ in _FINITE for token in rest)


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
    if any(token.dep_ in {"nsubj", "nsubjpass"} and token.head.i > left for token in between) or (
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
        if child.dep_ == "punct" or child.is_space:
            continue
        if child.dep_ not in {"advcl", "prep", "npadvmod"} or _belongs_to_saying(child):
            break
        end = child.right_edge.i + 1
    return end


def _belongs_to_saying(child: Token) -> bool:
    """A time, an occasion ("in an interview"), another cue ("adding …") or its reason ("when asked")."""
    if child.lemma_.lower() in VERBS or child.lower_ in {"according", "as"}:
        return True
    words = list(child.subtree)[:12]
    return any(
        word.ent_type_ in {"DATE", "TIME"} or word.lemma_.lower() in _OCCASIONS for word in words
    )


_OCCASIONS = frozenset(
    "interview statement tweet speech conference debate rally event meeting letter email e-mail hearing testimony"
    " post twitter appearance briefing reporter radio television tv show program programme ask when phone"
    " telephone message memo release".split()
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
        parts.append(trim(verb.doc, first.left_edge.i, min(first.right_edge.i + 1, verb.i)))
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
        parts.append(trim(verb.doc, verb.i + 1, end))
    else:
        parts.append(trim(verb.doc, first.left_edge.i, end))
    return [part for part in parts if part[0] < part[1]]


def trim(doc: Doc, left: int, right: int) -> Range:
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
