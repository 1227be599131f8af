"""A quotation checked against statements: word for word, edited, stitched, out of context, or not found."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from schemas.quotation import (
    ContextNote,
    DiffKind,
    DiffPart,
    QuoteCheck,
    QuoteSegment,
    QuoteSource,
    QuoteStatus,
)
from services.match.quotation_align import Aligned, Piece, Spoken, align
from services.match.quotation_context import around
from services.match.quotation_diff import Step, steps, to_parts
from services.match.quotation_marks import Quoted, in_marks, take_apart
from services.match.quotation_paraphrase import paraphrased
from services.match.quotation_reason import reason
from services.match.quotation_speakers import names_source, same_person, speaks

LEAST_WORDS = 4
"""A shorter quotation is anybody's: it is not checked."""
FOUND = 0.6
"""The share of a quotation, by weight, that must stand in a statement of its speaker to be taken from it."""
FOUND_ANYWHERE = 0.8
"""The same in a statement of nobody named, or of somebody else."""
LONG = 12
"""Words that a quotation needs to be taken, with edits, from a text that nobody named speaks."""
NEARLY = 0.8
"""The share of words in common that makes them somebody's own, and no chance likeness of two sentences on one fact."""
ALIKE = 0.65
"""The share of words in common below which a passage is rather a paraphrase than edited."""
DISTINCT = 6
"""Words that somebody else must have said word for word to be the one who said them."""


def is_checkable(quotation: str) -> bool:
    """Whether a quotation has words enough to be looked for."""
    return len([one for one in take_apart(quotation) if not one.added]) >= LEAST_WORDS


def check(
    quotation: str, speaker: str | None, statements: Sequence[Spoken], *, searched: int
) -> QuoteCheck | None:
    """What became of `quotation`; none when it is too short to be anybody's.

    `statements` are candidates, the likeliest first; `searched` says among how many passages they were
    found. Statements of the speaker, or of nobody named, come before those of others.
    """
    quoted = take_apart(quotation)
    if len([one for one in quoted if not one.added]) < LEAST_WORDS:
        return None
    own = [one for one in statements if same_person(speaker, one.source) is not False]
    others = [one for one in statements if same_person(speaker, one.source) is False]
    made = _Check(quotation, quoted, speaker, searched)
    found = made.best(own)
    if found is None or found.status is not QuoteStatus.VERBATIM:
        foreign = made.best(others) if len(quoted) >= DISTINCT else None
        if foreign and _is_theirs(foreign) and (found is None or made.closer(foreign, found)):
            return made.misattributed(foreign)
    if found and found.status is not QuoteStatus.VERBATIM and not _is_speech(found, own, quoted):
        found = None
    if found and _likeness(found) >= ALIKE:
        return found
    spoken = [one for one in own if speaks(one.source)]
    return paraphrased(quotation, quoted, speaker, spoken, searched) or found or made.missing()


def _is_theirs(found: QuoteCheck) -> bool:
    return len(found.segments) == 1 and _likeness(found) >= NEARLY


def _is_speech(found: QuoteCheck, statements: Sequence[Spoken], quoted: Sequence[Quoted]) -> bool:
    """Whether the words found are somebody's, and no report's own that speaks of the same fact.

    They are when the item has a speaker, when they stand in quotation marks there, or when the likeness is too long
    for chance.
    """
    source = found.source.id if found.source else None
    spoken = next(one for one in statements if one.source.id == source)
    if speaks(spoken.source):
        return True
    held = [(s.said[0] - spoken.start, s.said[1] - spoken.start) for s in found.segments]
    if all(in_marks(spoken.text, span) for span in held):
        return True
    return len(quoted) >= LONG and _likeness(found) >= NEARLY


class _Check:
    """One quotation and what is made of it."""

    def __init__(
        self, quotation: str, quoted: Sequence[Quoted], speaker: str | None, searched: int
    ) -> None:
        self._quotation, self._quoted = quotation, quoted
        self._speaker, self._searched = speaker, searched

    def best(self, statements: Sequence[Spoken]) -> QuoteCheck | None:
        """The finding in these statements; none when the quotation is not in them."""
        aligned = align(self._quoted, statements)
        if aligned is None or aligned.found < self._least(aligned):
            return None
        made = [steps(self._quoted, piece) for piece in aligned.pieces]
        return self._finding(aligned, made)

    def closer(self, one: QuoteCheck, other: QuoteCheck) -> bool:
        """Whether the quotation is more nearly `one`: it keeps more of its words, in one piece."""
        return (_kept(one) - len(one.segments)) > (_kept(other) - len(other.segments)) + 2

    def missing(self) -> QuoteCheck:
        """Nothing like it was found."""
        return self._made(QuoteStatus.NOT_FOUND, {})

    def misattributed(self, found: QuoteCheck) -> QuoteCheck:
        """The same finding, in somebody else's words."""
        fields = found.model_dump(exclude={"status", "why", "quotation", "speaker", "searched"})
        return self._made(QuoteStatus.MISATTRIBUTED, fields)

    def _least(self, aligned: Aligned) -> float:
        own = same_person(self._speaker, aligned.pieces[0].spoken.source)
        return FOUND if own or self._speaker is None else FOUND_ANYWHERE

    def _finding(self, aligned: Aligned, made: Sequence[Sequence[Step]]) -> QuoteCheck:
        pieces = aligned.pieces
        segments = [_segment(self._quoted, p, s) for p, s in zip(pieces, made, strict=True)]
        segments = _with_distances(segments, pieces)
        diff = [
            part
            for piece, its in zip(pieces, made, strict=True)
            for part in to_parts(self._quoted, piece, its, self._quotation)
        ]
        spoken = pieces[0].spoken
        spans = [(s.said[0] - spoken.start, s.said[1] - spoken.start) for s in segments]
        first, last = min(a for a, _ in spans), max(b for _, b in spans)
        own = partial(names_source, spoken.source)
        contexts = [around(spoken.text, span, spoken.start, own) for span in spans]
        notes = [note for one in contexts for note in one.notes]
        whole = around(spoken.text, (first, last), spoken.start, own)
        item = spoken.source
        fields = {
            "source": QuoteSource(**item.model_dump(include=set(QuoteSource.model_fields))),
            "before": whole.before,
            "said": _said(spoken.text, spans),
            "after": whole.after,
            "diff": diff,
            "segments": segments,
            "notes": notes,
            "reversed": any(a.said > b.said for a, b in pairwise(segments)),
        }
        return self._made(_status(segments, diff, notes), fields)

    def _made(self, status: QuoteStatus, fields: dict[str, object]) -> QuoteCheck:
        bare = QuoteCheck.model_validate(
            {
                "quotation": self._quotation,
                "speaker": self._speaker,
                "status": status,
                "why": "",
                "searched": self._searched,
                **fields,
            }
        )
        return bare.model_copy(update={"why": reason(bare)})


def _status(
    segments: Sequence[QuoteSegment], diff: Sequence[DiffPart], notes: Sequence[ContextNote]
) -> QuoteStatus:
    if len(segments) > 1:
        return QuoteStatus.STITCHED
    changed = [part for part in diff if part.kind is not DiffKind.SAME]
    if any(part.alters or not part.declared for part in changed):
        return QuoteStatus.EDITED
    if any(not note.weak for note in notes):
        return QuoteStatus.OUT_OF_CONTEXT
    return QuoteStatus.VERBATIM


def _likeness(found: QuoteCheck) -> float:
    sides = sum(len(part.quoted.split()) + len(part.said.split()) for part in found.diff)
    return 2 * _kept(found) / sides if sides else 1.0


def _kept(found: QuoteCheck) -> int:
    return sum(len(part.quoted.split()) for part in found.diff if part.kind is DiffKind.SAME)


def _segment(quoted: Sequence[Quoted], piece: Piece, made: Sequence[Step]) -> QuoteSegment:
    words, offset = piece.spoken.words, piece.spoken.start
    held = [step for step in made if step.j < step.j_end]
    j, j_end = held[0].j, held[-1].j_end
    return QuoteSegment(
        quoted=(quoted[piece.i].word.start, quoted[piece.i_end - 1].word.end),
        said=(words[j].start + offset, words[j_end - 1].end + offset),
        source=piece.spoken.source.id,
    )


def _with_distances(segments: list[QuoteSegment], pieces: Sequence[Piece]) -> list[QuoteSegment]:
    told = segments[:1]
    for number in range(1, len(segments)):
        before, after = pieces[number - 1], pieces[number]
        apart = after.j - before.j_end if after.j >= before.j else before.j - after.j_end
        told.append(segments[number].model_copy(update={"distance": max(0, apart)}))
    return told


def _said(text: str, spans: Sequence[tuple[int, int]]) -> str:
    return " […] ".join(text[start:end] for start, end in sorted(spans))
