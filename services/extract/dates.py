"""Expressions of time in an article, resolved to calendar intervals.

Rules of our own, since points and guesses are no use to a fact-checker: tense decides which side of
the day of writing a weekday or a day without a year lies on, the discourse carries a year on
("imposed last year. It came into effect from July 1"), and what cannot be told is left out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from spacy.tokens import Doc, Span

from schemas.claim import DateMention
from services.extract.calendar_words import CLUES_OF
from services.extract.dates_absolute import ABSOLUTE, exists
from services.extract.dates_context import Context, Reference
from services.extract.dates_feasts import FEASTS
from services.extract.dates_interval import Interval
from services.extract.dates_joined import JOINED
from services.extract.dates_parts import PARTS
from services.extract.dates_patterns import Match, Resolve, day_of, group, month_of
from services.extract.dates_relative import RELATIVE

__all__ = ["Reference", "find_dates", "parse_dateline_date", "resolve_article", "time_spans"]

_RULES = JOINED + PARTS + FEASTS + ABSOLUTE + RELATIVE
_DIGIT = re.compile(r"\d")
_DATELINE = ABSOLUTE[4].pattern


def parse_dateline_date(text: str, published: date | None) -> date | None:
    """The day that a dateline ("GENEVA, June 3 (Wire) -") names.

    A year that is told counts; otherwise it is the one that brings the day nearest to `published`,
    and without that there is none.
    """
    found = _DATELINE.search(text)
    if found is None:
        return None
    month, day = month_of(group(found, "month")), day_of(group(found, "day"))
    if year := group(found, "year"):
        years: Iterable[int] = (int(year),)
    elif published:
        years = range(max(1, published.year - 1), min(9999, published.year + 1) + 1)
    else:
        return None
    days = [date(year, month, day) for year in years if exists(year, month, day)]
    return min(days, key=lambda one: abs(one - (published or one)), default=None)


def find_dates(
    span: Span, reference: Reference, *, topic_year: int | None = None
) -> list[DateMention]:
    """The expressions of time within `span`, in reading order, without what was said before it.

    Offsets are into the doc's text. `topic_year` is the year that the sentences before speak of. For
    a whole article use resolve_article, which knows it and what "that year" or "since then" means.
    """
    return [mention for mention, _ in _resolve(Context(span, reference, topic_year=topic_year))]


def resolve_article(doc: Doc, reference: Reference) -> list[DateMention]:
    """Every expression of time in `doc` in reading order, resolved sentence after sentence.

    Needs `doc.sents`. A claim's dates are the mentions whose span lies within the claim's sentence.
    """
    mentions: list[DateMention] = []
    last, topic = None, _Topic()
    for sentence in doc.sents:
        topic.enter(sentence)
        context = Context(sentence, reference, last, topic.year_for(sentence))
        for mention, interval in _resolve(context):
            mentions.append(mention)
            topic.year = interval.year
        last = context.last
        topic.leave(sentence)
    return mentions


def time_spans(span: Span) -> list[tuple[int, int]]:
    """Where `span` speaks of time: character offsets into the span's own text."""
    context = Context(span, Reference(published=date(2000, 6, 15)))  # any day will do
    start = span.start_char
    return [(m.span[0] - start, m.span[1] - start) for m, _ in _resolve(context)]


class _Topic:
    """The year that a paragraph speaks of, carried to sentences that go on about the same thing."""

    def __init__(self) -> None:
        self.year: int | None = None
        self._spoken_of: set[str] = set()

    def enter(self, sentence: Span) -> None:
        """Forget what an earlier paragraph was about."""
        before = sentence.doc[sentence.start - 1] if sentence.start else None
        if before is not None and "\n\n" in before.text_with_ws:
            self.year = None
            self._spoken_of.clear()

    def leave(self, sentence: Span) -> None:
        """Remember what the sentence spoke of."""
        self._spoken_of.update(t.lemma_.lower() for t in sentence if t.pos_ in ("NOUN", "PROPN"))

    def year_for(self, sentence: Span) -> int | None:
        """The year, if the sentence's subject is a pronoun or a thing spoken of before."""
        if self.year is None:
            return None
        subject = next((token for token in sentence if token.dep_ in ("nsubj", "nsubjpass")), None)
        if subject is None:
            return None
        known = subject.lemma_.lower() in self._spoken_of and any(
            child.dep_ in ("det", "poss") and child.lower_ not in ("a", "an")
            for child in subject.children
        )
        return self.year if known or subject.pos_ == "PRON" else None


def _clues(span: Span, text: str) -> set[str]:
    """What there is of words of time and figures: a cheap look that spares most sentences most rules."""
    words = {token.lower_.rstrip(".") for token in span}
    words |= {part for word in words if "-" in word for part in word.split("-")}
    clues = {clue for word in words & CLUES_OF.keys() for clue in CLUES_OF[word]}
    return clues | {"digit"} if _DIGIT.search(text) else clues


def _resolve(context: Context) -> Iterator[tuple[DateMention, Interval]]:
    """The mentions of one span; `context.last` follows them."""
    start = context.span.start_char
    for match, resolve in _matches(context):
        context.conflict, context.start = None, match.start("x")
        try:
            interval = resolve(match, context)
        except (ValueError, OverflowError):  # no such day, or nothing to count it from
            continue
        if interval is None:
            continue
        context.last = interval
        begin, end = match.span("x")
        mention = DateMention(
            span=(start + begin, start + end),
            text=match["x"],
            value=interval.iso(),
            conflict=context.conflict,
        )
        yield mention, interval


def _matches(context: Context) -> Iterator[tuple[Match, Resolve]]:
    """Matches that do not overlap, in reading order: the earlier start, the longer, the first rule."""
    if not (clues := _clues(context.span, context.text)):
        return
    found = [
        (match.start("x"), -match.end("x"), order, match, rule.resolve)
        for order, rule in enumerate(_RULES)
        if rule.clue in clues
        for match in rule.pattern.finditer(context.text)
    ]
    found.sort(key=lambda one: one[:3])
    end = 0
    for start, negative_end, _, match, resolve in found:
        if start >= end:
            yield match, resolve
            end = -negative_end
