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


class Evidence(Model):
    """One prior fact-check, report, official statement or verdict of this desk.

    `claim` is the statement the item is about (for a fact-check) or makes (for the others). `date` is
    ISO 8601 of any precision. `revision` orders versions of one id: the higher one wins.
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
    url: str | None = None
    language: str = "en"
    revision: int = Field(default=1, ge=1)
