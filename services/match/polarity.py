"""Whether a clause denies what it speaks of."""

import re

_NOT = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nor|neither|cannot|\w{2,12}n['’]t|"
    r"fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing) to)\b",
    re.IGNORECASE,
)
_WHAT = r"(?=\s+(?:as\b|that\b|(?:all |any |the |these |those )?(?:\w+ )?(?:claim|report|allegation|accusation|suggestion|rumou?r|idea|notion)s?\b))"
_DENIAL = re.compile(
    rf"\b(?:den(?:y|ies|ied|ying)|(?:reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?){_WHAT}|"
    r"refut(?:e|es|ed|ing)|debunk(?:s|ed|ing)?|fals(?:e|ely)|untrue|wrong(?:ly)?|"
    r"incorrect(?:ly)?|nonsense|rubbish|hoax|fake[ds]?|(?:a )?(?:myth|lie) that)\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(
    r"\bno (?:longer|more|less|fewer|later|earlier|sooner) than\b|\bno (?:more|less|fewer)\b|"
    r"\bnot (?:only|just|merely|least)\b|\b(?:no|not any|without) (?:doubt|question)\b|"
    r"\bno one knows\b|\bno\. ?\d",
    re.IGNORECASE,
)
_LONGEST = 4_000


def cue_of(text: str) -> tuple[int, int] | None:
    """Where the first word stands that denies; none where `text` denies nothing."""
    blank = _NO_DENIAL.sub(lambda found: " " * len(found[0]), text[:_LONGEST])
    found = [one.span() for one in (_NOT.search(blank), _DENIAL.search(blank)) if one]
    return min(found, default=None)


def is_negated(text: str) -> bool:
    """Whether `text`, a clause, denies: it says not or it denies, but does not deny a not.

    "Has never joined and never will" denies once, however often it says never; "denies that it did
    not" asserts. A turn like "no later than" is no denial.
    """
    text = _NO_DENIAL.sub(" ", text[:_LONGEST])
    return bool(_NOT.search(text)) != bool(_DENIAL.search(text))
