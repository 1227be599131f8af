"""From texts to claims, attributions and excluded spans: the one way in for the service and the command."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from spacy.language import Language
from spacy.tokens import Doc

from schemas.claim import Attribution, Claim, Excluded
from services.extract.attribution import find_reports
from services.extract.chains import link
from services.extract.claims import Draft, draft_claims
from services.extract.contents import offsets_of, tokens_of
from services.extract.context import Surroundings
from services.extract.coreference import Resolver, Speaker
from services.extract.dates import resolve_article
from services.extract.enrichment import (
    classify,
    dates_of,
    due_date,
    reference_of,
    score_spans,
)
from services.extract.mentions import find_cast
from services.extract.quantities import find_quantities
from services.extract.report import Report
from services.extract.sentences import Layout, parse
from services.runtime.ids import stable_id


@dataclass(frozen=True)
class Source:
    """A text to extract from: `id` names its article in the claims' ids."""

    id: str
    text: str
    published_at: datetime | None = None


@dataclass(frozen=True)
class Extraction:
    """What was found in one text; all offsets point into it."""

    claims: list[Claim]
    attributions: list[Attribution]
    excluded: list[Excluded]


def extract(source: Source, nlp: Language) -> Extraction:
    """The claims, attributions and excluded spans of one text, which must hold more than white space."""
    return next(extract_all([source], nlp))


def extract_all(sources: Iterable[Source], nlp: Language) -> Iterator[Extraction]:
    """One extraction for each source, in order, through the pipeline in batches.

    Cost and memory are linear in the texts' length; `nlp` is used as it is and not changed.
    """
    waiting: list[Source] = []

    def layouts() -> Iterator[Layout]:
        for source in sources:
            waiting.append(source)
            yield Layout.of(source.text)

    for layout, doc in parse(layouts(), nlp):
        yield _extract(waiting.pop(0), layout, doc)


def _extract(source: Source, layout: Layout, doc: Doc) -> Extraction:
    excluded = layout.excluded
    reports = [r for r in find_reports(layout, doc) if not _touches(r, excluded)]
    link(reports)
    speakers = _speakers(doc, reports, excluded)
    drafts = draft_claims(doc, reports, excluded)
    return Extraction(
        _claims(source, doc, drafts, speakers, excluded),
        [_attribution(report, speakers) for report in reports],
        excluded,
    )


def _touches(report: Report, excluded: list[Excluded]) -> bool:
    start, end = report.bounds
    return any(item.span[0] < end and start < item.span[1] for item in excluded)


@dataclass(frozen=True)
class _Resolved:
    speaker: Speaker | None
    reported_by: list[str]


def _speakers(doc: Doc, reports: list[Report], excluded: list[Excluded]) -> dict[int, _Resolved]:
    """The speaker and chain of each report, by its identity, resolved in reading order of the sources."""
    resolver = Resolver(doc, find_cast(doc, excluded))
    resolved: dict[int, _Resolved] = {}
    for report in sorted(
        reports, key=lambda r: (r.sentence, r.source_head.i if r.source_head is not None else -1)
    ):
        speaker = resolver.resolve(report.source_head, report.source)
        chain = [resolver.name_of(head) for head in report.passed_on]
        own = speaker.name if speaker else None
        names = list(dict.fromkeys(name for name in chain if name and name != own))
        resolved[id(report)] = _Resolved(speaker, names)
    return resolved


def _attribution(report: Report, speakers: dict[int, _Resolved]) -> Attribution:
    found = speakers[id(report)]
    return Attribution(
        source=[offsets_of(report.source)] if report.source is not None else [],
        cue=report.cue,
        content=report.content,
        speaker=found.speaker.name if found.speaker else None,
        quote=report.quote,
        reported_by=found.reported_by,
        confidence=round(
            report.confidence * (found.speaker.confidence if found.speaker else 0.5), 3
        ),
    )


def _claims(
    source: Source,
    doc: Doc,
    drafts: list[Draft],
    speakers: dict[int, _Resolved],
    excluded: list[Excluded],
) -> list[Claim]:
    reference = reference_of(source.text, source.published_at, excluded)
    mentions = resolve_article(doc, reference)
    spans = [tokens_of(doc, draft.span) for draft in drafts]
    surroundings = Surroundings(doc)
    claims: dict[str, Claim] = {}
    for draft, span, scores in zip(drafts, spans, score_spans(spans), strict=True):
        found = speakers[id(draft.report)] if draft.report is not None else _Resolved(None, [])
        speaker = found.speaker.name if found.speaker else None
        text = source.text[draft.span[0] : draft.span[1]]
        kind = classify(span, cue_lemma=draft.lemma, quote=draft.quote)
        dates = dates_of(draft, mentions)
        name = stable_id("clm", source.id, normalise(text), speaker or "")
        report = draft.report
        claims.setdefault(
            name,
            Claim(
                id=name,
                span=draft.span,
                text=text,
                speaker=speaker,
                speaker_span=offsets_of(report.source)
                if report is not None and report.source is not None
                else None,
                cue=report.cue if report is not None else [],
                quote=draft.quote,
                kind=kind,
                dates=dates,
                due=due_date(kind, dates, reference),
                check_worthiness=scores.check_worthiness,
                objective=scores.objective,
                reported_by=found.reported_by,
                quantities=find_quantities(span),
                context=surroundings.around(draft.span),
            ),
        )
    return list(claims.values())


_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " "})


def normalise(text: str) -> str:
    """`text` as claims' ids see it: one kind of quotation mark and dash, single spaces, no case."""
    return " ".join(text.translate(_PLAIN).casefold().split())
