"""What keeps a record from deciding a claim: it may be true of another state of things than the claim tells of."""

import re

from schemas.claim import ModalityValue
from schemas.evidence import Evidence, EvidenceKind
from schemas.match import Relation
from services.match.grounds import Grounds

_OPEN = {
    ModalityValue.CONDITIONAL: "this one tells what would be under a condition",
    ModalityValue.PLANNED: "this one tells of a plan, that one of what is",
    ModalityValue.EXPECTED: "this one tells what is expected, that one what is",
    ModalityValue.NECESSARY: "this one tells what ought to be, that one what is",
    ModalityValue.POSSIBLE: "this one tells what may be, that one what is",
}
_AHEAD = re.compile(
    r"\b(?:will|would|shall|won['’]t|plan(?:s|ned)?|expect(?:s|ed)?|forecasts?|projected|scheduled|going to|due to|"
    r"intends?|may|might|could|should|must|if|unless)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:the|its|their|his|her|our|my)\s+(?:\w+\s+){0,2}?(?:(?!interest|forest|west|request|protest|arrest|guest|harvest|"
    r"contest|rest\b|test\b)\w{2,}est|most\s+\w+|least\s+\w+|worst)\b|"
    r"\b(?:\w+er|more|less|fewer)\b(?:\s+\w+){0,4}\s+than\s+(?:in\s+|at\s+|on\s+)?(?:any|all|every|most|nobody|anyone|anywhere|ever|"
    r"the rest)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(?:except(?:ing)?|excluding|apart from|aside from|other than|not counting|leav(?:es?|ing) out|"
    r"with the exception of|barring)\b",
    re.IGNORECASE,
)
_CHECKED = (EvidenceKind.FACT_CHECK, EvidenceKind.VERDICT)


def limits_of(evidence: Evidence, relation: Relation, grounds: Grounds) -> str | None:
    """Why the relation does not hold although the slots say so; none when it does.

    A record of what is does not contradict what is planned, expected, possible or conditional. A figure by itself
    does not support that it is the lowest of all. What a claim excepts does not contradict it.
    """
    if evidence.kind in _CHECKED:
        return None
    claim, other = grounds.whole, grounds.other
    if relation in {Relation.CONTRADICTS, Relation.CONFLICT}:
        if claim.modality in _OPEN and not _AHEAD.search(other.text):
            return _OPEN[claim.modality]
        if grounds.polarity_differs and _EXCEPTION.search(claim.text):
            return "this one makes an exception"
    if relation is Relation.SUPPORTS:
        # Only in the clause that was compared: "in 2:00:35, the fastest time then" is supported by the time.
        compared = (one.text for one in claim.clauses if one.keys == grounds.keys[0])
        ranks = _SUPERLATIVE.search(next(compared, claim.text).partition(", the ")[0])
        if ranks and not _SUPERLATIVE.search(other.text) and not _ranked(other.text):
            return f"that one does not say “{ranks[0]}”"
    return None


def _ranked(text: str) -> bool:
    return (
        re.search(r"\b(?:record|first|only|rank(?:s|ed)?|top|peak(?:s|ed)?)\b", text, re.IGNORECASE)
        is not None
    )
