"""Speech acts: that somebody said something, as a statement of its own beside what was said."""

from dataclasses import dataclass

from spacy.tokens import Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Quote, SpeechAct
from services.extract.clauses import is_finite
from services.extract.draft import Draft
from services.extract.ranges import offsets_of
from services.extract.report import Form, Report

_TOLD = frozenset((Form.DIRECT, Form.CLAUSE, Form.COLON))
"""Forms whose source is the subject of the cue."""
_DETERMINERS = frozenset(("the", "a", "an", "his", "her", "its", "their", "some", "one"))
_MARKS = "\"'“”‘’ ,;"


@dataclass(frozen=True)
class Said:
    """A claim that somebody makes: `words` its tokens, `text` those made to stand alone."""

    draft: Draft
    words: Span
    text: str


def speech_act(text: str, said: Said, speaker: str | None) -> SpeechAct | None:
    """The act of saying by which the article has the claim; none where it speaks in its own voice.

    `text` is the article's, `speaker` the full name of the source. Where the claim is the act itself
    (a denial, a demand), `statement` is the claim.
    """
    report = said.draft.report
    if report is None:
        return None
    statement = said.text
    if said.draft.clause_head is None or said.draft.clause_head != report.head:
        statement = _worded(text, report, said, _name(report, speaker))
    return SpeechAct(span=_bounds(report), content=report.content, statement=statement)


def _bounds(report: Report) -> Offsets:
    parts = [*report.content, *report.cue]
    if report.source is not None:
        parts.append(offsets_of(report.source))
    return min(start for start, _ in parts), max(end for _, end in parts)


def _name(report: Report, speaker: str | None) -> str:
    """The speaker's name, or the article's words where no name is known."""
    if speaker is not None and speaker[:1].isupper():
        return speaker
    if report.source is None or report.source_head is None:
        return speaker or "Somebody"
    first = min(report.source.start, report.source_head.left_edge.i)
    phrase = report.source.doc[first : report.source.end].text
    return phrase[:1].upper() + phrase[1:]


def _worded(text: str, report: Report, said: Said, speaker: str) -> str:
    cue = _cue(text, report)
    if said.draft.quote is Quote.DIRECT:
        return f"{speaker} {cue or 'said'}: “{said.text.strip(_MARKS)}”"
    content = _continued(said)
    if cue is not None:
        that = "" if _is_infinitive(said.words.root) else "that "
        return f"{speaker} {cue} {that}{content}"
    first, _, rest = speaker.partition(" ")
    source = f"{first.lower()} {rest}" if first.lower() in _DETERMINERS else speaker
    return f"According to {source}, {content}"


def _cue(text: str, report: Report) -> str | None:
    """The cue's words where the source is their subject: "said", "has warned"."""
    head = report.head
    told = head is not None and report.form in _TOLD and head.pos_ == "VERB" and is_finite(head)
    if head is None or not told or _is_passive(head) or not report.cue:
        return None
    return text[slice(*report.cue[0])].removesuffix(" that")


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def _is_infinitive(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.tag_ == "TO" for child in verb.lefts)


def _continued(said: Said) -> str:
    """The content as it goes on after "that": without a capital that only began its sentence."""
    first = said.words[0]
    opens = said.text.startswith(first.text) and first.is_title and len(first) > 1
    if not opens or first.pos_ == "PROPN" or first.ent_type_ in ("GPE", "NORP", "ORG", "PERSON"):
        return said.text
    return said.text[:1].lower() + said.text[1:]
