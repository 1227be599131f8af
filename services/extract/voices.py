"""Voices: for every report its speaker, and who passes the words on."""

from dataclasses import dataclass

from spacy.tokens import Span

from schemas.claim import Attribution
from services.extract.coreference import Resolver, Speaker
from services.extract.cues import LISTENING
from services.extract.legibility import Page
from services.extract.ranges import offsets_of, tokens_of
from services.extract.report import Form, Report

_UNKNOWN = 0.5
"""Factor on the confidence of an attribution whose speaker is not known."""
_LEAST = 0.4
"""A speaker less sure than this is nobody: letters that cannot be read name no one."""


@dataclass(frozen=True)
class Voice:
    """`speaker` is none when it is not known; `reported_by` names those who pass it on, nearest first."""

    speaker: Speaker | None = None
    reported_by: tuple[str, ...] = ()
    confidence: float = 1.0
    """How sure the attribution is: its form, its speaker and the letters it was read from."""

    @property
    def name(self) -> str | None:
        """The speaker's name."""
        return self.speaker.name if self.speaker is not None else None


class Voices:
    """The voices of one article's reports."""

    def __init__(self, reports: list[Report], resolver: Resolver, page: Page) -> None:
        self._of: dict[int, Voice] = {}
        for report in sorted(reports, key=_place):
            self._of[id(report)] = _resolve(report, resolver, page.at(report.bounds))

    def of(self, report: Report | None) -> Voice:
        """The voice of `report`; nobody's without one."""
        return self._of[id(report)] if report is not None else Voice()

    def attribution(self, report: Report) -> Attribution:
        """`report` as the schema has it."""
        voice = self.of(report)
        return Attribution(
            source=[offsets_of(report.source)] if report.source is not None else [],
            cue=report.cue,
            content=report.content,
            speaker=voice.name,
            quote=report.quote,
            reported_by=list(voice.reported_by),
            confidence=round(voice.confidence, 3),
        )


def _place(report: Report) -> tuple[int, int]:
    return report.sentence, report.source_head.i if report.source_head is not None else -1


def _own_words(report: Report) -> list[Span]:
    """What stands between marks: of direct speech only, since others may name whom they speak for."""
    if report.source is None or report.form is not Form.DIRECT:
        return []
    return [tokens_of(report.source.doc, one.inner) for one in report.quotations]


def _resolve(report: Report, resolver: Resolver, legible: float) -> Voice:
    speaker = resolver.resolve(report.source_head, report.source, _own_words(report))
    if report.lemma in LISTENING:  # "the court heard that": who told it is not said
        speaker = None
    if speaker is not None and speaker.confidence * legible < _LEAST:
        speaker = None
    own = speaker.name if speaker is not None else None
    names = (resolver.name_of(head) for head in report.passed_on)
    sure = speaker.confidence if speaker is not None else _UNKNOWN
    return Voice(
        speaker,
        tuple(dict.fromkeys(name for name in names if name and name != own)),
        report.confidence * sure * legible,
    )
