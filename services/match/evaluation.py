"""Labelled against found: a confusion table and its F1."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from services.runtime.errors import UserError

T = TypeVar("T")


@dataclass(frozen=True)
class Miss:
    """An example that was not found as labelled."""

    id: str
    text: str
    labelled: str
    found: str
    why: str


@dataclass
class Confusion:
    """How often each label was found as each; `misses` are those that differ."""

    labels: Sequence[str]
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)

    def add(self, labelled: str, found: str) -> None:
        """Count one example."""
        self.counts[labelled, found] += 1

    @property
    def total(self) -> int:
        """Examples counted."""
        return sum(self.counts.values())

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that occur."""
        present = [one for one in self.labels if self.labelled(one)]
        return sum(map(self.f1, present)) / len(present) if present else 0.0

    def f1(self, label: str) -> float:
        """The harmonic mean of a label's precision and recall; 0 when it neither occurs nor is found."""
        occurs = self.labelled(label) + sum(self.counts[one, label] for one in self.labels)
        return 2 * self.counts[label, label] / occurs if occurs else 0.0

    def labelled(self, label: str) -> int:
        """Examples with this label."""
        return sum(self.counts[label, one] for one in self.labels)

    def rows(self) -> Iterable[tuple[str, ...]]:
        """One row a label: its name, the counts of what was found, its F1."""
        for label in self.labels:
            found = (str(self.counts[label, one]) for one in self.labels)
            yield (label, *found, f"{self.f1(label):.3f}")

    def as_dict(self) -> dict[str, object]:
        """The figures for a script."""
        return {
            "total": self.total,
            "macro_f1": round(self.macro_f1, 4),
            "f1": {label: round(self.f1(label), 4) for label in self.labels},
            "confusion": {
                label: {one: self.counts[label, one] for one in self.labels}
                for label in self.labels
            },
        }


def read_lines(path: Path, adapter: TypeAdapter[T]) -> list[T]:
    """The lines of a file as examples. Raises UserError for a file or a line that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(adapter.validate_json(line))
        except ValidationError as error:
            raise UserError(f"{path}:{number}: {error.errors()[0]['msg']}") from error
    return found
