"""Who a cue belongs to: its grammatical subject, wherever the sentence keeps it."""

from spacy.tokens import Span, Token

from services.extract.cues import RELAYS

_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
_NOUNS = {"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET"}
_RAISES = {"conj", "xcomp", "advcl", "acl", "pcomp", "ccomp", "prep", "aux", "dep", "parataxis"}
_TIMES = frozenset({"DATE", "TIME"})
_FELT = frozenset({"convince", "persuade", "worry", "concern", "trouble", "alarm"})
"""Verbs whose passive says what its subject thinks ("we are convinced that …")."""
_MODIFIERS = frozenset({"det", "amod", "compound", "poss", "nummod"})
_DEPTH = 5
"""How far up a chain of verbs the subject is looked for."""


def subject_of(verb: Token) -> Token | None:
    """The head of the noun phrase that does what `verb` says; none in a passive without an agent."""
    if is_passive(verb):
        return own_subject(verb) if verb.lemma_ in _FELT else agent_of(verb)
    return _blamed(verb) or _quoted_one(verb) or _subject_above(verb) or _subject_before(verb)


def _subject_above(verb: Token) -> Token | None:
    """The nearest subject, up the chain of verbs that `verb` shares it with."""
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


def _subject_before(verb: Token) -> Token | None:
    """Where the parse leads nowhere, the last person or body before `verb` that is a subject.

    Only for a verb that has a form of its own, or a participle after a comma; within the sentence and
    near by.
    """
    if verb.tag_ not in _OWN_FORMS or any(child.dep_ == "aux" for child in verb.children):
        return None
    for index in range(verb.i - 1, max(verb.sent.start, verb.i - _NEAR) - 1, -1):
        token = verb.doc[index]
        if token.dep_ == "nsubj" and (token.ent_type_ in _SPEAKING or token.lower_ in _PERSONS):
            return token
    return None


_OWN_FORMS = frozenset({"VBD", "VBZ", "VBP", "VBG"})
_SPEAKING = frozenset({"PERSON", "ORG", "NORP"})
_PERSONS = frozenset({"he", "she", "they", "we", "i"})
_NEAR = 40
"""Tokens in which a subject is looked for without the parser's help."""


def _blamed(verb: Token) -> Token | None:
    """In "the panel held him in contempt for refusing to answer" it is the object who refuses."""
    preposition = verb.head
    if verb.dep_ != "pcomp" or preposition.lower_ != "for" or preposition.head.pos_ != "VERB":
        return None
    above = preposition.head
    return next((c for c in above.rights if c.dep_ == "dobj" and c.ent_type_ == "PERSON"), None)


def quoting_verb(verb: Token) -> Token | None:
    """In "quoted the minister as saying" the verb that passes on what `verb` says."""
    above = verb.head.head
    through = verb.dep_ == "pcomp" and verb.head.lower_ == "as"
    return above if through and above.lemma_.lower() in RELAYS else None


def _quoted_one(verb: Token) -> Token | None:
    """In "the agency quoted the minister as saying" it is the minister who says it."""
    above = quoting_verb(verb)
    if above is None or is_passive(above):
        return None
    return next((child for child in above.rights if child.dep_ == "dobj"), None)


def own_subject(verb: Token) -> Token | None:
    """The subject among the verb's own dependents; of two beside each other the name."""
    found = [
        child
        for child in verb.children
        if (child.dep_ in _SUBJECTS and _is_nominal(child)) or is_name_like_modal(child)
    ]
    named = (child for child in found[1:] if child.pos_ == "PROPN" and child.i < verb.i)
    return next(named, next(iter(found), None))


def _is_nominal(token: Token) -> bool:
    return token.pos_ in _NOUNS or is_name_like_modal(token)


def is_name_like_modal(token: Token) -> bool:
    """Whether `token` is a name that the tagger took for a modal: none stands before a past form ("May said")."""
    return token.tag_ == "MD" and token.is_title and token.head.tag_ in {"VBD", "VBZ"}


def _misread_subject(verb: Token) -> Token | None:
    """A name at the head of a main clause that the parser took for an adverbial or a compound's part."""
    if verb.dep_ not in {"ROOT", "conj", "ccomp"}:
        return None
    for child in verb.lefts:
        if child.dep_ == "compound" and child.i == verb.i - 1:
            return child
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
    if head.dep_ == "compound" and head.head == barrier:  # the parser took the cue for their noun
        beside = {child.i: child.left_edge.i for child in barrier.lefts if child.dep_ in _MODIFIERS}
        while left - 1 in beside:
            left = beside[left - 1]
    if barrier is not None and left <= barrier.i <= right:
        left, right = (left, barrier.i - 1) if head.i < barrier.i else (barrier.i + 1, right)
    for child in head.rights:  # "the ministry on Tuesday"
        if child.dep_ == "prep" and any(part.ent_type_ in _TIMES for part in child.rights):
            right = min(right, child.i - 1)
    right = _before_asides(head, right)
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


def _before_asides(head: Token, right: int) -> int:
    """Without the reporter's ", on what she described as …" that the parser hung on the speaker."""
    for child in head.rights:
        follows = (
            child.dep_ == "prep" and child.i > head.i + 1 and head.doc[child.i - 1].text == ","
        )
        if follows and any(part.dep_ == "pcomp" for part in child.rights):
            right = min(right, child.i - 1)
    return right


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
