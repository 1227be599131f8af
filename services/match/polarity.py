"""Whether a sentence denies what it speaks of."""

import re

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nor|neither|without|cannot|\w{2,12}n['’]t|"
    r"den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refut(?:e|es|ed|ing)|debunk(?:s|ed|ing)?|"
    r"dismiss(?:es|ed|ing)?|fals(?:e|ely)|untrue|wrong(?:ly)?|incorrect(?:ly)?|hoax|fake[ds]?)\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(
    r"\bno (?:longer|more|less|fewer|later|earlier|sooner)\b|\bnot only\b|\bnot just\b|"
    r"\bwithout (?:a )?(?:crew|precedent)\b",
    re.IGNORECASE,
)
_LONGEST = 4_000


def negations(text: str) -> list[str]:
    """The words of `text` that deny, in order; a turn like "no later than" is none."""
    return _NEGATION.findall(_NO_DENIAL.sub(" ", text[:_LONGEST]))


def is_negated(text: str) -> bool:
    """Whether `text` denies: an odd number of denials, so that denying a denial asserts."""
    return len(negations(text)) % 2 == 1
