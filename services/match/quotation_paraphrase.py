"""Whether the speaker said a quotation in other words: only where hardly any content is left over."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from schemas.quotation import QuoteCheck, QuoteSegment, QuoteSource, QuoteStatus
from services.match.aliases import akin
from services.match.quotation_align import Spoken
from services.match.quotation_context import around, sentences
from services.match.quotation_diff import other_meaning
from services.match.quotation_marks import Quoted
from services.match.quotation_reason import reason
from services.match.quotation_speakers import names_source
from services.match.quotation_words import LIGHT, Word

SHARED = 0.7
"""The share of the quotation's content words that a sentence or two of the speaker must hold."""
LEAST = 4
"""Content words that a quotation needs for that."""


def paraphrased(
    quotation: str,
    quoted: Sequence[Quoted],
    speaker: str | None,
    statements: Sequence[Spoken],
    searched: int,
) -> QuoteCheck | None:
    """The finding that the speaker said it in other words; none without strong evidence.

    Neither a number nor a negation may differ: then it is another statement.
    """
    keys = [one.key for one in quoted]
    content = [key for key in keys if key not in LIGHT]
    if len(set(content)) < LEAST:
        return None
    parts = [found for one in statements for found in _parts(one, content)]
    best = max(parts, key=lambda one: (one.share, -len(one.words)), default=None)
    if best is None or best.share < SHARED or other_meaning(keys, [w.key for w in best.words]):
        return None
    spoken, span = best.spoken, (best.words[0].start, best.words[-1].end)
    near = around(spoken.text, span, spoken.start, partial(names_source, spoken.source))
    made = QuoteCheck(
        quotation=quotation,
        speaker=speaker,
        status=QuoteStatus.PARAPHRASED,
        why="",
        searched=searched,
        source=QuoteSource(**spoken.source.model_dump(include=set(QuoteSource.model_fields))),
        before=near.before,
        said=spoken.text[slice(*span)],
        after=near.after,
        segments=[
            QuoteSegment(
                quoted=(quoted[0].word.start, quoted[-1].word.end),
                said=(span[0] + spoken.start, span[1] + spoken.start),
                source=spoken.source.id,
            )
        ],
        notes=near.notes,
    )
    return made.model_copy(update={"why": reason(made)})


class _Part(NamedTuple):
    spoken: Spoken
    words: Sequence[Word]
    share: float


def _parts(spoken: Spoken, content: Sequence[str]) -> Iterator[_Part]:
    """Each sentence, and each two of them, with the share of the content that it holds."""
    forms = {key: _form(key, content) for key in dict.fromkeys(spoken.keys)}
    wanted = Counter(content)
    starts = [word.start for word in spoken.words]
    edges = [bisect_left(starts, start) for start, _ in sentences(spoken.text)]
    edges.append(len(starts))
    for size in (1, 2):
        for first, last in zip(edges, edges[size:], strict=False):
            held = Counter(form for key in spoken.keys[first:last] if (form := forms[key]))
            shared = (held & wanted).total()
            if shared:
                yield _Part(spoken, spoken.words[first:last], shared / len(content))


def _form(key: str, content: Sequence[str]) -> str | None:
    """The content word that this one is a form of."""
    if key in LIGHT:
        return None
    return next((one for one in content if akin(key, one)), None)
