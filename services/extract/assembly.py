"""From drafts to claims: who said it, when it was, what it counts, how much it is worth checking."""

from collections.abc import Sequence
from datetime import datetime

from spacy.tokens import Doc, Span

from schemas.base import Span as Offsets
from schemas.claim import Claim, DateMention, Excluded, ExcludedKind, Quote
from services.extract.comparisons import Comparisons
from services.extract.context import Surroundings
from services.extract.dates import Reference, parse_dateline_date, resolve_article
from services.extract.draft import Draft
from services.extract.due import due_date
from services.extract.kinds import classify
from services.extract.legibility import Page
from services.extract.modality import Modalities
from services.extract.places import Places
from services.extract.polarity import Polarities
from services.extract.quantities import find_quantities
from services.extract.ranges import offsets_of, tokens_of
from services.extract.report import Form
from services.extract.resolution import Standalone
from services.extract.score import Scores, score_spans
from services.extract.spans import SpanIndex
from services.extract.speech_acts import Said, speech_act
from services.extract.voices import Voice, Voices
from services.runtime.ids import stable_id

_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " "})


class Assembler:
    """Makes the claims of one article. `text` is the article's own, to which every span points."""

    def __init__(
        self,
        article_id: str,
        text: str,
        published_at: datetime | None,
        doc: Doc,
        excluded: Sequence[Excluded],
        page: Page,
    ) -> None:
        self._id = article_id
        self._text = text
        self._page = page
        self._doc = doc
        self._reference = _reference(text, published_at, excluded)
        self._dates = SpanIndex(resolve_article(doc, self._reference), lambda mention: mention.span)
        self._surroundings = Surroundings(doc)
        self._polarities = Polarities(doc)
        self._modalities = Modalities(doc)
        self._comparisons = Comparisons(doc)
        self._places = Places(doc)

    def assemble(
        self, drafts: Sequence[Draft], voices: Voices, standalone: Standalone
    ) -> list[Claim]:
        """One claim for each draft, in order; of two with one id the first."""
        spans = [tokens_of(self._doc, draft.span) for draft in drafts]
        claims: dict[str, Claim] = {}
        for draft, span, scores in zip(drafts, spans, score_spans(spans), strict=True):
            claim = self._claim(draft, span, scores, voices.of(draft.report), standalone)
            claims.setdefault(claim.id, claim)
        return list(claims.values())

    def _claim(
        self, draft: Draft, span: Span, scores: Scores, voice: Voice, standalone: Standalone
    ) -> Claim:
        text = self._text[draft.span[0] : draft.span[1]]
        quantities = find_quantities(span, self._times_of(draft))
        kind = classify(span, cue_lemma=draft.lemma, quote=draft.quote, quantities=quantities)
        dates = self._dates_of(draft)
        source = draft.report.source if draft.report is not None else None
        # The speaker's own words stay: whom they mean is for a reader to see in the context.
        rewritten = (
            None if draft.quote is Quote.DIRECT else standalone.rewrite(span, text, _aside(draft))
        )
        said = rewritten.text if rewritten is not None else text
        return Claim(
            id=stable_id("clm", self._id, normalise(text), voice.name or ""),
            span=draft.span,
            text=text,
            resolved_text=rewritten.text if rewritten is not None else None,
            replacements=rewritten.replacements if rewritten is not None else [],
            speaker=voice.name,
            speaker_span=offsets_of(source) if source is not None else None,
            cue=draft.report.cue if draft.report is not None else [],
            quote=draft.quote,
            kind=kind,
            check_worthiness=scores.check_worthiness,
            objective=scores.objective,
            dates=dates,
            due=due_date(kind, dates, self._reference),
            reported_by=list(voice.reported_by),
            quantities=quantities,
            polarity=self._polarities.of(span),
            modality=self._modalities.of(
                span, draft.report.head if draft.report is not None else None
            ),
            comparisons=self._comparisons.of(span, dates, quantities),
            places=self._places.of(span),
            speech_act=speech_act(self._text, Said(draft, span, said), voice.name),
            context=self._surroundings.around(draft.span),
            confidence=self._confidence(draft, voice),
        )

    def _confidence(self, draft: Draft, voice: Voice) -> float:
        """That of its attribution; of narration how far the letters, and the finding, can be trusted."""
        narrated = self._page.at(draft.span) * draft.certainty
        return round(voice.confidence if draft.report is not None else narrated, 3)

    def _times_of(self, draft: Draft) -> list[Offsets] | None:
        """What was read as a time already; none where no day was known to read "3 days ago" from."""
        if self._reference.published is None:
            return None
        return [mention.span for mention in self._dates.touching(draft.span)]

    def _dates_of(self, draft: Draft) -> list[DateMention]:
        """Those within the claim, and for a quotation those of the sentence that brings it."""
        found = [
            mention for span in (draft.span, *draft.dating) for mention in self._dates.within(span)
        ]
        return sorted(found, key=lambda mention: mention.span)


def _aside(draft: Draft) -> Offsets | None:
    """The cue between the two parts of what is said, where the claim holds some of both."""
    report = draft.report
    if report is None or report.form is not Form.CLAUSE or len(report.content) != 2:
        return None
    (start, low), (high, _) = report.content
    inside = draft.span[0] <= start and high < draft.span[1]
    return (low, high) if inside and low < high else None


def _reference(text: str, published_at: datetime | None, excluded: Sequence[Excluded]) -> Reference:
    """What relative dates are counted from: the day it was published, where it was, and the dateline's."""
    published = published_at.date() if published_at is not None else None
    datelines = (text[slice(*one.span)] for one in excluded if one.kind is ExcludedKind.DATELINE)
    days = (parse_dateline_date(line, published) for line in datelines)
    # The first that names a day: a live blog's time stamps name none.
    return Reference(published, next((day for day in days if day is not None), None))


def normalise(text: str) -> str:
    """`text` as claims' ids see it: one kind of quotation mark and dash, single spaces, no case."""
    return " ".join(text.translate(_PLAIN).casefold().split())
