"""What reviewers chose about clusters, as one rule for where a claim belongs.

Nothing that was stored is rewritten when somebody merges, splits or undoes: a claim keeps the cluster that
it was given, and the standing choices say where that cluster's claims belong now. So an undo is exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.cluster_choice import ChoiceKind, ClusterChoice


@dataclass(frozen=True)
class Choices:
    """The choices in force. `moved` leads from cluster to cluster, `parted` from a wording to its cluster."""

    moved: Mapping[str, str]
    parted: Mapping[str, str]

    @classmethod
    def of(cls, choices: Iterable[ClusterChoice]) -> "Choices":
        """The rule that `choices` make together; what was undone no longer counts.

        The order in which they come does not matter: of two splits of one wording the later one stands.
        """
        unique = {choice.id: choice for choice in choices}.values()
        ordered = sorted(unique, key=lambda choice: (choice.at, choice.id))
        undone = {choice.undo_of for choice in ordered if choice.undo_of}
        moved: dict[str, str] = {}
        parted: dict[str, str] = {}
        for choice in ordered:
            if choice.kind is ChoiceKind.MERGE and choice.id not in undone:
                moved[choice.source] = choice.target
            elif choice.kind is ChoiceKind.SPLIT and choice.id not in undone:
                parted |= dict.fromkeys(choice.wordings, choice.target)
        for choice in ordered:
            if choice.kind is ChoiceKind.SPLIT and choice.id in undone:
                # What joined the parted cluster in the meantime goes back with it.
                moved.setdefault(choice.target, choice.source)
        return cls(moved, parted)

    def own(self, cluster: str, wording: str) -> str:
        """The cluster that something near a claim of this wording joins, before merges."""
        return self.parted.get(wording, cluster)

    def place(self, cluster: str, wording: str) -> str:
        """Where a claim of `wording` belongs that was given `cluster`."""
        return self.standing(self.own(cluster, wording))

    def standing(self, cluster: str) -> str:
        """The cluster that `cluster` has become."""
        seen = {cluster}
        while (following := self.moved.get(cluster)) is not None and following not in seen:
            seen.add(following)
            cluster = following
        return cluster


NONE = Choices({}, {})
"""Nobody has chosen anything."""
