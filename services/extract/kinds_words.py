"""Word tables of kinds.py: which words make a statement a denial, a demand, a promise and so on."""

from schemas.claim import Kind
from services.extract.wordlists import word_set

_ACTS = {
    Kind.DENIAL: """
        deny dispute refute rebut disavow reject dismiss contradict denial rebuttal
    """,
    Kind.ACCUSATION: """
        accuse blame allege denounce condemn rebuke accusation allegation criticise criticize
        reprimand implicate indict
    """,
    Kind.PROMISE: """
        promise pledge vow swear guarantee undertake commit commitment
    """,
    Kind.PREDICTION: """
        predict forecast foresee anticipate project prophesy prediction projection expect
    """,
    Kind.DEMAND: """
        demand urge order request beg implore press instruct require appeal plead exhort insist
        recommend advise command plea call ask want invite tell petition propose
    """,
    Kind.INTENTION: """
        plan intend aim resolve intention
    """,
    Kind.OPINION: """
        opine praise hail deplore lament applaud laud
    """,
}
ACTS = {lemma: kind for kind, lemmas in _ACTS.items() for lemma in lemmas.split()}
"""What the head of a cue, or a sentence's main verb, does."""

NEEDS_INFINITIVE = word_set("call ask want insist tell require advise invite press order plead")
"""These demand only with what is to be done: "called on them to", "asked that", "wants it gone"."""

REFUSALS = word_set(
    """
    absurd baseless false fabricated fabrication fake fiction groundless hoax invention lie nonsense
    rubbish unfounded untrue slander smear fantasy
    """
)
"""What a denial calls that which it denies."""

WANTING = word_set("want plan intend aim hope seek wish aspire mean strive resolve")
"""Verbs of intention."""

RESOLVED = word_set("determined ready committed resolved keen eager willing prepared")
"""Adjectives of intention."""

UNWILLED = word_set(
    """
    be become remain stay seem appear have need cost exceed reach rise fall grow shrink decline increase
    decrease drop climb worsen improve happen occur last mean suffer die collapse crash
    lose win see experience face result lead
    """
)
"""Verbs for what happens rather than what somebody does: their future is predicted, not promised."""

MISCONDUCT_VERBS = word_set(
    """
    abuse attack bomb bribe bully cheat conceal conspire cover deceive defraud destroy detain embezzle
    exploit falsify forge harass hide hinder imprison infringe intimidate invade jail kidnap kill lie
    loot manipulate massacre mislead misuse murder obstruct oppress persecute plunder rape repress rig
    sabotage silence smuggle spy steal suppress threaten torture undermine violate
    """
)
"""What people are accused of doing."""

HAPPENS_TOO = word_set("cover destroy hide hinder kill silence threaten undermine")
"""Those that things do as well: they accuse only where somebody does them."""

FORCES = word_set(
    """
    accident avalanche blast blaze blizzard bug collapse crash cyclone disaster disease drought earthquake
    epidemic eruption explosion fire flood flooding fog frost heat heatwave hurricane ice illness landslide
    lightning mudslide outbreak pandemic pollution quake rain rainfall snow storm tempest tide tornado
    tremor tsunami typhoon virus volcano water wave wildfire wind
    """
)
"""What nobody can blame."""

MISCONDUCT_NOUNS = word_set(
    """
    abuse atrocity attack bribery brutality corruption crackdown cruelty deceit fraud genocide massacre
    misconduct mistreatment murder oppression persecution repression sabotage theft torture violation
    """
)

SEVERE = word_set(
    "brutal cruel egregious flagrant gross illegal unlawful ruthless savage systematic vicious violent"
)
"""Adjectives that turn a noun of misconduct into an accusation."""

RECORD = (
    ("come", "effect"),
    ("come", "force"),
    ("enter", "force"),
    ("take", "effect"),
    ("go", "effect"),
)
"""Verb and object of law and record: told in the past, yet facts that stand."""

STATES = word_set(
    """
    be have contain include consist belong cost own hold stand lie exist require criminalise criminalize
    ban prohibit forbid allow permit provide carry apply cover mean know
    """
)
"""Verbs of states rather than events."""

FEELING = word_set("think believe feel reckon suppose suspect doubt guess consider seem")
"""Verbs of holding a view."""

ACTORS = word_set(
    """
    administration agency army assembly authority bank board cabinet chairman city club coalition
    commission committee company congress council court director federation firm government group
    judge lawmaker leader mayor minister ministry office official opposition organisation organization
    parliament party police president regulator senate senator spokesman spokeswoman state team union
    """
)
"""Nouns for those who act."""
