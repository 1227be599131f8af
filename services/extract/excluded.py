"""Text that stands in an article without being its reporting."""

import re
from collections.abc import Iterator

from schemas.base import Span
from schemas.claim import Excluded, ExcludedKind
from services.extract.words import words

_MONTHS = (
    "Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?|July?|Aug(?:ust|\\.)?"
    "|Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?"
)
_PLACE = r"[A-Z][\w.'’-]{1,30}(?:[ /-][A-Z][\w.'’-]{1,30}){0,4}(?:, [A-Z][\w.]{1,20}(?: [A-Z][\w.]{1,20}){0,2})?"
_DATE = rf"(?:(?:{_MONTHS}) \d{{1,2}}|\d{{1,2}} (?:{_MONTHS}))(?:,? \d{{4}})?"
_AGENCY = r"\([^()\n]{2,40}\)"
_DASH = r"(?:--|[-–—])"
_DATELINE = re.compile(
    rf"(?:{_PLACE}, ?{_DATE}(?: ?{_AGENCY})? ?(?::|{_DASH})"  # Washington, March 11:
    rf"|{_PLACE}(?:, {_DATE})? ?{_AGENCY} ?(?::|{_DASH})"  # LONDON (Reuters) -
    rf"|[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){{0,4}}(?:, [A-Z][\w.]{{1,20}})? ?(?:{_DASH}))"  # PARIS —
)

# Of a live blog: "10:42", "[09:50]", "10.15am:", "14:05 GMT".
_STAMP = re.compile(
    r"[\[(]?\d{1,2}(?::\d{2}(?:\s?[ap]\.?m\b\.?)?|[.]\d{2}\s?[ap]\.?m\b\.?)"
    r"(?:\s(?:GMT|UTC|BST|CET|CEST|E[SD]?T|P[SD]?T|IST))?[\])]?(?:\s?[:|–—-])?(?:\s+|\Z)",
    re.IGNORECASE,
)
_LIVE = 2
"""Paragraphs that begin with a time of day that make a live blog."""
_FEED_WORDS = words(
    """
    syndicated syndication feed unedited edited auto-generated generated staff agency
    agencies published wire newsroom headline translated verbatim republished modified
    """
)
_NOTICE_SUBJECT = re.compile(
    r"\b(?:story|article|report|copy|content|piece|headline|version|text)\b", re.IGNORECASE
)
_BOILERPLATE = re.compile(
    r"^(?:\W{0,3})(?:with (?:additional )?inputs? from|(?:additional )?reporting by|edited by|editing by|written by"
    r"|compiled by|(?:click|tap) here|subscribe\b|sign up\b|follow us\b|like us on|download (?:the|our)"
    r"|(?:©|\(c\)|copyright\b)|all rights reserved|this (?:article|story|post) (?:was )?(?:originally|first) "
    r"(?:published|appeared)|get (?:the latest|our)|share this|advertisement\b|contact the (?:writer|reporter|author)"
    r"|have a (?:news )?tip|photo(?:graph)?(?: by|:)|image(?: by|:)|read the (?:full|rest|whole))",
    re.IGNORECASE,
)
# What an outlet says of its own article: corrected, clarified, updated, withdrawn.
_THIS = r"th(?:is|e) (?:article|story|report|post|piece|item|copy|headline)"
_HAS_BEEN = r"(?:has been|was|has since been)"
_EDITORIAL_NOTICE = re.compile(
    r"[\W_]{0,4}(?:(?:corrections?|clarifications?|corrected|retraction|retracted|withdrawn|editor(?:['’]?s['’]?|ial) note)"
    r"(?:\s?\([^()\n]{1,40}\))?(?:,? ?[\w.]{1,12} [\w.]{1,12}(?:,? \d{4})?)?\s?:"
    r"|\((?:corrects|adds|updates|refiles|recasts|repeats|fixes|clarifies|removes|rewrites)\b[^()\n]{1,300}\)"
    rf"|{_THIS} {_HAS_BEEN} (?:amended|corrected|clarified|edited|updated|revised|withdrawn|retracted|removed|taken down)\b"
    rf"|an? (?:earlier|previous|prior|original) version of {_THIS}\b)",
    re.IGNORECASE,
)
_ALL_RIGHTS = re.compile(
    r"(?:©|\bcopyright (?:\(c\)|©|\d{4})|\ball rights reserved\b)", re.IGNORECASE
)
_POINTER = re.compile(
    r"(?:read more|also read|read also|read here|see also|also see|watch|related|related story|related stories"
    r"|more on this|don['’]t miss|must read|in pictures|recommended|explained)\s?(?::|\||—|>{1,2})",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]?\s+|\Z")
# Initials and titles, whose full stop ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s.(])(?:[A-Z]|Mrs?|Ms|Dr|St|Sen|Rep|Gov|Gen|Lt|Col|Jr|Sr|Prof|Rev|No|vs"
    r"|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_SMALL = words(
    """
    a an the of on in to for at by with from and or nor but as vs is over into amid after
    before up off out via per if so yet than that
    """
)
_MOST_TITLES = 4
_LONGEST_TITLE = 140
_FEWEST_WORDS = 6
_LONGEST_NOTICE = 600
_LONGEST_EDITORIAL = 1_000


def find_excluded(text: str, paragraphs: list[Span]) -> list[Excluded]:
    """The excluded spans of `text` in reading order, none touching another. Linear in its length."""
    found: list[Excluded] = []
    stamps = [_STAMP.match(text, start, end) for start, end in paragraphs]
    live = sum(stamp is not None for stamp in stamps) >= _LIVE
    titles = _titles(text, paragraphs)
    for number, ((start, end), stamp) in enumerate(zip(paragraphs, stamps, strict=True)):
        if live and stamp is not None:
            found.append(Excluded(span=(start, stamp.end()), kind=ExcludedKind.DATELINE))
            continue
        kind = _whole_paragraph(text[start:end], first=number == 0)
        if kind:
            found.append(Excluded(span=(start, end), kind=kind))
            continue
        body = start
        if number <= titles and (match := _DATELINE.match(text, start, end)):
            found.append(Excluded(span=(start, match.end()), kind=ExcludedKind.DATELINE))
            body = match.end()
        found.extend(
            Excluded(span=span, kind=ExcludedKind.RELATED_HEADLINE)
            for span in _headlines(text, body, end)
        )
    return found


def _titles(text: str, paragraphs: list[Span]) -> int:
    """The number of the last paragraph that may begin with a dateline: the second, or that behind the titles."""
    number = 0
    while number < min(_MOST_TITLES, len(paragraphs)):
        start, end = paragraphs[number]
        if end - start > _LONGEST_TITLE or text[end - 1] in '.!?"”':
            break
        number += 1
    return max(1, number)


def _whole_paragraph(paragraph: str, *, first: bool) -> ExcludedKind | None:
    if _is_notice(paragraph):
        return ExcludedKind.SYNDICATION_NOTICE
    if len(paragraph) <= _LONGEST_EDITORIAL and _EDITORIAL_NOTICE.match(paragraph):
        return ExcludedKind.EDITORIAL_NOTICE
    if _POINTER.match(paragraph):
        return ExcludedKind.RELATED_HEADLINE
    if _BOILERPLATE.match(paragraph) or (len(paragraph) < 200 and _ALL_RIGHTS.search(paragraph)):
        return ExcludedKind.BOILERPLATE
    if not first and "\n" not in paragraph and _is_headline(paragraph):
        return ExcludedKind.RELATED_HEADLINE
    return None


def _is_notice(paragraph: str) -> bool:
    """A closing remark in brackets, or one that is short, on how the text itself was edited or passed on."""
    if len(paragraph) > _LONGEST_NOTICE or not _NOTICE_SUBJECT.search(paragraph):
        return False
    words = {word.strip(".-").lower() for word in _WORD.findall(paragraph)}
    about = len(words & _FEED_WORDS)
    bracketed = paragraph[0] in "([*" and paragraph.rstrip(" .")[-1:] in ")]*"
    return (
        about >= 2
        if bracketed
        else about >= 3 and paragraph.lower().startswith(("this ", "the above"))
    )


def _headlines(text: str, start: int, end: int) -> Iterator[Span]:
    """Title-cased sentences among the prose of a paragraph, and what follows a pointer such as "Also read:"."""
    sentences = list(_split(text, start, end))
    for first, last in sentences:
        part = text[first:last]
        if _POINTER.match(part) or (len(sentences) > 1 and _is_headline(part)):
            yield (first, last)


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    position = start
    for match in _SENTENCE_END.finditer(text, start, end):
        stop = match.start() + (1 if match.group() else 0)
        if match.end() < end and _ABBREVIATION.search(text[max(position, stop - 6) : stop]):
            continue
        part = text[position : max(stop, position)]
        left = position + len(part) - len(part.lstrip())
        if left < stop:
            yield (left, stop)
        position = match.end()


def _is_headline(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    if len(words) < _FEWEST_WORDS or any(mark in sentence for mark in '"“”'):
        return False
    long = [word for word in words if word.lower() not in _SMALL and not word[0].isdigit()]
    # A name or two is capitalised in any sentence; a headline capitalises every word of weight.
    capitalised = sum(word[0].isupper() for word in long)
    return len(long) >= 4 and capitalised >= 0.9 * len(long)
