"""Whether a sentence denies what it speaks of."""

import re

_NOT = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nor|neither|without|cannot|\w{2,12}n['’]t)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refut(?:e|es|ed|ing)|debunk(?:s|ed|ing)?|"
    r"dismiss(?:es|ed|ing)?|fals(?:e|ely)|untrue|wrong(?:ly)?|incorrect(?:ly)?|hoax|fake[ds]?)\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(
    r"\bno (?:longer|more|less|fewer|later|earlier|sooner)\b|\bnot only\b|\bnot just\b|"
    r"\bwithout (?:a )?(?:crew|precedent)\b",
    re.IGNORECASE,
)
_LONGEST = 4_000


def is_negated(text: str) -> bool:
    """Whether `text` denies: it says not or it denies, but does not deny a not.

    "Has never joined and never will" denies once, however often it says never; "denies that it did
    not" asserts. A turn like "no later than" is no denial.
    """
    text = _NO_DENIAL.sub(" ", text[:_LONGEST])
    return bool(_NOT.search(text)) != bool(_DENIAL.search(text))
