"""Direct speech: each quotation with its cue and its speaker."""

import re

from spacy.tokens import Span, Token

from schemas.base import Span as Offsets
from services.extract.clauses import is_finite
from services.extract.contents import content_of
from services.extract.cues import VERBS, Takes
from services.extract.quotes import Quotation
from services.extract.ranges import offsets_of, to_offsets, tokens_of, trim
from services.extract.reading import Reading
from services.extract.report import Form, Report, cue_offsets
from services.extract.roles import PEOPLE
from services.extract.subjects import inverted_subject, own_subject, phrase_of, subject_of

_REACH = 22
"""Tokens between a quotation and its cue, at most."""
_FAR = 30
"""The same where a colon leads to the quotation."""
_SIGNATURE = re.compile(
    r"\s{0,4}(?:—|–|―|--?)[ \u00a0]?(?P<name>[A-Z][\w.'’-]{0,30}(?: [\w.'’-]{1,30}){0,4})(?=,|\.?\s*\n|\.?\s*\Z)"
)
"""A dash and a name, with nothing after it on its line but a comma and what the person is."""
_PERSONAL = frozenset({"he", "she", "they", "who", "i", "we"})
_MAIN = frozenset({"ROOT", "ccomp"})
_NO_SPEAKER = frozenset({"DATE", "TIME", "PERCENT", "MONEY"})


def find_speech(reading: Reading) -> list[Report]:
    """The reports of direct speech, in reading order.

    A quotation goes to the cue beside it; one without a cue goes on with the quotation that it follows in
    its paragraph, or stands alone ("floating") with the speaker of the sentences before it.
    """
    return _SpeechFinder(reading).find()


class _SpeechFinder:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._doc = reading.doc
        self._by_cue: dict[int, Report] = {}
        self._reports: list[Report] = []

    def find(self) -> list[Report]:
        for quotation in self._reading.speech:
            self._place(quotation)
        return self._reports

    def _place(self, quotation: Quotation) -> None:
        previous = self._reports[-1] if self._reports else None
        cue = self._cue_of(quotation)
        if cue is not None and cue.i in self._by_cue:
            self._by_cue[cue.i].add(quotation)
        elif cue is not None:
            self._by_cue[cue.i] = self._report_of(cue, quotation)
            self._reports.append(self._by_cue[cue.i])
        elif (signature := self._signature_of(quotation)) is not None:
            self._reports.append(self._signed(quotation, signature))
        elif (led := self._named_before(quotation)) is not None:
            self._reports.append(led)
        elif previous is not None and self._goes_on(previous, quotation):
            previous.add(quotation)
        elif self._is_alone(quotation):
            self._reports.append(self._floating(quotation, previous))

    # Cues

    def _cue_of(self, quotation: Quotation) -> Token | None:
        first, last = self._reading.tokens(quotation.span)
        text = self._reading.text
        ending = text[quotation.inner[1] - 1] if quotation.closed else ""
        outside = text[quotation.span[1] : quotation.span[1] + 1]
        after = self._scan(last, 1)
        if after is not None and ending == "." and _tells_more(after, last):
            after = None
        before = self._scan(first - 1, -1)
        if after is not None and (ending in ",?!—–-" or outside == "," or before is None):
            return after
        led = self._reading.before(quotation)
        if before is not None and (led in {",", ":", "—", "–"} or before.i >= first - 3):
            return before
        return self._scan(first - 1, -1, _FAR) if led == ":" else None

    def _scan(self, index: int, step: int, reach: int = _REACH) -> Token | None:
        """The nearest cue verb from `index` on, within the sentence and outside other speech."""
        for _ in range(reach):
            if not 0 <= index < len(self._doc) or self._reading.quoted[index]:
                return None
            token = self._doc[index]
            if token.text in {".", "?", "!", ";"} or (token.is_space and "\n" in token.text):
                return None
            if _is_cue(token):
                return token
            index += step
        return None

    def _report_of(self, cue: Token, quotation: Quotation) -> Report:
        head = subject_of(cue)
        if head is None or self._reading.quoted[head.i]:
            head = inverted_subject(cue) or self._nearest_noun(cue)
        source = phrase_of(head, cue) if head is not None else None
        clause = self._clause_around(cue, quotation) or self._clause_before(cue, head, quotation)
        form = Form.CLAUSE if clause else Form.DIRECT
        content = clause or [self._with_lead(cue, quotation)]
        number = self._reading.sentence_of(cue.i)
        return Report(form, cue, cue_offsets(cue), source, head, content, number, [quotation])

    def _clause_around(self, cue: Token, quotation: Quotation) -> list[Offsets]:
        """The whole clause where the quotation is only its end ("said that supposed “…” were …")."""
        found = content_of(cue)
        if found is None or found[0] is not Form.CLAUSE:
            return []
        content = to_offsets(self._doc, found[1])
        start, end = content[0][0], content[-1][1]
        leads = offsets_of(cue)[1] <= start < quotation.span[0] - 3
        return (
            [(start, max(end, quotation.span[1]))] if leads and end >= quotation.span[1] - 2 else []
        )

    def _clause_before(self, cue: Token, head: Token | None, quotation: Quotation) -> list[Offsets]:
        """In "Fees rose, she said, “and nobody …”" the statement before the cue, and the quotation."""
        first, _ = self._reading.tokens(quotation.span)
        edge = head.left_edge.i if head is not None and head.i < cue.i else cue.i
        sentence = self._reading.sentences[self._reading.sentence_of(cue.i)]
        if not sentence.start < edge <= cue.i < first or self._doc[edge - 1].text != ",":
            return []
        left, right = trim(self._doc, sentence.start, edge)
        lead = self._doc[left:right]
        if any(self._reading.quoted[token.i] for token in lead) or not _states(lead):
            return []
        return [*to_offsets(self._doc, [(left, right)]), quotation.span]

    def _with_lead(self, cue: Token, quotation: Quotation) -> Offsets:
        """The quotation, with the unquoted words of its sentence that lead to it where the cue comes after."""
        first, _ = self._reading.tokens(quotation.span)
        if cue.i < first:
            return quotation.span
        sentence = self._reading.sentences[self._reading.sentence_of(first)]
        start = sentence.start
        while start < first and (self._doc[start].is_space or self._doc[start].dep_ == "cc"):
            start += 1
        lead = self._doc[start:first]
        if len(lead) < 2 or any(self._reading.quoted[token.i] or _is_cue(token) for token in lead):
            return quotation.span
        return lead.start_char, quotation.span[1]

    def _nearest_noun(self, cue: Token) -> Token | None:
        for index in (cue.i + 1, cue.i - 1, cue.i + 2, cue.i - 2):
            if 0 <= index < len(self._doc) and not self._reading.quoted[index]:
                token = self._doc[index]
                if token.pos_ in {"PROPN", "PRON", "NOUN"} and token.ent_type_ not in _NO_SPEAKER:
                    return token.head if token.dep_ == "compound" else token
        return None

    # Quotations without a cue

    def _named_before(self, quotation: Quotation) -> Report | None:
        """In "Ada Hallam, on Monday: “…”" the person before the colon that leads to the quotation."""
        if self._reading.before(quotation) != ":":
            return None
        first, _ = self._reading.tokens(quotation.span)
        start = self._reading.sentences[self._reading.sentence_of(max(0, first - 1))].start
        before = self._doc[max(start, first - _REACH) : first - 1]
        named = [one for one in before.ents if one.label_ == "PERSON" and one[0].is_title]
        if len(named) != 1 or any(self._reading.quoted[token.i] for token in before):
            return None
        head, colon = named[0].root, offsets_of(self._doc[first - 1])
        number = self._reading.sentence_of(first)
        return Report(
            Form.DIRECT, None, [colon], named[0], head, [quotation.span], number, [quotation]
        )

    def _signature_of(self, quotation: Quotation) -> Token | None:
        """The name after a boxed quotation ("— Ada Hallam, engineer"), in its paragraph or the next."""
        match = _SIGNATURE.match(self._reading.text, quotation.span[1])
        if match is None or not self._is_alone(quotation):
            return None
        first, last = self._reading.tokens(match.span("name"))
        return self._doc[first:last].root if first < last else None

    def _signed(self, quotation: Quotation, name: Token) -> Report:
        number = self._reading.sentence_of(self._reading.tokens(quotation.span)[0])
        match = _SIGNATURE.match(self._reading.text, quotation.span[1])
        # The parser may tie the name to the words of the next paragraph.
        source = tokens_of(self._doc, match.span("name")) if match else phrase_of(name)
        return Report(Form.DIRECT, None, [], source, name, [quotation.span], number, [quotation])

    def _goes_on(self, previous: Report, quotation: Quotation) -> bool:
        if quotation.continues:
            return True
        here = self._reading.paragraph_of(quotation.span[0])
        last = previous.quotations[-1].span[0]
        return self._is_alone(quotation) and self._reading.paragraph_of(last) == here

    def _is_alone(self, quotation: Quotation) -> bool:
        """Whether the quotation is a sentence, or sentences, of its own."""
        first, _ = self._reading.tokens(quotation.span)
        if first >= len(self._doc):
            return False
        sentence = self._reading.sentences[self._reading.sentence_of(first)]
        if any(not token.is_space for token in self._doc[sentence.start : first]):
            return False
        after = self._reading.text[quotation.span[1] : quotation.span[1] + 2].strip()[:1]
        return not after or not (after.islower() or after in ",;")

    def _floating(self, quotation: Quotation, previous: Report | None) -> Report:
        first, last = self._reading.tokens(quotation.span)
        head = self._speaker_before(quotation, previous)
        if head is None and (cue := self._scan(last, 1)) is not None:  # of the sentence after it
            head = subject_of(cue)
        source = phrase_of(head) if head is not None else None
        number = self._reading.sentence_of(first)
        return Report(
            Form.DIRECT,
            None,
            [],
            source,
            head,
            [quotation.span],
            number,
            [quotation],
            floating=True,
        )

    def _speaker_before(self, quotation: Quotation, previous: Report | None) -> Token | None:
        """Who spoke last, if that was in the sentence before; else the subject of that sentence."""
        sentence = self._narration_before(quotation)
        if sentence is None:
            return None
        number = self._reading.sentence_of(sentence.start)
        if (
            previous is not None
            and previous.sentence >= number
            and previous.source_head is not None
        ):
            return previous.source_head
        for token in sentence:
            if self._reading.quoted[token.i] or token.pos_ not in {"VERB", "AUX"}:
                continue
            subject = subject_of(token)
            if subject is not None and _may_speak(subject):
                return subject
        return next((entity.root for entity in sentence.ents if entity.label_ == "PERSON"), None)

    def _narration_before(self, quotation: Quotation) -> Span | None:
        """The nearest sentence before that is not all quotation, in this or one of the two paragraphs before."""
        first, _ = self._reading.tokens(quotation.span)
        number = self._reading.sentence_of(first) - 1
        here = self._reading.paragraph_of(quotation.span[0])
        while number >= 0:
            sentence = self._reading.sentences[number]
            if here - self._reading.paragraph_of(sentence.start_char) > 2:
                return None
            if not all(self._reading.quoted[token.i] or token.is_punct for token in sentence):
                return sentence
            number -= 1
        return None


def _is_cue(token: Token) -> bool:
    takes = VERBS.get(token.lemma_.lower(), Takes(0))
    return (
        Takes.QUOTE in takes and token.pos_ in {"VERB", "AUX"} and token.dep_ not in {"amod", "aux"}
    )


def _tells_more(cue: Token, first: int) -> bool:
    """Whether a cue, in the sentence that begins at token `first`, has a clause of its own after it."""
    if cue.sent.start < first:
        return False
    found = content_of(cue)
    return found is not None and found[0] is Form.CLAUSE and found[1][0][0] > cue.i


def _states(lead: Span) -> bool:
    """Whether a main clause with its subject is in `lead`, and no mere circumstance of the saying."""
    return any(
        token.pos_ in {"VERB", "AUX"}
        and token.dep_ in _MAIN
        and is_finite(token)
        and own_subject(token) is not None
        for token in lead
    )


def _may_speak(head: Token) -> bool:
    if head.pos_ == "PRON":
        return head.lower_ in _PERSONAL
    return head.ent_type_ in {"PERSON", "ORG", "NORP"} or head.lemma_.lower() in PEOPLE
