"""Cluster choices: a reviewer says that two clusters are one claim, or that one holds two."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Identifier, Model, UtcDatetime


class ChoiceKind(StrEnum):
    """What a reviewer chose."""

    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"


class ClusterChoice(Model):
    """One choice, which holds for all claims to come until an undo of it follows.

    A merge moves cluster `source` into `target`. A split moves the claims worded as `wordings` from
    `source` into `target`, a cluster of their own. An undo names the choice that no longer holds and
    repeats its clusters.
    """

    id: Identifier
    kind: ChoiceKind
    source: Identifier = Field(description="The cluster that is emptied or parted")
    target: Identifier = Field(description="The cluster that receives")
    wordings: list[Identifier] = Field(
        default=[], description="For a split: hashes of the words and speakers that move"
    )
    claim_ids: list[Identifier] = Field(
        default=[], description="For a split: the claims that the reviewer named"
    )
    undo_of: Identifier | None = Field(default=None, description="For an undo: the choice's id")
    reviewer: Identifier
    at: UtcDatetime

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is ChoiceKind.UNDO) != (self.undo_of is not None):
            raise ValueError("an undo, and nothing else, names the choice that it undoes")
        if self.kind is ChoiceKind.SPLIT and not self.wordings:
            raise ValueError("a split names the wordings that move")
        if self.source == self.target:
            raise ValueError("a choice needs two clusters")
        return self

    @property
    def about(self) -> str:
        """The id of the choice that this one makes or undoes: what the topic is compacted by."""
        return self.undo_of or self.id
