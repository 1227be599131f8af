"""Attribution: for a parsed article, every place where somebody is said to have said something."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from schemas.base import Span as Offsets
from services.extract.contents import content_of, offsets_of, to_offsets
from services.extract.cues import (
    ACCOUNTS,
    APPEARANCE,
    NOUNS,
    PREPOSITIONS,
    STANCE,
    VERBS,
    Takes,
)
from services.extract.quotes import Quotation
from services.extract.report import Form, Report
from services.extract.sentences import Layout
from services.extract.subjects import (
    agent_of,
    inverted_subject,
    is_passive,
    own_subject,
    phrase_of,
    subject_of,
)

_REACH = 14
"""Tokens between a quotation and its cue, at most."""
_COPULAS = frozenset("be seem feel remain sound become".split())
_FEWEST_WORDS = 4
"""A shorter quotation is speech only where a cue's punctuation says so; else it is a scare quote or a term."""


class Finder:
    """The reports of one article. Every token is looked at a bounded number of times."""

    def __init__(self, layout: Layout, doc: Doc) -> None:
        self._text = layout.text
        self._doc = doc
        self._starts = [token.idx for token in doc]
        self._sentences = list(doc.sents)
        self._sentence_starts = [sentence.start for sentence in self._sentences]
        self._paragraph_starts = [start for start, _ in layout.paragraphs]
        self._quotations = layout.quotations
        self._speech = [quotation for quotation in layout.quotations if self._is_speech(quotation)]
        self._quoted = self._mark_quoted()

    def find(self) -> list[Report]:
        """All reports in the order of their contents."""
        direct = self._direct()
        heads = {report.head.i for report in direct if report.head is not None}
        found = [*direct]
        for number, sentence in enumerate(self._sentences):
            found.extend(self._indirect(number, sentence, heads))
        found = [report for report in found if report.content]
        found.sort(key=lambda report: (report.content[0], report.content[-1]))
        return found

    # Direct speech

    def _is_speech(self, quotation: Quotation) -> bool:
        words = self._text[quotation.inner[0] : quotation.inner[1]].split()
        last = self._text[quotation.inner[1] - 1]
        before = self._text[max(0, quotation.span[0] - 2) : quotation.span[0]].strip()[-1:]
        if quotation.continues or quotation.span[0] in self._paragraph_starts_set:
            return len(words) >= 2
        if last in ",.?!…" or last in "—–-":
            return len(words) >= _FEWEST_WORDS or before in {",", ":"} or last == ","
        return before in {",", ":"} and len(words) >= _FEWEST_WORDS

    @property
    def _paragraph_starts_set(self) -> set[int]:
        if not hasattr(self, "_paragraph_set"):
            self._paragraph_set = set(self._paragraph_starts)
        return self._paragraph_set

    def _mark_quoted(self) -> list[bool]:
        quoted = [False] * len(self._doc)
        for quotation in self._speech:
            for index in range(*self._tokens(quotation.span)):
                quoted[index] = True
        return quoted

    def _tokens(self, span: Offsets) -> tuple[int, int]:
        return bisect_left(self._starts, span[0]), bisect_left(self._starts, span[1])

    def _sentence_of(self, index: int) -> int:
        return bisect_right(self._sentence_starts, index) - 1

    def _paragraph_of(self, at: int) -> int:
        return bisect_right(self._paragraph_starts, at) - 1

    def _direct(self) -> list[Report]:
        reports: list[Report] = []
        by_cue: dict[int, Report] = {}
        for quotation in self._speech:
            cue = self._cue_of(quotation)
            previous = reports[-1] if reports else None
            if cue is not None:
                known = by_cue.get(cue.i)
                if known is not None:
                    known.content.append(quotation.span)
                    known.quotations.append(quotation)
                    continue
                report = self._report_of_cue(cue, quotation)
                by_cue[cue.i] = report
                reports.append(report)
            elif previous is not None and self._carries_on(previous, quotation):
                previous.content.append(quotation.span)
                previous.quotations.append(quotation)
            elif (floating := self._floating(quotation, previous)) is not None:
                reports.append(floating)
        return reports

    def _carries_on(self, previous: Report, quotation: Quotation) -> bool:
        """A quotation with no cue that stands right behind another: in its paragraph, or continuing it."""
        last = previous.quotations[-1]
        if quotation.continues:
            return True
        if not self._alone(quotation):
            return False
        return self._paragraph_of(last.span[0]) == self._paragraph_of(quotation.span[0])

    def _alone(self, quotation: Quotation) -> bool:
        """Whether the quotation is a sentence of its own."""
        first, last = self._tokens(quotation.span)
        sentence = self._sentences[self._sentence_of(first)]
        before = [token for token in self._doc[sentence.start : first] if not token.is_space]
        after = self._text[quotation.span[1] : quotation.span[1] + 2]
        return not before and (
            not after.strip() or (not after.strip()[0].islower() and after.strip()[0] not in ",;")
        )

    def _floating(self, quotation: Quotation, previous: Report | None) -> Report | None:
        if not self._alone(quotation):
            return None
        first, _ = self._tokens(quotation.span)
        source = self._source_before(quotation, previous)
        return Report(
            Form.DIRECT,
            None,
            [],
            source,
            source.root if source is not None else None,
            [quotation.span],
            self._sentence_of(first),
            [quotation],
            floating=True,
        )

    def _source_before(self, quotation: Quotation, previous: Report | None) -> Span | None:
        """Who speaks when a quotation stands alone: who spoke or acted in the sentence before."""
        first, _ = self._tokens(quotation.span)
        number = self._sentence_of(first) - 1
        while number >= 0 and all(
            self._quoted[token.i] or token.is_punct for token in self._sentences[number]
        ):
            number -= 1
        if (
            number < 0
            or self._paragraph_of(quotation.span[0])
            - self._paragraph_of(self._sentences[number].start_char)
            > 2
        ):
            return None
        sentence = self._sentences[number]
        if previous is not None and previous.source is not None and previous.sentence >= number:
            return previous.source
        best: Token | None = None
        for token in sentence:
            if self._quoted[token.i]:
                continue
            if token.pos_ == "VERB" and (token.lemma_.lower() in VERBS or token == sentence.root):
                subject = subject_of(token)
                if subject is not None and self._may_speak(subject):
                    best = subject
                    break
        return phrase_of(best) if best is not None else None

    def _may_speak(self, head: Token) -> bool:
        if head.pos_ == "PRON":
            return head.lower_ in {"he", "she", "they", "who"}
        return head.pos_ in {"PROPN", "NOUN"} and head.ent_type_ not in {
            "DATE",
            "TIME",
            "PERCENT",
            "MONEY",
        }

    def _cue_of(self, quotation: Quotation) -> Token | None:
        first, last = self._tokens(quotation.span)
        after = self._scan(last, 1)
        before = self._scan(first - 1, -1)
        ending = self._text[quotation.inner[1] - 1] if quotation.closed else ""
        outside = self._text[quotation.span[1] : quotation.span[1] + 1]
        if after is not None and (
            ending in ",?!—–-" or outside == "," or (ending.isalnum() and before is None)
        ):
            return after
        leading = self._text[max(0, quotation.span[0] - 2) : quotation.span[0]].strip()[-1:]
        if before is not None and (leading in {",", ":", "—", "–"} or before.i >= first - 3):
            return before
        if leading == ":":
            return self._scan(first - 1, -1, reach=30)
        return after if after is not None and self._doc[last].is_lower else None

    def _scan(self, index: int, step: int, reach: int = _REACH) -> Token | None:
        """The nearest cue verb from `index` on, within the sentence and outside other speech."""
        doc = self._doc
        for _ in range(reach):
            if not 0 <= index < len(doc) or self._quoted[index]:
                return None
            token = doc[index]
            if token.text in ".?!;" or ("\n" in token.text and token.is_space):
                return None
            if token.pos_ in {"VERB", "AUX"} and Takes.QUOTE in VERBS.get(
                token.lemma_.lower(), Takes(0)
            ):
                if token.dep_ not in {"amod", "aux"}:
                    return token
            index += step
        return None

    def _report_of_cue(self, cue: Token, quotation: Quotation) -> Report:
        head = subject_of(cue)
        if head is None or self._quoted[head.i]:
            head = inverted_subject(cue) or self._nearest_noun(cue)
        source = self._phrase(head, cue) if head is not None else None
        content: list[Offsets] = [quotation.span]
        extra = self._mixed_rest(cue, quotation)
        if extra:
            content = extra
        return Report(
            Form.DIRECT if not extra else Form.CLAUSE,
            cue,
            self._cue_offsets(cue),
            source,
            head,
            content,
            self._sentence_of(cue.i),
            [quotation],
        )

    def _mixed_rest(self, cue: Token, quotation: Quotation) -> list[Offsets]:
        """The whole clause where the quotation is only its end ("said that supposed "…" were …")."""
        found = content_of(cue)
        if found is None or found[0] is not Form.CLAUSE:
            return []
        content = to_offsets(self._doc, found[1])
        start, end = content[0][0], content[-1][1]
        first, _ = self._tokens(quotation.span)
        inside = (
            start < quotation.span[0] - 3
            and self._tokens((start, end))[0] > cue.i
            and end >= quotation.span[1] - 2
        )
        return (
            [(start, max(end, quotation.span[1]))] if inside and start >= offsets_of(cue)[1] else []
        )

    def _nearest_noun(self, cue: Token) -> Token | None:
        for index in (cue.i + 1, cue.i - 1, cue.i + 2, cue.i - 2):
            if cue.sent.start <= index < cue.sent.end and not self._quoted[index]:
                token = self._doc[index]
                if token.pos_ in {"PROPN", "PRON", "NOUN"}:
                    return token.head if token.dep_ == "compound" else token
        return None

    # Indirect speech

    def _indirect(self, number: int, sentence: Span, taken: set[int]) -> Iterator[Report]:
        for token in sentence:
            if self._quoted[token.i]:
                continue
            lemma = token.lemma_.lower()
            if (
                token.i not in taken
                and token.pos_ in {"VERB", "AUX"}
                and (lemma in VERBS or lemma in PREPOSITIONS)
            ):
                report = self._of_verb(token, number)
                if report is not None:
                    yield report
            elif token.lower_ == "according":
                yield from self._according(token, number)
            elif lemma in NOUNS and token.pos_ == "NOUN":
                yield from self._of_noun(token, number)
            elif lemma in STANCE and token.pos_ == "ADJ":
                yield from self._of_stance(token, number)

    def _of_verb(self, verb: Token, number: int) -> Report | None:
        found = content_of(verb)
        if found is None:
            return None
        form, ranges = found
        head = subject_of(verb)
        lemma = verb.lemma_.lower()
        if (
            form is Form.INFINITIVE
            and lemma in APPEARANCE
            and (is_passive(verb) or lemma in {"appear", "seem"})
        ):
            head = agent_of(verb)
        if head is not None and self._quoted[head.i]:
            head = None
        content = to_offsets(self._doc, ranges)
        if not content or sum(end - start for start, end in content) < 4:
            return None
        quotations = self._quotations_in(content)
        source = self._phrase(head, verb) if head is not None else None
        return Report(
            form, verb, self._cue_offsets(verb), source, head, content, number, quotations
        )

    def _quotations_in(self, content: list[Offsets]) -> list[Quotation]:
        start, end = content[0][0], content[-1][1]
        first = bisect_left([0], 0)
        low = bisect_left(self._quotation_starts, start) + first
        found = []
        while low < len(self._quotations) and self._quotations[low].span[0] < end:
            found.append(self._quotations[low])
            low += 1
        return found

    @property
    def _quotation_starts(self) -> list[int]:
        if not hasattr(self, "_q_starts"):
            self._q_starts = [quotation.span[0] for quotation in self._quotations]
        return self._q_starts

    def _phrase(self, head: Token, cue: Token) -> Span:
        return phrase_of(head, cue)

    def _cue_offsets(self, cue: Token) -> list[Offsets]:
        """The cue with its auxiliaries and particle."""
        indices = [cue.i]
        for child in cue.children:
            if child.dep_ in {"aux", "auxpass", "neg", "prt"} and abs(child.i - cue.i) <= 3:
                indices.append(child.i)
        return [(self._doc[min(indices)].idx, offsets_of(self._doc[max(indices)])[1])]

    def _according(self, token: Token, number: int) -> Iterator[Report]:
        preposition = next((child for child in token.rights if child.lower_ == "to"), None)
        head = (
            next((child for child in preposition.rights if child.dep_ == "pobj"), None)
            if preposition is not None
            else None
        )
        if preposition is None or head is None:
            return
        clause = token.head
        while clause.head != clause and clause.pos_ not in {"VERB", "AUX"}:
            clause = clause.head
        left, right = clause.left_edge.i, clause.right_edge.i + 1
        here_left, here_right = token.left_edge.i, max(token.right_edge.i, head.right_edge.i) + 1
        parts = []
        if left < here_left:
            parts.append((left, here_left))
        if here_right < right:
            parts.append((here_right, right))
        content = to_offsets(self._doc, [_clean(self._doc, part) for part in parts])
        if content:
            yield Report(
                Form.ACCORDING,
                token,
                [(token.idx, offsets_of(preposition)[1])],
                phrase_of(head),
                head,
                content,
                number,
                self._quotations_in(content),
            )

    def _of_noun(self, noun: Token, number: int) -> Iterator[Report]:
        clause = next(
            (c for c in noun.rights if c.dep_ in {"acl", "ccomp", "relcl"} and _that(c)), None
        )
        verb = noun.head
        if clause is None and noun.dep_ in {"nsubj", "nsubjpass"} and verb.lemma_ == "be":
            clause = next((c for c in verb.rights if c.dep_ in {"ccomp", "xcomp"}), None)
        if clause is None:
            yield from self._account(noun, number)
            return
        head = _owner(noun)
        content = to_offsets(
            self._doc,
            [_clean(self._doc, (max(clause.left_edge.i, noun.i + 1), clause.right_edge.i + 1))],
        )
        if content:
            yield Report(
                Form.NOUN,
                noun,
                [offsets_of(noun)],
                phrase_of(head) if head is not None else None,
                head,
                content,
                number,
                self._quotations_in(content),
            )

    def _account(self, noun: Token, number: int) -> Iterator[Report]:
        """ "Reports from X have surfaced …": the clause is what X account for."""
        if noun.lemma_.lower() not in ACCOUNTS or noun.dep_ not in {"nsubj", "nsubjpass"}:
            return
        for preposition in noun.rights:
            if preposition.lower_ in {"from", "by"}:
                for head in preposition.rights:
                    if head.dep_ == "pobj":
                        verb = noun.head
                        content = to_offsets(
                            self._doc,
                            [_clean(self._doc, (noun.left_edge.i, verb.right_edge.i + 1))],
                        )
                        yield Report(
                            Form.ACCOUNT,
                            noun,
                            [offsets_of(noun)],
                            phrase_of(head),
                            head,
                            content,
                            number,
                        )
                        return

    def _of_stance(self, adjective: Token, number: int) -> Iterator[Report]:
        clause = next((c for c in adjective.rights if c.dep_ == "ccomp"), None)
        verb = adjective.head
        head = own_subject(verb)
        if clause is None or head is None or head.lower_ == "it" or verb.lemma_ not in _COPULAS:
            return
        content = to_offsets(
            self._doc, [_clean(self._doc, (clause.left_edge.i, clause.right_edge.i + 1))]
        )
        if content:
            yield Report(
                Form.CLAUSE,
                adjective,
                [offsets_of(adjective)],
                phrase_of(head),
                head,
                content,
                number,
            )


def _that(clause: Token) -> bool:
    return any(child.lower_ == "that" and child.dep_ == "mark" for child in clause.lefts)


def _owner(noun: Token) -> Token | None:
    for child in noun.children:
        if child.dep_ == "poss":
            return child
        if child.dep_ == "prep" and child.lower_ in {"by", "from", "of"}:
            for inner in child.rights:
                if inner.dep_ == "pobj":
                    return inner
    if noun.dep_ in {"dobj", "attr"}:
        return subject_of(noun.head)
    return None


def _clean(doc: Doc, part: tuple[int, int]) -> tuple[int, int]:
    left, right = part
    while left < right and (
        doc[left].is_space
        or (doc[left].is_punct and not doc[left].is_quote and not doc[left].is_bracket)
    ):
        left += 1
    while left < right and (
        doc[right - 1].is_space
        or (
            doc[right - 1].is_punct
            and not doc[right - 1].is_quote
            and not doc[right - 1].is_bracket
        )
    ):
        right -= 1
    return left, right
