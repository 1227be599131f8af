"""Which claims say the same in the same words: a stable id over what is said and by whom."""

import re
import unicodedata

from schemas.claim import Claim
from services.runtime.ids import stable_id

HONORIFICS = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "lord"}
)

# An editor's own words inside a quotation: [sic], [...]. Other brackets keep what they hold.
_EDITORIAL = re.compile(r"\[\s*(?:sic|\.{2,}|…)\s*\]")
_JOINED = str.maketrans("", "", "'’‘ʼ`´[]")  # it's and its', [t]he and the
_SIGNS = str.maketrans({"−": "-", "‐": "-", "‑": "-"})
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DOT = re.compile(r"(?<!\d)\.|\.(?!\d)")  # all but a decimal point
_DASH = re.compile(r"(?<=\w)-|-(?!\d)")  # all but a minus sign


def normalise(text: str) -> str:
    """The words of `text` alone: no case, punctuation, quote marks, editorial brackets or spacing.

    Numbers keep their sign and decimal point, and % and currency signs stay, since they change what
    is claimed: 1.5% is neither 15% nor 1.5.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)
    told = _EDITORIAL.sub(" ", folded).translate(_JOINED)
    kept = "".join(map(_keep, _THOUSANDS.sub("", told)))
    return " ".join(_DASH.sub(" ", _DOT.sub(" ", kept)).split())


def _keep(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMN" or character in ".-":
        return character
    if category == "Sc" or character == "%":
        return f" {character} "
    return "" if category == "Cf" else " "  # format characters are invisible: they part no word


def normalise_speaker(speaker: str | None) -> str:
    """The speaker's name in the same way, without leading honorifics; empty when unknown."""
    words = normalise(speaker or "").split()
    while len(words) > 1 and words[0] in HONORIFICS:
        words.pop(0)
    return " ".join(words)


def wording_id(claim: Claim) -> str:
    """The id that every copy of `claim` shares, across articles and in any order.

    It is also the id of the claim's cluster as long as nothing near it was seen before.
    """
    said = claim.resolved_text or claim.text
    return stable_id("cluster", normalise(said) or said, normalise_speaker(claim.speaker))
