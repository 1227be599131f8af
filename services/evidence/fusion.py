"""One order from two rankings, for every adapter alike."""

from collections.abc import Mapping, Sequence

DEPTH = 50
"""Candidates taken from each ranking, at least: below it, neither has found a right item worth having."""

_K = 60
"""The constant of reciprocal-rank fusion. Cormack, Clarke and Büttcher, SIGIR 2009."""


def natural(identifier: str) -> tuple[int, str]:
    """Sort key of ids: shorter first, then by character, so that counted ids keep their order."""
    return (len(identifier), identifier)


def ranked(scores: Mapping[str, float], depth: int) -> list[str]:
    """The `depth` best ids of `scores`, ties in natural order."""
    return sorted(scores, key=lambda one: (-scores[one], natural(one)))[:depth]


def fuse(rankings: Sequence[Sequence[str]], top: int) -> list[tuple[str, float]]:
    """The `top` ids by reciprocal-rank fusion of `rankings`, each with its fused score."""
    fused: dict[str, float] = {}
    for ranking in rankings:
        for place, identifier in enumerate(ranking, start=1):
            fused[identifier] = fused.get(identifier, 0.0) + 1.0 / (_K + place)
    best = sorted(fused.items(), key=lambda item: (-item[1], natural(item[0])))
    return best[:top]
