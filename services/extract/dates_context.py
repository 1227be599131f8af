"""What a rule for an expression of time may look at: the reference days, the tense, what was said before."""

from dataclasses import dataclass, field
from datetime import date

from spacy.tokens import Span, Token

from services.extract.dates_interval import Interval
from services.extract.dates_tense import Tense, is_planned, tense_of


@dataclass(frozen=True)
class Reference:
    """What relative expressions are counted from. Without either day, no year is ever guessed.

    `published` is the day of publication where the publisher is, `dateline` the day that the
    article's dateline names (see parse_dateline_date); that is nearer to the writer and wins.
    """

    published: date | None = None
    dateline: date | None = None

    @property
    def today(self) -> date | None:
        """The day the writer calls today."""
        return self.dateline or self.published


@dataclass
class Context:
    """One sentence, or span, and where the discourse stands before it."""

    span: Span
    reference: Reference
    last: Interval | None = None
    topic_year: int | None = None
    text: str = field(init=False)
    """The span's text, built once."""
    start: int = field(default=0, init=False)
    """Where the expression at hand starts."""
    conflict: str | None = field(default=None, init=False)
    """Set by a rule when the words contradict each other."""

    def __post_init__(self) -> None:
        self.text = self.span.text

    @property
    def today(self) -> date:
        """The reference day. Raises ValueError without one: the expression then has no value."""
        if self.reference.today is None:
            raise ValueError("a relative date has no meaning without a reference")
        return self.reference.today

    def token(self, offset: int) -> Token | None:
        """The token at a character offset into the span's text."""
        place = self.span.start_char + offset
        found = self.span.doc.char_span(place, place + 1, alignment_mode="expand")
        return found[0] if found else None

    def tense(self, offset: int) -> Tense:
        """The tense that governs the word at `offset`, as the expression's preposition corrects it."""
        token = self.token(offset)
        if token is None:
            return Tense.UNKNOWN
        tense = tense_of(token)
        before = self.word_before(self.start)
        if before in ("by", "until", "till", "from") and (
            is_planned(token) or (tense is not Tense.PAST and before != "from")
        ):
            return Tense.FUTURE
        return Tense.PAST if before == "since" else tense

    def word_before(self, offset: int) -> str:
        """The word before `offset`, lower case, or nothing."""
        words = self.text[max(0, offset - 24) : offset].split()
        return words[-1].lower() if words else ""

    def word_after(self, offset: int) -> str:
        """The word at or after `offset`, or nothing."""
        words = self.text[offset : offset + 24].split()
        return words[0] if words else ""
