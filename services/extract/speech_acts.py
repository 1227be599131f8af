"""Speech acts: that somebody said something, as a statement of its own beside what was said."""

import re
from dataclasses import dataclass

from spacy.tokens import Span, Token

from schemas.base import Span as Offsets
from schemas.claim import Quote, SpeechAct
from services.extract.clauses import is_finite
from services.extract.draft import Draft
from services.extract.ranges import offsets_of
from services.extract.report import Form, Report
from services.extract.subjects import own_subject, phrase_of

_TOLD = frozenset((Form.DIRECT, Form.CLAUSE, Form.COLON))
"""Forms whose source is the subject of the cue."""
_RELATIVES = frozenset(("WDT", "WP", "WP$", "DT"))
"""Tags of words that name nobody by themselves ("which", "that")."""
_DETERMINERS = frozenset(("the", "a", "an", "his", "her", "its", "their", "some", "one"))
_ASIDE = re.compile(r", (?:who|whose|which|where)\b")
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
    if report.form is Form.ACCOUNT or said.draft.clause_head == report.head is not None:
        statement = _named(report, said, speaker)
    else:
        statement = _worded(text, report, said, _name(report, speaker))
    return SpeechAct(span=_bounds(report), content=report.content, statement=statement)


def _bounds(report: Report) -> Offsets:
    parts = [*report.content, *report.cue]
    if report.source is not None:
        parts.append(offsets_of(report.source))
    return min(start for start, _ in parts), max(end for _, end in parts)


def _named(report: Report, said: Said, speaker: str | None) -> str:
    """The claim that is the act itself, with the speaker's name for a pronoun that opens it."""
    first = said.words[0]
    if speaker is None or first.tag_ != "PRP" or first != report.source_head:
        return said.text
    return f"{speaker}{said.text[len(first) :]}" if said.text.startswith(first.text) else said.text


def _name(report: Report, speaker: str | None) -> str | None:
    """The speaker's name, or the article's words where no name is known; none without a source."""
    if report.source is None or report.source_head is None:
        return speaker
    if report.source_head.tag_ in _RELATIVES:
        return speaker
    first = min(report.source.start, report.source_head.left_edge.i)
    phrase = report.source.doc[first : report.source.end].text
    if speaker is not None and speaker[:1].isupper():
        titled = phrase.casefold() == f"the {speaker}".casefold()
        return f"The {speaker}" if titled else speaker
    aside = _ASIDE.search(phrase)
    phrase = phrase[: aside.start()] if aside else phrase
    if "," in phrase:
        phrase += ","
    return phrase[:1].upper() + phrase[1:]


def _worded(text: str, report: Report, said: Said, speaker: str | None) -> str:
    if speaker is None:
        return f"{_unattributed(text, report)} that {_continued(said, None)}"
    cue = _cue(text, report)
    if said.draft.quote is Quote.DIRECT:
        return f"{speaker} {cue or 'said'}: “{said.text.strip(_MARKS)}”"
    content = _continued(said, speaker)
    if cue is not None:
        that = "" if _is_infinitive(said.words.root) else "that "
        return f"{speaker} {cue} {that}{content}"
    return f"According to {_within(report, speaker).removesuffix(',')}, {content}"


def _within(report: Report, speaker: str) -> str:
    """The speaker's name within a sentence: without the capital that only began it."""
    first, _, rest = speaker.partition(" ")
    if first.lower() in _DETERMINERS:
        return f"{first.lower()} {rest}"
    named = report.source is None or any(
        token.text == first and (token.pos_ == "PROPN" or token.ent_type_)
        for token in report.source
    )
    common = report.source is not None and any(
        token.lower_ == first.lower() for token in report.source
    )
    return speaker[:1].lower() + speaker[1:] if common and not named else speaker


def _unattributed(text: str, report: Report) -> str:
    """How the article has it of nobody: "The jury was told"; "It was said" without a listener."""
    head = report.head
    subject = own_subject(head) if head is not None and _is_passive(head) else None
    if subject is None or not report.cue or subject.dep_ != "nsubjpass":
        return "It was said"
    phrase = phrase_of(subject, head).text
    return f"{phrase[:1].upper()}{phrase[1:]} {text[slice(*report.cue[0])]}"


def _cue(text: str, report: Report) -> str | None:
    """The cue's words where the source is their subject: "said", "has warned", "told reporters"."""
    head = report.head
    told = head is not None and report.form in _TOLD and head.pos_ == "VERB" and is_finite(head)
    if head is None or not told or _is_passive(head) or not report.cue:
        return None
    cue = text[slice(*report.cue[0])].removesuffix(" that")
    if head.lemma_.lower() != "tell":
        return cue
    listener = next((c for c in head.rights if c.dep_ in ("dobj", "dative")), None)
    if listener is None or listener.pos_ == "PRON" or listener.left_edge.i != head.i + 1:
        return "said"
    if any(token.pos_ in ("VERB", "AUX") for token in listener.subtree):
        return "said"
    return f"{cue} {phrase_of(listener).text}"


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def _is_infinitive(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.tag_ == "TO" for child in verb.lefts)


def _continued(said: Said, speaker: str | None) -> str:
    """The content as it goes on after "that": without a capital that only began its sentence.

    Right after the speaker's name "he" is clear, and the name once more would read like another's.
    """
    first = said.words[0]
    if first.tag_ == "PRP" and speaker is not None and said.text.startswith(speaker + " "):
        return first.lower_ + said.text[len(speaker) :]
    opens = said.text.startswith(first.text) and first.is_title and len(first) > 1
    if not opens or first.pos_ == "PROPN" or first.ent_type_ in ("GPE", "NORP", "ORG", "PERSON"):
        return said.text
    return said.text[:1].lower() + said.text[1:]
