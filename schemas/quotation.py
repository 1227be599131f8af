"""A quotation beside the words that were really said."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Identifier, Model, Span
from schemas.evidence import EvidenceKind


class QuoteStatus(StrEnum):
    """How a quotation stands to the statements that were searched; where several hold, the graver one."""

    VERBATIM = "verbatim"
    """Word for word; what was left out or put in is marked in the quotation itself."""
    EDITED = "edited"
    """The same passage with words that were changed, added or left out without a mark."""
    STITCHED = "stitched"
    """Made of parts that stand far from each other, or in another order."""
    OUT_OF_CONTEXT = "out_of_context"
    """Word for word, but what stands around it denies it, makes it conditional, or is somebody else's view."""
    MISATTRIBUTED = "misattributed"
    """These are somebody else's words."""
    PARAPHRASED = "paraphrased"
    """The speaker said this in other words."""
    NOT_FOUND = "not_found"
    """Nothing like it stands in the passages that were searched."""


class DiffKind(StrEnum):
    """What became of some words between statement and quotation."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    LEFT_OUT = "left_out"


class DiffPart(Model):
    """A run of words. `quoted` is what the quotation has, `said` what the statement has; either may be empty."""

    kind: DiffKind
    quoted: str = ""
    said: str = ""
    declared: bool = Field(default=False, description="Marked in the quotation: […], [the bill]")
    alters: str | None = Field(
        default=None, description="What it changes: negation, number, condition, certainty, scope"
    )


class QuoteSegment(Model):
    """A part of the quotation and where it was said."""

    quoted: Span = Field(description="Into `quotation`")
    said: Span = Field(description="Into the text of the source")
    source: Identifier
    distance: int = Field(
        default=0, description="Words between the part before and this one, in the same source"
    )


class ContextKind(StrEnum):
    """What words around a quotation do to it."""

    NEGATED = "negated"
    CONDITIONAL = "conditional"
    ATTRIBUTED = "attributed"
    QUALIFIED = "qualified"
    QUESTION = "question"


class ContextNote(Model):
    """Words around the quotation that change what it says. `weak` ones are shown and decide nothing."""

    kind: ContextKind
    words: str
    span: Span = Field(description="Into the text of the source")
    weak: bool = False


class QuoteSource(Model):
    """The statement that holds the words."""

    id: Identifier
    kind: EvidenceKind
    title: str = ""
    publisher: str | None = None
    speaker: str | None = None
    date: str | None = None
    url: str | None = None


class QuoteCheck(Model):
    """What became of a quotation: a finding about words, not about truth."""

    quotation: str = Field(min_length=1)
    speaker: str | None = Field(default=None, description="Who is said to have said it")
    status: QuoteStatus
    why: str
    searched: int = Field(default=0, ge=0, description="Passages that were searched")
    source: QuoteSource | None = None
    before: str = Field(default="", description="The sentences that led to the words")
    said: str = Field(
        default="",
        description="The words of the source that the quotation covers, its parts in the order of the source",
    )
    after: str = Field(default="", description="The sentences that followed")
    diff: list[DiffPart] = []
    segments: list[QuoteSegment] = []
    notes: list[ContextNote] = []
    reversed: bool = Field(default=False, description="Parts stand in another order in the source")

    @property
    def alters_meaning(self) -> bool:
        """Whether an edit changes what was said."""
        return any(part.alters for part in self.diff)
