"""Evidence: what was checked, reported or officially said before."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Identifier, Model


class EvidenceKind(StrEnum):
    """Where an item comes from."""

    FACT_CHECK = "fact_check"
    REPORT = "report"
    OFFICIAL_STATEMENT = "official_statement"
    VERDICT = "verdict"


class Finding(StrEnum):
    """What a rating says about the claim, on the one scale that all publishers' ratings are mapped to."""

    TRUE = "true"
    MOSTLY_TRUE = "mostly_true"
    MIXED = "mixed"
    MISLEADING = "misleading"
    MOSTLY_FALSE = "mostly_false"
    FALSE = "false"
    SATIRE = "satire"
    UNPROVEN = "unproven"


class Evidence(Model):
    """One prior fact-check, report, official statement or verdict of this desk.

    `claim` is the statement the item is about (for a fact-check) or makes (for the others). `date` is
    ISO 8601 of any precision. `rating` is what the publisher wrote, word for word; `finding` is what it means
    on one scale, and is none for a rating that nobody has mapped yet. `revision` orders versions of one id:
    the higher one wins. `withdrawn` is why the item no longer counts; a search never finds it then.
    """

    id: Identifier
    kind: EvidenceKind = EvidenceKind.FACT_CHECK
    claim: str = Field(min_length=1)
    title: str = ""
    text: str = ""
    publisher: str | None = None
    speaker: str | None = None
    date: str | None = None
    rating: str | None = None
    finding: Finding | None = None
    url: str | None = None
    language: str = "en"
    revision: int = Field(default=1, ge=1, lt=2**62)
    withdrawn: str | None = Field(default=None, min_length=1)
