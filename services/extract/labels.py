"""Speakers named before a colon: in headlines ("Mayor: budget holds") and in transcripts ("SMITH: …")."""

import re
from collections.abc import Iterator

from services.extract.ranges import offsets_of
from services.extract.reading import Reading
from services.extract.report import Form, Report
from services.extract.words import words

_LABEL = re.compile(
    r"((?:[A-Z][\w.'’-]*|de|van|of|the)(?: (?:[A-Z(][\w.'’)-]*|de|van|of|the|and)){0,5}):[ \u00a0]{1,3}(?=\S)"
)
_FEWEST_WORDS = 4
_TRANSCRIPT = 3
"""Paragraphs with a label that make a transcript, if the labels are in capitals or come again."""
# Labels of things, not of who speaks.
_THINGS = words(
    """
    read more related watch update correction note editor photo video source also exclusive
    breaking
    """
)


def find_labelled(reading: Reading) -> list[Report]:
    """Reports whose source is a label: of the headline, and of a transcript's paragraphs."""
    labelled = list(_labels(reading))
    speakers = _speakers([label for _, label, _, _ in labelled])
    found = []
    for number, label, start, end in labelled:
        if number == 0 or label in speakers:
            report = _report(reading, label, start, end, turn=label in speakers)
            if report is not None:
                found.append(report)
    return found


def _speakers(labels: list[str]) -> set[str]:
    """The labels that are those of a transcript's speakers; none when the text is no transcript."""
    capitals = [label for label in labels if label.isupper()]
    if len(capitals) >= _TRANSCRIPT:
        return set(capitals)
    # In small letters only a talk between at least two, one of whom speaks again.
    several = 1 < len(set(labels)) < len(labels)
    return set(labels) if several and len(labels) >= _TRANSCRIPT else set()


def _labels(reading: Reading) -> Iterator[tuple[int, str, int, int]]:
    for number, (start, end) in enumerate(reading.paragraphs):
        match = _LABEL.match(reading.text, start, end)
        # "Q:" and "A:" name nobody.
        if match and len(match.group(1)) > 2 and match.group(1).split()[0].lower() not in _THINGS:
            yield number, match.group(1), start, end


def _report(reading: Reading, label: str, start: int, end: int, *, turn: bool) -> Report | None:
    colon = start + len(label)
    first, last = reading.tokens((start, colon))
    content = reading.text[colon + 1 : end]
    begin = colon + 1 + len(content) - len(content.lstrip())
    is_headline = not turn and start == reading.paragraphs[0][0]
    stop = end - (1 if is_headline and reading.text[end - 1] == "." else 0)
    fewest = 1 if turn else _FEWEST_WORDS
    if first >= last or len(reading.text[begin:stop].split()) < fewest:
        return None
    source = reading.doc[first:last]
    if (
        (is_headline or not label.isupper())
        and source[-1].pos_ != "PROPN"
        and source[-1].ent_type_ not in {"PERSON", "ORG", "NORP"}
    ):
        return None
    cue = offsets_of(reading.doc[last]) if last < len(reading.doc) else (colon, colon + 1)
    return Report(
        Form.COLON if is_headline else Form.LABEL,
        None,
        [cue],
        source,
        source[-1],
        [(begin, stop)],
        reading.sentence_of(first),
    )
