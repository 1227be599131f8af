"""Chains of reporting: who passes on what somebody else said."""

from collections import defaultdict
from collections.abc import Iterable

from spacy.tokens import Token

from schemas.base import Span as Offsets
from services.extract.cues import DENIALS
from services.extract.report import Form, Report
from services.extract.subjects import agent_of, is_passive, is_relay, own_subject, quoting_verb

_CITING = frozenset(["citing", "quoting"])
_COVERS = 0.6
"""Share of an outer content that an inner one must make up for the outer to be only its frame."""


def link(reports: list[Report]) -> None:
    """Set `passed_on` of each report, and mark those that only frame another.

    A report whose content holds another's cue and content passes that one on; "as reported by X" passes
    on the report beside it, and a clause that goes on with the same speaker ("adding that …") keeps it.
    """
    by_sentence: dict[int, list[Report]] = defaultdict(list)
    for report in reports:
        by_sentence[report.sentence].append(report)
    for group in by_sentence.values():
        _nest(group)
        _relayed(group)
        _carry(group)


def _nest(group: list[Report]) -> None:
    # Shortest first, so that the nearest frame comes first in the chain.
    ordered = sorted(group, key=lambda report: report.bounds[1] - report.bounds[0])
    frames = [
        report
        for report in ordered
        if report.form in (Form.ACCORDING, Form.CLAUSE, Form.DIRECT) and report.lemma not in DENIALS
    ]
    for inner in ordered:
        if inner.head is None or inner.form is Form.NOUN:
            continue
        for outer in frames:
            if outer is inner or outer.source_head is None or not _inside(inner, outer):
                continue
            if outer.source_head != inner.source_head:
                inner.passed_on.append(outer.source_head)
                outer.frames = outer.frames or _share(inner, outer) >= _COVERS


def _inside(inner: Report, outer: Report) -> bool:
    assert inner.head is not None
    at = inner.head.idx
    start, end = inner.bounds
    within = any(low <= at < high for low, high in outer.content)
    first, last = outer.bounds
    return within and first <= start and end <= last + 1


def _share(inner: Report, outer: Report) -> float:
    """How much of the outer content the inner report makes up: its source, cue and content."""
    spans = [*inner.content, *inner.cue]
    if inner.source is not None:
        spans.append((inner.source.start_char, inner.source.end_char))
    return _size(spans) / max(1, _size(outer.content))


def _size(spans: Iterable[Offsets]) -> int:
    return sum(end - start for start, end in spans)


def _relayed(group: list[Report]) -> None:
    """Take in "as reported by X" and ", citing X" within the sentence."""
    heads = [report.head for report in group if report.head is not None]
    if not heads:
        return
    for report in group:
        quoting = quoting_verb(report.head) if report.head is not None else None
        relay = quoting and (agent_of if is_passive(quoting) else own_subject)(quoting)
        if relay:
            report.passed_on.append(relay)
    for token in heads[0].sent:
        if is_relay(token):
            relay = agent_of(token)
            target = _nearest(group, token)
            if relay is not None and target is not None:
                target.passed_on.append(relay)
        elif token.lower_ in _CITING:
            cited = next((child for child in token.rights if child.dep_ == "dobj"), None)
            target = _nearest(group, token)
            if cited is not None and target is not None and target.source_head is not None:
                target.passed_on.insert(0, target.source_head)
                target.cite(cited)


def _nearest(group: Iterable[Report], token: Token) -> Report | None:
    near = [r for r in group if r.head is not None and r.head.i < token.i]
    return max(
        near, key=lambda report: report.head.i if report.head is not None else -1, default=None
    )


def _carry(group: list[Report]) -> None:
    """A participle that goes on with the speaker of a report before it goes on with its chain."""
    ordered = sorted(
        (r for r in group if r.head is not None),
        key=lambda r: r.head.i if r.head is not None else 0,
    )
    chains: dict[int, list[Token]] = {}
    for report in ordered:
        if report.source_head is None:
            continue
        speaker = report.source_head.i
        participle = report.head is not None and report.head.tag_ == "VBG"
        if participle and not report.passed_on:
            report.passed_on.extend(chains.get(speaker, ()))
        if report.passed_on:
            chains[speaker] = report.passed_on
