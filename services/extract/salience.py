"""Who of several a pronoun most likely means."""

_THRESHOLD = 0.5
_TOLD = 0.1
"""What is added where gender is known to agree."""
_MARGIN = 0.3
"""By how much the best must lead where nothing tells man from woman: more than a subject over another name."""
_WEAK = 0.6
"""Confidence at most where nothing tells man from woman."""


class Race:
    """Candidates with a score each; the winner is named only when it is good enough."""

    def __init__(self) -> None:
        self._scores: dict[str, tuple[float, bool]] = {}

    def enter(self, name: str, score: float, *, told: bool) -> None:
        """A candidate with its prominence; `told` when its gender is known to agree."""
        known, known_told = self._scores.get(name, (0.0, False))
        self._scores[name] = (max(score + _TOLD * told, known), told or known_told)

    def winner(self) -> tuple[str, float] | None:
        """The best and the confidence in it; none below the threshold or, with nothing told, without a lead."""
        ranked = sorted(self._scores.items(), key=lambda item: (-item[1][0], item[0]))
        if not ranked or ranked[0][1][0] < _THRESHOLD:
            return None
        name, (score, told) = ranked[0]
        if not told and len(ranked) > 1 and score - ranked[1][1][0] < _MARGIN:
            return None
        sure = min(0.9, 0.4 + 0.4 * score)
        return name, sure if told else min(sure, _WEAK)
