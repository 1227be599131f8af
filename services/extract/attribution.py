"""Attribution: for a parsed article, every place where somebody is said to have said something."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from services.extract.contents import content_of
from services.extract.cues import ACCOUNTS, APPEARANCE, NOUNS, PREPOSITIONS, STANCE, VERBS, Takes
from services.extract.labels import find_labelled
from services.extract.ranges import offsets_of, to_offsets, trim
from services.extract.reading import Reading
from services.extract.report import Form, Report, cue_offsets
from services.extract.sentences import Layout
from services.extract.speech import find_speech
from services.extract.subjects import (
    agent_of,
    is_passive,
    is_relay,
    own_subject,
    phrase_of,
    subject_of,
)
from services.extract.words import words

_COPULAS = words("be seem feel remain sound become")
_BESIDE = frozenset({"compound", "nmod"})
_AS_SAID = words("say write put note explain argue observe remark warn predict tell report")
_SHORTEST = 4
"""Characters of content at least."""


def find_reports(layout: Layout, doc: Doc) -> list[Report]:
    """All reports of an article, in the order of their contents.

    Method: cues by lemma, content and source by the cue's place in the dependency tree, quotations by
    their marks and the nearest cue; after the rule-based systems for PARC 3 (Pareti 2015) and
    PolNeAR (Newell et al. 2018). Every token is looked at a bounded number of times.
    """
    reading = Reading(layout, doc)
    found = [*find_labelled(reading), *find_speech(reading)]
    taken = {report.head.i for report in found if report.head is not None}
    for number, sentence in enumerate(reading.sentences):
        found.extend(_indirect(reading, number, sentence, taken))
    _give_participles_their_speaker(found)
    found = [report for report in found if report.content]
    for report in found:
        _without_tail(reading, report)
        _with_closing_mark(reading, report)
    found.sort(key=lambda report: (report.content[0], report.content[-1]))
    return found


_TAIL = re.compile(
    r",?\s(?:in|on|at|by|for|with|as|to|of|from|during|after|under)\s(?:what|something)\s"
    r"(?:he|she|they|it|[A-Z][\w.’'-]{1,30})\s(?:(?:has|have|had)\s)?"
    r"(?:described|called|termed|labell?ed|dubbed|describes?|calls?)\b[^\n]{0,160}\Z"
)
_LONGEST_TAIL = 220
_LEAST_BEFORE_TAIL = 20


def _without_tail(reading: Reading, report: Report) -> None:
    """Take "on what he described as a modest budget" off an indirect content: it tells how it was said."""
    start, end = report.content[-1]
    if report.form is not Form.CLAUSE:
        return
    window = max(start + _LEAST_BEFORE_TAIL, end - _LONGEST_TAIL)
    tail = _TAIL.search(reading.text[window:end]) if window < end else None
    if tail is None:
        return
    cut = window + tail.start()
    first, _ = reading.tokens((cut, end))
    if not reading.quoted[min(first + 1, len(reading.doc) - 1)]:
        report.content[-1] = (start, cut)


def _with_closing_mark(reading: Reading, report: Report) -> None:
    """A quotation that begins in the content ends in it, though the parser hung its last mark on the cue."""
    start, end = report.content[-1]
    inside = reading.quotations_in([(start, end)])
    if inside and end < inside[-1].span[1] <= end + 3 and inside[-1].closed:
        report.content[-1] = (start, inside[-1].span[1])


def _give_participles_their_speaker(reports: list[Report]) -> None:
    """In "X said …, adding that …" the second cue is X's, whatever noun the parser hung it on."""
    latest: dict[int, Report] = {}
    cued = [report for report in reports if report.head is not None]
    for report in sorted(cued, key=lambda report: report.head.i if report.head is not None else 0):
        head = report.head
        assert head is not None
        before = latest.get(report.sentence)
        if head.tag_ == "VBG" and head.i and head.nbor(-1).text == "," and before is not None:
            report.source, report.source_head = before.source, before.source_head
        elif report.form in (Form.DIRECT, Form.CLAUSE) and not is_passive(head):
            latest[report.sentence] = report


def _indirect(reading: Reading, number: int, sentence: Span, taken: set[int]) -> Iterator[Report]:
    for token in sentence:
        if reading.quoted[token.i] or token.i in taken:
            continue
        lemma = token.lemma_.lower()
        if is_relay(token):
            yield from _relay(reading, token, number)
        elif token.pos_ in {"VERB", "AUX"} and (lemma in VERBS or lemma in PREPOSITIONS):
            yield from _as_said(reading, token, number) or _of_verb(reading, token, number)
        elif _is_misread(token):
            yield from _of_verb(reading, token, number)
        elif token.lower_ == "according":
            yield from _according(reading, token, number)
        elif lemma in NOUNS and token.pos_ == "NOUN":
            yield from _of_noun(reading, token, number)
        elif lemma in STANCE and token.pos_ == "ADJ":
            yield from _of_stance(reading, token, number)


def _is_misread(token: Token) -> bool:
    """Whether the tagger took a cue that ends its sentence for a noun ("…, the team estimate.")."""
    return (
        token.dep_ == "ROOT"
        and token.pos_ == "NOUN"
        and Takes.CLAUSE in VERBS.get(token.lemma_.lower(), Takes(0))
        and token.i > token.sent.start
        and token.nbor(-1).dep_ == "compound"
        and any(child.dep_ == "ccomp" for child in token.lefts)
    )


def _as_said(reading: Reading, verb: Token, number: int) -> list[Report]:
    """Find "As X once wrote, P" and "P, as X put it": the main clause is what X said."""
    aside = verb.dep_ == "advcl" and verb.left_edge.lower_ == "as" and verb.lemma_ in _AS_SAID
    head = own_subject(verb) if aside else None
    objects = [c for c in verb.rights if c.dep_ in {"dobj", "ccomp", "xcomp"} and c.lower_ != "it"]
    if head is None or objects or verb.left_edge.head != verb:
        return []
    left, right = _sentence_clause(verb)
    first, last = verb.left_edge.i, verb.right_edge.i + 1
    parts = [trim(reading.doc, left, first), trim(reading.doc, last, right)]
    content = to_offsets(reading.doc, parts)
    if not content:
        return []
    quotations = reading.quotations_in(content)
    cue = cue_offsets(verb)
    return [
        Report(Form.ACCORDING, verb, cue, phrase_of(head, verb), head, content, number, quotations)
    ]


def _of_verb(reading: Reading, verb: Token, number: int) -> Iterator[Report]:
    found = content_of(verb)
    if found is None:
        return
    form, ranges = found
    head = subject_of(verb)
    lemma = verb.lemma_.lower()
    appears = is_passive(verb) or lemma in {"appear", "seem"}
    if form is Form.INFINITIVE and lemma in APPEARANCE and appears:
        head = agent_of(verb)
    if head is not None and reading.quoted[head.i]:
        head = None
    content = to_offsets(reading.doc, ranges)
    if sum(end - start for start, end in content) < _SHORTEST:
        return
    source = phrase_of(head, verb) if head is not None else None
    quotations = reading.quotations_in(content)
    yield Report(form, verb, cue_offsets(verb), source, head, content, number, quotations)


def _according(reading: Reading, token: Token, number: int) -> Iterator[Report]:
    to = next((child for child in token.rights if child.lower_ == "to"), None)
    head = next((c for c in to.rights if c.dep_ == "pobj"), None) if to is not None else None
    if to is None or head is None:
        return
    left, right = _sentence_clause(token)
    parts = [(left, token.i), (max(token.right_edge.i, head.right_edge.i) + 1, right)]
    content = to_offsets(reading.doc, [trim(reading.doc, *part) for part in parts])
    if content:
        yield Report(
            Form.ACCORDING, token, [(token.idx, offsets_of(to)[1])], phrase_of(head), head, content, number,
            reading.quotations_in(content),
        )  # fmt: skip


def _relay(reading: Reading, verb: Token, number: int) -> Iterator[Report]:
    """Find "…, as reported by X" where nobody else is said to have said it."""
    head = agent_of(verb)
    if head is None or verb.head == verb or verb.head.lemma_.lower() in VERBS:
        return
    left, right = _sentence_clause(verb)
    stop = verb.left_edge.i if verb.nbor(-1).lower_ != "as" else verb.i - 1
    content = to_offsets(reading.doc, [trim(reading.doc, left, min(stop, right))])
    if content and left < stop:
        cue = [(verb.idx, verb.idx + len(verb))]
        quotations = reading.quotations_in(content)
        yield Report(Form.ACCORDING, verb, cue, phrase_of(head), head, content, number, quotations)


def _sentence_clause(token: Token) -> tuple[int, int]:
    """The clause that "according to" speaks of, with what is coordinated with it."""
    clause = token.head
    while clause.head != clause and (clause.pos_ not in {"VERB", "AUX"} or clause.dep_ == "conj"):
        clause = clause.head
    return clause.left_edge.i, clause.right_edge.i + 1


def _of_noun(reading: Reading, noun: Token, number: int) -> Iterator[Report]:
    """Find "the claim that …", "his contention was that …", "reports from X have surfaced"."""
    clause = next(
        (c for c in noun.rights if c.dep_ in {"acl", "ccomp", "relcl"} and _has_that(c)), None
    )
    verb = noun.head
    if clause is None and noun.dep_ in {"nsubj", "nsubjpass"} and verb.lemma_ == "be":
        clause = next((c for c in verb.rights if c.dep_ in {"ccomp", "xcomp"}), None)
    if clause is None:
        yield from _account(noun, number)
        return
    head = _owner(noun)
    span = trim(reading.doc, max(clause.left_edge.i, noun.i + 1), clause.right_edge.i + 1)
    content = to_offsets(reading.doc, [span])
    if content:
        source = phrase_of(head) if head is not None else None
        quotations = reading.quotations_in(content)
        yield Report(Form.NOUN, noun, [offsets_of(noun)], source, head, content, number, quotations)


def _account(noun: Token, number: int) -> Iterator[Report]:
    """The clause whose subject is an account "from" or "by" somebody is what they account for."""
    if noun.lemma_.lower() not in ACCOUNTS or noun.dep_ not in {"nsubj", "nsubjpass"}:
        return
    head = _after(noun, {"from", "by"})
    if head is None:
        return
    span = trim(noun.doc, noun.left_edge.i, noun.head.right_edge.i + 1)
    content = to_offsets(noun.doc, [span])
    yield Report(Form.ACCOUNT, noun, [offsets_of(noun)], phrase_of(head), head, content, number)


def _of_stance(reading: Reading, adjective: Token, number: int) -> Iterator[Report]:
    clause = next((child for child in adjective.rights if child.dep_ == "ccomp"), None)
    head = own_subject(adjective.head)
    if clause is None or head is None or head.lower_ == "it":
        return
    if adjective.head.lemma_ not in _COPULAS:
        return
    span = trim(reading.doc, clause.left_edge.i, clause.right_edge.i + 1)
    content = to_offsets(reading.doc, [span])
    if content:
        cue = [offsets_of(adjective)]
        yield Report(Form.CLAUSE, adjective, cue, phrase_of(head), head, content, number)


def _has_that(clause: Token) -> bool:
    return any(child.lower_ == "that" and child.dep_ == "mark" for child in clause.lefts)


def _owner(noun: Token) -> Token | None:
    """Whose claim it is: a possessive, "by X", or the subject of the verb that the noun belongs to."""
    possessor = next((child for child in noun.children if child.dep_ == "poss"), None)
    if possessor is not None:
        return possessor
    by = _after(noun, {"by", "from", "of"})
    publisher = next((c for c in noun.lefts if c.dep_ in _BESIDE and c.ent_type_ == "ORG"), None)
    if by is None and publisher is not None:  # "a Wire News report that …"
        return publisher
    if by is None and noun.dep_ in {"dobj", "attr"}:
        return subject_of(noun.head)
    return by


def _after(noun: Token, prepositions: set[str]) -> Token | None:
    for child in noun.rights:
        if child.dep_ == "prep" and child.lower_ in prepositions:
            return next((inner for inner in child.rights if inner.dep_ == "pobj"), None)
    return None
