"""Which language a text is in, when that is certain."""

import re
from functools import cache
from typing import Any

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LETTERS = 40  # fewer say too little
_HEAD = 4_000  # characters; more change nothing and cost time
_SURE = 0.9


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=_SURE)


def language_of(text: str, declared: str | None = None) -> str:
    """The BCP 47 tag of `text`: what the text shows if it is certain, else `declared`, else `und`."""
    head = text[:_HEAD]
    declared = declared if declared and _TAG.fullmatch(declared) else None
    if sum(map(str.isalpha, head)) < _LETTERS:
        return declared or "und"
    found = str(_identifier().classify(head)[0])
    if found == "und":
        return declared or "und"
    # The declared tag may say more ("en-GB") than what was found ("en").
    return declared if declared and declared.lower().partition("-")[0] == found else found
