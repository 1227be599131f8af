"""Claims: the statements of an article that can be checked, and who is said to have made them."""

from enum import StrEnum

from pydantic import Field

from schemas.article import ArticleRef
from schemas.base import Identifier, Model, Probability, Span


class Quote(StrEnum):
    """How the words reach the reader."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    NONE = "none"


class Kind(StrEnum):
    """What sort of statement a claim is; it decides how it can be checked."""

    EVENT = "event"
    QUANTITY = "quantity"
    FACT = "fact"
    STATEMENT = "statement"
    DENIAL = "denial"
    ACCUSATION = "accusation"
    PROMISE = "promise"
    PREDICTION = "prediction"
    DEMAND = "demand"
    INTENTION = "intention"
    OPINION = "opinion"


class ExcludedKind(StrEnum):
    """Text that stands in an article without being its reporting."""

    DATELINE = "dateline"
    RELATED_HEADLINE = "related_headline"
    SYNDICATION_NOTICE = "syndication_notice"
    EDITORIAL_NOTICE = "editorial_notice"
    BOILERPLATE = "boilerplate"


class DateMention(Model):
    """An expression of time and the calendar interval it means.

    `value` is ISO 8601: a day `2021-03-10`, a month `2021-03`, a year `2020`, or a closed interval
    `2021-03-15/2021-03-21`.
    """

    span: Span
    text: str
    value: str
    conflict: str | None = Field(
        default=None, description="What in the text speaks against the value, for a reader"
    )


class Quantity(Model):
    """A number in the text. `low` and `high` bound what the words allow ("tens of thousands")."""

    span: Span
    text: str
    low: float | None = None
    high: float | None = None
    unit: str | None = Field(
        default=None,
        description='%, an ISO 4217 code, a counted noun, or any of these with "per 100,000"',
    )


class PolarityValue(StrEnum):
    """Whether a statement says that something is so or that it is not."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Polarity(Model):
    """The polarity of a claim's main statement, and the words that negate it.

    What is denied counts by itself: "denied that P" is as affirmed as P, and its kind is a denial.
    Two negations that undo each other ("never fails to") are both named, and the value is affirmed.
    """

    value: PolarityValue = PolarityValue.AFFIRMED
    cues: list[Span] = []


class ModalityValue(StrEnum):
    """How far a statement is put forward as so."""

    ASSERTED = "asserted"
    POSSIBLE = "possible"
    EXPECTED = "expected"
    PLANNED = "planned"
    NECESSARY = "necessary"
    CONDITIONAL = "conditional"


class Modality(Model):
    """The modality of a claim's main statement, and the word that tells it.

    `condition` is the clause with "if" or "unless"; it and the cue may stand outside the claim.
    """

    value: ModalityValue = ModalityValue.ASSERTED
    cue: Span | None = None
    condition: Span | None = None


class Direction(StrEnum):
    """On which side of its baseline a figure is said to lie."""

    ABOVE = "above"
    BELOW = "below"
    EQUAL = "equal"


class Comparison(Model):
    """What a figure or measure is compared with: the words after "than", "since", "compared with"."""

    cue: Span
    baseline: Span
    text: str
    direction: Direction | None = Field(default=None, description="Null where no word tells it")
    date: str | None = Field(default=None, description="The baseline's date, as in `dates`")
    quantity: Quantity | None = Field(default=None, description="The baseline's figure")


class Place(Model):
    """Where what is claimed happens or holds; no government, organisation or nationality."""

    span: Span
    text: str
    country: str | None = Field(
        default=None, description="The country's usual name, for a country or a capital"
    )


class SpeechAct(Model):
    """That somebody said it: a statement of its own, checked against a recording or transcript.

    `span` runs from the first to the last word of source, cue and content, `content` is what was
    said, and `statement` words the act so that it stands alone.
    """

    span: Span
    content: list[Span]
    statement: str


class Attribution(Model):
    """Somebody is said to have said something: three span lists, as in the PARC and PolNeAR corpora."""

    source: list[Span] = []
    cue: list[Span] = []
    content: list[Span]
    speaker: str | None = Field(default=None, description="The source resolved to one name")
    quote: Quote = Quote.INDIRECT
    reported_by: list[str] = Field(default=[], description="Who passes it on, nearest first")
    confidence: Probability = 1.0


class Replacement(Model):
    """What stands in a claim's `resolved_text` for words of its own, and where the article says so.

    The claim's text with every `span` replaced by its `text` is its `resolved_text`.
    """

    span: Span
    text: str
    source_span: Span | None = Field(
        default=None, description="Null where the article words it otherwise, as for a capital"
    )


class Claim(Model):
    """One checkable statement.

    `id` is a hash of article, normalised text and speaker; `span` points into the article's text and
    `text` is exactly what stands there.
    """

    id: Identifier
    span: Span
    text: str = Field(min_length=1)
    resolved_text: str | None = Field(
        default=None, description="The same made to stand alone; null when nothing was resolved"
    )
    replacements: list[Replacement] = []
    speaker: str | None = None
    speaker_span: Span | None = Field(
        default=None, description="The mention that names the speaker"
    )
    cue: list[Span] = []
    quote: Quote = Quote.NONE
    kind: Kind = Kind.STATEMENT
    check_worthiness: Probability = 0.0
    objective: Probability = 0.5
    dates: list[DateMention] = []
    due: str | None = Field(default=None, description="For a promise: the last day it can be kept")
    reported_by: list[str] = []
    quantities: list[Quantity] = []
    polarity: Polarity = Polarity()
    modality: Modality = Modality()
    comparisons: list[Comparison] = []
    places: list[Place] = []
    speech_act: SpeechAct | None = Field(
        default=None, description="Null where the article says it in its own voice"
    )
    context: str = Field(default="", description="The sentences around the claim, for a reader")
    confidence: Probability = Field(
        default=1.0, description="How surely words and speaker were read; low for a bad scan"
    )


class Excluded(Model):
    """A span that no claim may touch, and why."""

    span: Span
    kind: ExcludedKind


class ArticleClaims(Model):
    """Everything extracted from one article revision: the event a reviewer thinks in."""

    article: ArticleRef
    claims: list[Claim] = []
    attributions: list[Attribution] = []
    excluded: list[Excluded] = []
    pipeline: str = Field(default="", description="Name and version of the language pipeline used")
