"""Which of a few media types somebody wants, by their Accept header."""

from collections.abc import Sequence


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The type that they want most; the first one for whoever does not say, or wants none of them."""
    wanted = _weights(accept or "*/*")
    best = max(offered, key=lambda media_type: _weight(media_type, wanted))
    return best if _weight(best, wanted) > 0 else offered[0]


def _weights(accept: str) -> dict[str, float]:
    found = {}
    for part in accept.lower().split(",")[:50]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        found[name] = next((_number(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
    return found


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _weight(media_type: str, wanted: dict[str, float]) -> float:
    group = f"{media_type.partition('/')[0]}/*"
    named = (wanted[one] for one in (media_type, group, "*/*") if one in wanted)
    return next(named, 0.0)
