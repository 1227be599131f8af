"""What a fact-check's finding says about the claim that it rates."""

from collections.abc import Mapping
from enum import Enum

from schemas.evidence import Finding


class Stance(Enum):
    """What a fact-check found."""

    TRUE = "true"
    FALSE = "false"
    UNCLEAR = "unclear"


_STANCES: Mapping[Finding, Stance] = {
    Finding.TRUE: Stance.TRUE,
    Finding.MOSTLY_TRUE: Stance.TRUE,
    Finding.MOSTLY_FALSE: Stance.FALSE,
    Finding.FALSE: Stance.FALSE,
    Finding.SATIRE: Stance.FALSE,
}


def stance_of(finding: Finding | None) -> Stance:
    """The stance of `finding`; unclear when there is none, or one that leaves some truth or some doubt.

    Publishers' words become findings where evidence is loaded, so that there is one table of them.
    """
    return _STANCES.get(finding, Stance.UNCLEAR) if finding else Stance.UNCLEAR
