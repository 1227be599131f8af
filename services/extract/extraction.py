"""From texts to claims, attributions and excluded spans: the one way in for the service and the command."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from spacy.language import Language
from spacy.tokens import Doc

from schemas.claim import Attribution, Claim, Excluded
from services.extract.assembly import Assembler
from services.extract.attribution import find_reports
from services.extract.chains import link
from services.extract.claims import draft_claims
from services.extract.coreference import Resolver
from services.extract.legibility import Page
from services.extract.mentions import find_cast
from services.extract.resolution import Standalone
from services.extract.sentences import Layout, parse
from services.extract.spans import SpanIndex
from services.extract.voices import Voices


@dataclass(frozen=True)
class Source:
    """A text to extract from: `id` names its article in the claims' ids.

    `published_at` is on the publisher's clock where that is known: its day is what "today" means.
    """

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
    """The claims, attributions and excluded spans of one text."""
    return next(extract_all([source], nlp))


def extract_all(sources: Iterable[Source], nlp: Language) -> Iterator[Extraction]:
    """One extraction for each source, in order, through the pipeline in batches.

    Cost and memory are linear in the texts' length; `nlp` is used as it is and not changed.
    """
    waiting: deque[Source] = deque()

    def layouts() -> Iterator[Layout]:
        for source in sources:
            waiting.append(source)
            yield Layout.of(source.text)

    for layout, doc in parse(layouts(), nlp):
        yield _extract(waiting.popleft(), layout, doc)


def _extract(source: Source, layout: Layout, doc: Doc) -> Extraction:
    excluded = SpanIndex(layout.excluded, lambda one: one.span)
    reports = [r for r in find_reports(layout, doc) if not excluded.touching(r.bounds)]
    link(reports)
    resolver = Resolver(doc, find_cast(doc, excluded))
    page = Page.of(layout.text, layout.paragraphs)
    voices = Voices(reports, resolver, page)
    drafts = draft_claims(layout, doc, reports, excluded)
    assembler = Assembler(source.id, source.text, source.published_at, doc, layout.excluded, page)
    return Extraction(
        assembler.assemble(drafts, voices, Standalone(doc, resolver)),
        [voices.attribution(report) for report in reports],
        layout.excluded,
    )
