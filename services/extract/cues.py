"""Words that report: verbs, nouns and phrases by which a text says that somebody says something."""

from enum import Flag, auto

from services.extract.words import words


class Takes(Flag):
    """What a reporting verb takes as its content."""

    QUOTE = auto()
    CLAUSE = auto()
    INFINITIVE = auto()
    OBJECT = auto()


def _table(rows: tuple[tuple[Takes, str], ...]) -> dict[str, Takes]:
    table: dict[str, Takes] = {}
    for takes, lemmas in rows:
        for lemma in lemmas.split():
            table[lemma] = table.get(lemma, Takes(0)) | takes
    return table


_SPEECH = Takes.QUOTE | Takes.CLAUSE

VERBS = _table(
    (
        (
            _SPEECH,
            """
            say add tell state note claim argue announce report write explain warn insist
            suggest acknowledge admit assert allege maintain contend declare reveal confirm
            comment observe remark reply respond recall recount stress emphasize emphasise
            testify tweet mention conclude concede predict caution reiterate joke quip complain
            lament concur vow swear promise pledge boast brag opine remind inform assure notify
            advise signal imply hint indicate disclose affirm deny dispute counter retort
            whisper exclaim interject ask wonder question estimate forecast recommend propose
            clarify underline underscore protest posit proclaim profess confess elaborate answer
            speculate repeat echo post charge rule testify theorize theorise muse rave gripe
            grumble snap fume caution advise blog email e-mail text telegraph detail certify
            attest pronounce
            """,
        ),
        (
            Takes.QUOTE,
            """
            continue read go shout yell cry call describe urge demand cite begin conclude laugh
            agree
            """,
        ),
        (
            Takes.CLAUSE,
            """
            think believe feel hope fear expect doubt suspect assume guess worry know agree
            decide demand show find prove demonstrate learn hear hold wish recognize recognise
            realize realise understand convince imagine anticipate project calculate figure
            complain remember rumor rumour foresee determine persuade pretend reckon presume
            intimate record bet consider
            """,
        ),
        (
            Takes.INFINITIVE,
            """
            promise vow pledge threaten agree refuse decline urge ask demand want plan hope seek
            offer swear order encourage expect claim propose wish prefer beg instruct command
            warn invite advise tell press consider believe think appear seem vote say report
            allege know call
            """,
        ),
        (
            Takes.OBJECT,
            """
            accuse blame criticize criticise condemn denounce praise reject dismiss slam blast
            mock call describe portray label brand dub characterize characterise endorse oppose
            back defend tout decry deny dispute claim propose announce predict question discuss
            address mention recommend ridicule attack deride hail applaud laud welcome bemoan
            lament deplore lambast chide disavow denigrate disparage rebuke reiterate
            acknowledge admit allege recall recount explain cite promise pledge demand suggest
            urge express reveal want
            """,
        ),
    )
)
"""Lemma of a verb to what it takes."""

PREPOSITIONS = {
    "call": {"for", "on", "upon"},
    "talk": {"about"},
    "speak": {"about", "of", "out"},
    "refer": {"to"},
    "point": {"to", "out"},
    "complain": {"about", "of"},
    "warn": {"of", "about", "against"},
    "caution": {"against", "about"},
    "hint": {"at"},
    "argue": {"for", "against"},
    "allude": {"to"},
    "lash": {"out", "at"},
    "apologize": {"for"},
    "apologise": {"for"},
    "boast": {"of", "about"},
    "brag": {"of", "about"},
    "push": {"for"},
    "advocate": {"for"},
    "campaign": {"for", "on"},
    "agree": {"with", "on"},
    "disagree": {"with"},
    "object": {"to"},
    "appeal": {"for", "to"},
    "ask": {"for", "about"},
    "dream": {"of"},
    "spell": {"out"},
    "lay": {"out"},
    "rule": {"out"},
    "blame": {"for", "on"},
}
"""Verbs that report with a preposition or particle."""

APPEARANCE = words(
    """
    appear seem expect believe think report say allege know consider rumor rumour
    """
)
"""Verbs whose grammatical subject, before an infinitive, is not who says it ("is expected to")."""

NOUNS = words(
    """
    claim statement allegation accusation denial belief view argument contention assertion
    suggestion promise pledge vow threat call demand report warning announcement conclusion
    hope fear opinion position prediction estimate complaint concern speculation rumor
    rumour notion declaration admission charge acknowledgment acknowledgement remark comment
    insistence finding testimony criticism message point assumption idea sense fact proof
    evidence sign theory impression perception confidence doubt
    """
)
"""Nouns that report: "the claim that …", "his contention was that …"."""

ACCOUNTS = words(
    """
    report claim allegation accusation account story testimony statement complaint warning
    rumor rumour
    """
)
"""Nouns that, as a subject with "from" or "by", say who gives an account ("reports from X have surfaced")."""

STANCE = words(
    """
    confident certain sure convinced optimistic adamant aware hopeful worried concerned
    afraid proud glad happy clear positive
    """
)
"""Adjectives that, of a person, report what the person holds ("is confident that …")."""

ADDRESSING = words("tell inform assure remind notify warn advise ask urge")
"""Verbs whose object is the listener, not the content."""

OCCASIONS = words(
    """
    interview briefing statement tweet speech conference debate rally event meeting letter email
    e-mail hearing testimony post twitter appearance briefing reporter radio television tv
    show program programme ask when phone telephone message memo release
    """
)
"""Words for the occasion or the way of saying something, which are no part of what is said."""

LISTENING = words("hear learn")
"""Verbs whose subject is told what is said, and does not say it."""

DENIALS = words("deny dispute reject dismiss refute rebut")
DEMANDS = words("urge demand ask order instruct beg press command")
ACTS = (
    DENIALS
    | DEMANDS
    | words(
        """
    accuse blame criticize criticise condemn denounce praise endorse oppose call push appeal
    refuse decline threaten rebuke vow pledge promise propose announce vote
    """
    )
)
"""Verbs whose whole clause is worth a claim: the saying is itself what can be checked."""

RELAYS = frozenset({"report", "quote", "cite", "carry", "publish", "relay"})
"""Verbs that pass on what somebody else said ("as reported by")."""
