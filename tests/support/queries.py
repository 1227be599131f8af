"""Queries and events drawn at random from few words, so that many of them meet."""

from random import Random

from services.alert.document import Document

WORDS = (
    *(
        "bridge",
        "bridges",
        "tunnel",
        "harbour",
        "harbor",
        "mayor",
        "major",
        "vote",
        "voter",
        "votes",
    ),
    *(
        "tax",
        "taxes",
        "cost",
        "costs",
        "lost",
        "million",
        "billion",
        "court",
        "count",
        "counted",
        "it",
    ),
)
PEOPLE = ("maria lind", "lind", "jon olsen", "olsen", "maria")
RELATIONS = ("contradicts", "supports", "same claim", "related")
_TEXTS = ("claim", "title", "speaker", "relation")
_DAYS = [f"2026-0{month}-{day:02}" for month in (4, 5, 6) for day in (1, 15, 28)]


def random_event(draw: Random) -> dict[str, list[str] | list[float]]:
    """Fields of an event; dates in seconds since 1970."""
    event: dict[str, list[str] | list[float]] = {
        "claim": [_words(draw, 3, 12) for _ in range(draw.randint(1, 2))],
        "title": [_words(draw, 2, 6) for _ in range(draw.randint(0, 2))],
        "speaker": draw.sample(PEOPLE, draw.randint(0, 2)),
        "relation": draw.sample(RELATIONS, draw.randint(0, 2)),
        "sightings": [float(draw.randint(1, 6))],
        "published": [
            1_775_001_600.0 + draw.randint(0, 100 * 24) * 3_600 for _ in range(draw.randint(0, 2))
        ],
    }
    if draw.random() < 0.8:
        event["priority"] = [round(draw.random(), 1)]
    return event


def document_of(event: dict[str, list[str] | list[float]]) -> Document:
    """The event as our own queries see it."""
    texts = {name: [str(value) for value in event[name]] for name in _TEXTS}
    numbers = {
        name: [float(value) for value in values]
        for name, values in event.items()
        if name not in _TEXTS
    }
    return Document(texts, numbers)


def random_query(draw: Random, depth: int = 2) -> str:
    """A query in the syntax that Elasticsearch's `query_string` and ours share."""
    shape = draw.random()
    if depth == 0 or shape < 0.3:
        return _leaf(draw)
    parts = [_bracketed(draw, depth - 1) for _ in range(draw.randint(2, 3))]
    if shape < 0.55:
        return draw.choice((" ", " AND ")).join(parts)
    if shape < 0.75:
        return " OR ".join(parts)
    sign = draw.choice(("-", "NOT ", "AND NOT "))
    return f"{' '.join(parts)} {sign}{_bracketed(draw, depth - 1)}"


def _bracketed(draw: Random, depth: int) -> str:
    query = random_query(draw, depth)
    return f"({query})" if " " in query else query


def _leaf(draw: Random) -> str:
    return draw.choice(_LEAVES)(draw)


def _word(draw: Random) -> str:
    return draw.choice(WORDS)


def _words(draw: Random, least: int, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(least, most)))


def _phrase(draw: Random) -> str:
    return f'"{_words(draw, 2, 3)}"'


def _near(draw: Random) -> str:
    return f'"{" ".join(draw.sample(WORDS, draw.randint(2, 3)))}"~{draw.randint(1, 6)}'


def _begun(draw: Random) -> str:
    word = _word(draw)
    return f"{word[: draw.randint(2, max(2, len(word) - 1))]}*"


def _holed(draw: Random) -> str:
    word = draw.choice([word for word in WORDS if len(word) > 3])
    at = draw.randint(2, len(word) - 1)
    return f"{word[:at]}?{word[at + 1 :]}"


def _fuzzy(draw: Random) -> str:
    return f"{_word(draw)}~{draw.choice(('', '1', '2'))}"


def _fielded(draw: Random) -> str:
    name, values = draw.choice(
        (("speaker", PEOPLE), ("relation", RELATIONS), ("claim", WORDS), ("title", WORDS))
    )
    value = draw.choice(values)
    if draw.random() < 0.2:
        return (
            f"{name}:({value.replace(' ', ' OR ')} OR {draw.choice(values).replace(' ', ' OR ')})"
        )
    return f'{name}:"{value}"'


def _number(draw: Random) -> str:
    name, bound = draw.choice(
        (("priority", draw.randint(0, 10) / 10), ("sightings", draw.randint(1, 6)))
    )
    shape = draw.choice(("{n}:>{a}", "{n}:<={a}", "{n}:[{a} TO *]", "{n}:{{* TO {a}]", "{n}:{a}"))
    return shape.format(n=name, a=bound)


def _date(draw: Random) -> str:
    low, high = sorted(draw.sample(_DAYS, 2))
    shapes = (
        f"published:[{low} TO {high}]",
        f"published:{{{low} TO {high}]",
        f"published:[{low} TO {high}}}",
        f"published:>={low}",
        f"published:<{low}",
        f"published:[{low[:7]} TO *]",
    )
    return draw.choice(shapes)


def _present(draw: Random) -> str:
    return f"{draw.choice(('speaker', 'title', 'relation', 'priority', 'published'))}:*"


_LEAVES = (
    *(_word, _word, _word, _phrase, _near, _begun, _holed, _fuzzy),
    *(_fielded, _fielded, _number, _date, _present),
)
