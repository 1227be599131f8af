"""Who a cue belongs to: its grammatical subject, wherever the sentence keeps it."""

from spacy.tokens import Span, Token

from services.extract.cues import RELAYS

_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
_NOUNS = {"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET"}
_RAISES = {"conj", "xcomp", "advcl", "acl", "pcomp", "ccomp", "prep", "aux", "dep", "parataxis"}
_TIMES = frozenset({"DATE", "TIME"})
_DEPTH = 5
"""How far up a chain of verbs the subject is looked for."""


def subject_of(verb: Token) -> Token | None:
    """The head of the noun phrase that does what `verb` says; none in a passive without an agent."""
    if is_passive(verb):
        return agent_of(verb)
    token: Token = verb
    for _ in range(_DEPTH):
        own = own_subject(token) or _misread_subject(token)
        if own is not None:
            return own
        if token != verb and token.pos_ in {"NOUN", "PROPN", "PRON"}:
            return token
        if token.dep_ not in _RAISES or token.head == token:
            return None
        if is_passive(token.head) and token.dep_ != "conj" and own_subject(token.head) is not None:
            return own_subject(token.head)
        token = token.head
    return None


def own_subject(verb: Token) -> Token | None:
    """The subject among the verb's own dependents."""
    for child in verb.children:
        if child.dep_ in _SUBJECTS and child.pos_ in _NOUNS:
            return child
    return None


def _misread_subject(verb: Token) -> Token | None:
    """A name at the head of a main clause that the parser took for an adverbial."""
    if verb.dep_ not in {"ROOT", "conj", "ccomp"}:
        return None
    for child in verb.lefts:
        if child.dep_ in {"npadvmod", "dep"} and child.pos_ == "PROPN":
            return child if child.ent_type_ not in _TIMES else None
    return None


def is_passive(verb: Token) -> bool:
    """Whether `verb` is a passive participle."""
    if verb.tag_ != "VBN":
        return False
    deps = {child.dep_ for child in verb.children}
    return bool(deps & {"auxpass", "nsubjpass", "agent"}) or (
        verb.dep_ in {"acl", "advcl"} and "aux" not in deps
    )


def is_relay(verb: Token) -> bool:
    """Whether `verb` is that of "as reported by X"."""
    if verb.tag_ != "VBN" or verb.lemma_.lower() not in RELAYS or not verb.i:
        return False
    return verb.nbor(-1).lower_ == "as" or any(child.lower_ == "as" for child in verb.lefts)


def agent_of(verb: Token) -> Token | None:
    """Whom a passive names after "by"."""
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            for inner in child.children:
                if inner.dep_ == "pobj":
                    return inner
    return None


def inverted_subject(verb: Token) -> Token | None:
    """The noun after a cue that the parser did not see as its subject (`," said the mayor`)."""
    for child in verb.rights:
        if child.dep_ in {"dobj", "attr", "npadvmod", "oprd", "dep"} and child.pos_ in {
            "NOUN",
            "PROPN",
            "PRON",
        }:
            if child.ent_type_ in {"DATE", "TIME"}:
                continue
            return child
    return None


def phrase_of(head: Token, barrier: Token | None = None) -> Span:
    """The noun phrase of `head`, without what stands at or beyond `barrier`."""
    left, right = head.left_edge.i, head.right_edge.i
    if barrier is not None and left <= barrier.i <= right:
        left, right = (left, barrier.i - 1) if head.i < barrier.i else (barrier.i + 1, right)
    for child in head.rights:  # "the ministry on Tuesday"
        if child.dep_ == "prep" and any(part.ent_type_ in _TIMES for part in child.rights):
            right = min(right, child.i - 1)
    doc = head.doc
    while (
        right > head.i
        and (doc[right].is_punct or doc[right].is_space)
        and doc[right].text not in ")]"
    ):
        right -= 1
    while left < head.i and (doc[left].is_punct or doc[left].is_space):
        left += 1
    return doc[left : right + 1]


def antecedent(head: Token) -> Token:
    """For a relative pronoun the noun that it stands for; `head` itself otherwise."""
    if head.tag_ not in {"WP", "WDT", "WP$"} and head.lower_ not in {"who", "which"}:
        return head
    token = head
    for _ in range(_DEPTH):
        if token.dep_ == "relcl":
            return token.head
        if token.head == token:
            break
        token = token.head
    before = head.i - 1
    while before >= head.sent.start and head.doc[before].is_punct:
        before -= 1
    return head.doc[before] if before >= head.sent.start else head


def verb_above(token: Token) -> Token:
    """The verb of the clause that `token` stands in."""
    token = token.head
    while token.head != token and token.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token
