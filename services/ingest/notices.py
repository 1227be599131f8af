"""What a source says about its own article: corrected, clarified, updated, withdrawn.

Only words that stand where notices stand count: at the start of a paragraph, about "this article" or
"an earlier version" of it. A report of somebody else's correction is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.article import ArticleStatus, Notice, NoticeKind
from schemas.base import Span

MOST_NOTICES = 5
"""Notices that are kept of one article."""

LONGEST = 1_000
"""Characters of a notice; a longer paragraph is reporting."""

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\n)[^\n]+)*")
_THIS = (
    r"(?:this|the) (?:(?:news|online|web) )?"
    r"(?:article|story|report|post|page|piece|copy|item|dispatch|feature|video|headline|column)"
)
_VERSION = (
    r"(?:an?|the) (?:earlier|previous|prior|original|first|older) "
    r"(?:version|edition|headline|report|photo caption|caption)"
)
_MARK = r"[\W_]{0,4}"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_WHEN = (
    rf"(?:,? ?(?:on )?(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})?"
    r"|,? \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"
)
_COLON = rf"(?:\s?\([^()\n]{{1,40}}\))?{_WHEN}?\s?:"
_HAS_BEEN = r"(?:has been|was|is being|has since been)"


@dataclass(frozen=True)
class _Sign:
    """How a notice of one kind begins."""

    kind: NoticeKind
    begins: re.Pattern[str]


def _sign(kind: NoticeKind, pattern: str, flags: re.RegexFlag = re.IGNORECASE) -> _Sign:
    return _Sign(kind, re.compile(pattern, flags))


# fmt: off
_SIGNS = (
    _sign(NoticeKind.WITHDRAWAL,
          rf"{_MARK}(?:(?:editor['’]?s['’]? note|note)\W{{1,3}})?this (?:article|story|report|post|item|copy) {_HAS_BEEN} "
          r"(?:withdrawn|retracted|removed|taken down|deleted|unpublished|pulled)\b"),
    _sign(NoticeKind.WITHDRAWAL,
          rf"{_MARK}(?:retraction|retracted|withdrawn|withdrawal|mandatory kill|kill notice|story killed){_COLON}"),
    _sign(NoticeKind.CORRECTION, rf"{_MARK}corrections?(?: and clarifications?)?{_COLON}"),
    _sign(NoticeKind.CORRECTION, rf"{_MARK}corrected{_COLON}"),
    _sign(NoticeKind.CLARIFICATION, rf"{_MARK}clarifications?{_COLON}"),
    _sign(NoticeKind.EDITORS_NOTE, rf"{_MARK}editor(?:['’]?s['’]?|ial) note(?:{_COLON}|\s?[–—]|\s--?\s)"),
    _sign(NoticeKind.CORRECTION, rf"{_MARK}{_THIS} {_HAS_BEEN} (?:amended|corrected)\b"),
    _sign(NoticeKind.CORRECTION, rf"{_MARK}{_VERSION} of {_THIS}\b"),
    _sign(NoticeKind.CLARIFICATION, rf"{_MARK}{_THIS} {_HAS_BEEN} (?:clarified|edited)\b"),
    _sign(NoticeKind.UPDATE, rf"{_MARK}{_THIS} {_HAS_BEEN} (?:updated|revised)\b"),
    _sign(NoticeKind.UPDATE, rf"{_MARK}updated?{_COLON}"),
)
_TITLE_SIGNS = (
    _sign(NoticeKind.WITHDRAWAL, r"\A(?:WITHDRAWN|WITHDRAWAL|RETRACTED|RETRACTION|KILL(?:ED)?)\s?[:–—-]", re.RegexFlag(0)),
    _sign(NoticeKind.CORRECTION, r"\A(?:CORRECTED|REFILE)(?: \d{1,2})?\s?[:–—-]", re.RegexFlag(0)),
    _sign(NoticeKind.UPDATE, r"\AUPDATE(?:D)?(?: \d{1,2})?\s?[:–—-]", re.RegexFlag(0)),
)
# fmt: on

_ERROR = re.compile(
    r"\b(?:incorrect|incorrectly|wrong|wrongly|mistaken|mistakenly|erroneous|erroneously|inaccurate|inaccurately"
    r"|misstated|misidentified|misquoted|misspelled|misspelt|error|corrected|amended)\b",
    re.IGNORECASE,
)

# Up to the end of the sentence; a full stop within a number is none.
_WORDS = r"(?:[^.;\n]|\.(?=\d)){1,400}"
_SAID = (
    r"(?:said|stated|reported|gave|claimed|suggested|described|identified|named|listed|put|had|quoted|indicated"
    r"|referred to|spelled|spelt|misstated|misidentified|misquoted|misspelled|misspelt|implied|attributed|called)"
)
_WRONG = (
    re.compile(
        rf"\b(?:{_VERSION}(?: of {_THIS})?|we|it|{_THIS})\s(?:on \w+ |had |has |have )?"
        rf"(?:(?:incorrectly|wrongly|mistakenly|erroneously|inaccurately) )?{_SAID}"
        rf"(?: (?:incorrectly|wrongly|mistakenly))?,? (?:that )?(?P<told>{_WORDS})",
        re.IGNORECASE,
    ),
)
_RIGHT = (
    re.compile(
        rf"\bit should (?:have (?:said|read|been)|read|say|be) (?:that )?(?P<told>{_WORDS})",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bthe correct [\w ]{{1,40}} (?:is|was|are|were) (?P<told>{_WORDS})", re.IGNORECASE
    ),
    re.compile(rf"\b(?:in fact|in reality|actually|rather),? (?P<told>{_WORDS})", re.IGNORECASE),
    re.compile(
        rf"\bto (?:say|state|reflect|show|clarify|make clear) (?:that )?(?P<told>{_WORDS})",
        re.IGNORECASE,
    ),
)
_NOT = re.compile(r"^(?P<right>.{1,300}?),? (?:and )?not (?:that )?(?P<wrong>.{1,300})$", re.DOTALL)
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.](?=\d))+(?:[.!?]+[\"”’)]?|\Z|\n)")


def find_notices(title: str, text: str) -> list[Notice]:
    """The notices of an article in reading order, the title's first; linear in the text's length."""
    found = list(_in_title(title))
    for match in _PARAGRAPH.finditer(text):
        if len(found) >= MOST_NOTICES:
            break
        paragraph = match.group()
        sign = next((one for one in _SIGNS if one.begins.match(paragraph, 0, LONGEST)), None)
        if sign and len(paragraph) <= LONGEST:
            found.append(_notice(sign.kind, paragraph, match.span()))
    return found


def _in_title(title: str) -> Iterator[Notice]:
    sign = next((one for one in _TITLE_SIGNS if one.begins.match(title)), None)
    if sign:
        yield Notice(kind=sign.kind, text=title[:LONGEST])


def _notice(kind: NoticeKind, paragraph: str, span: Span) -> Notice:
    if kind is not NoticeKind.WITHDRAWAL and _withdraws(paragraph):
        kind = NoticeKind.WITHDRAWAL
    wrong, right = _parse(paragraph)
    return Notice(kind=kind, text=paragraph, span=span, wrong=wrong, right=right)


_WITHDRAWS = re.compile(
    rf"\b(?:{_THIS}|it) {_HAS_BEEN} (?:withdrawn|retracted|taken down|unpublished)\b"
    r"|\bwe (?:have|are) (?:withdrawn|withdrawing|retracted|retracting) (?:this|the|our) (?:article|story|report)\b",
    re.IGNORECASE,
)


def _withdraws(paragraph: str) -> bool:
    return bool(_WITHDRAWS.search(paragraph))


def _parse(paragraph: str) -> tuple[str | None, str | None]:
    """What was wrong and what is right, as far as the notice says so."""
    wrong = _told(_WRONG, paragraph)
    right = _told(_RIGHT, paragraph)
    if wrong is None:
        return _contrast(paragraph, right)
    if right is None:
        right = _after(paragraph, wrong)
    return wrong, right


def _told(patterns: tuple[re.Pattern[str], ...], paragraph: str) -> str | None:
    matches = (pattern.search(paragraph) for pattern in patterns)
    return next((_tidy(match["told"]) for match in matches if match), None)


def _contrast(paragraph: str, right: str | None) -> tuple[str | None, str | None]:
    """Right and wrong of a sentence such as: The bridge opened in 1990, not in 1992."""
    for match in _SENTENCE.finditer(paragraph):
        sentence = re.sub(rf"^{_MARK}[\w’' ]{{3,40}}:\s*", "", match.group().strip())
        parts = _NOT.match(sentence.rstrip(".!?"))
        if parts and not re.search(
            r"\b(?:do|does|did|is|are|was|were|has|have|had|will|would|could|should|can)$",
            parts["right"],
        ):
            return _tidy(parts["wrong"]), _tidy(parts["right"])
    return None, right


def _after(paragraph: str, wrong: str) -> str | None:
    """The sentence after the one that says what was wrong."""
    rest = paragraph[paragraph.find(wrong) + len(wrong) :].lstrip(' .;"”’)')
    match = _SENTENCE.match(rest)
    return _tidy(match.group()) if match and len(match.group()) > 3 else None


def _tidy(words: str) -> str:
    return " ".join(words.split()).strip(" .;,")


def status_of(notices: list[Notice]) -> ArticleStatus:
    """What the notices make of the article."""
    if any(notice.kind is NoticeKind.WITHDRAWAL for notice in notices):
        return ArticleStatus.WITHDRAWN
    if any(map(_corrects, notices)):
        return ArticleStatus.CORRECTED
    return ArticleStatus.PUBLISHED


def _corrects(notice: Notice) -> bool:
    if notice.kind in {NoticeKind.CORRECTION, NoticeKind.CLARIFICATION}:
        return True
    return notice.kind is NoticeKind.EDITORS_NOTE and bool(_ERROR.search(notice.text))
