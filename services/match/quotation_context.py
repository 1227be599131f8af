"""What stands around quoted words, and whether it denies them, makes them conditional or gives them to others."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from schemas.base import Span
from schemas.quotation import ContextKind, ContextNote

AROUND = 400
"""Characters before and after that are shown, at most; whole sentences where they fit."""

_END = re.compile(
    r"(?<!\b\w)(?<!\b(?:Mr|Ms|Dr|St|No))(?<!\b(?:Mrs|Sen|Gov|Gen|Rep))[.!?]+[\"'”’)\]]*(?=\s|$)|\n{2,}"
)
_SAYERS = (
    r"(?:some|many|others?|people|critics|opponents|they|he|she|you|everyone|somebody|someone|sceptics|skeptics|"
    r"lobbyists|pundits|experts|commentators|(?:the|my|our|his|her|these|those) \w+(?: \w+)?)"
)
_SAYING = (
    r"(?:say|says|said|saying|claim|claims|claimed|claiming|argue|argues|argued|tell|tells|told|telling|insist|insists|"
    r"insisted|think|thinks|believe|believes|warn|warns|warned|suggest|suggests|wrote|writes|"
    r"shout|shouts|promised|complain|complains|like to say|will say|want to believe)"
)
_BEFORE: tuple[tuple[ContextKind, re.Pattern[str]], ...] = (
    (
        ContextKind.NEGATED,
        re.compile(
            r"\b(?:(?:it|that|this)(?: is|['’]s| was| would be)? (?:simply |just |quite |completely )?"
            r"(?:not true|untrue|false|wrong|a lie|a myth|nonsense|not the case|never true|absurd)"
            r"(?: to (?:say|claim|think))?(?: that)?|"
            r"(?:no (?:one|reason|evidence|proof|sign|question)|nobody|nothing|never|not|cannot|\w+n['’]t)(?: \w+){0,4}|"
            r"no(?: \w+)?|none of(?: \w+){0,2}|neither(?: of \w+)?|hardly(?: \w+)?|without|far from|nor(?: \w+){0,2}|"
            r"den(?:y|ies|ied)(?: that)?|reject(?:s|ed)?(?: \w+){0,3}|"
            r"the (?:lie|myth|rumou?r|falsehood|fantasy|idea|notion|suggestion) that)[\s“‘\"']*$",
            re.IGNORECASE,
        ),
    ),
    (
        ContextKind.CONDITIONAL,
        re.compile(
            r"(?:\b(?:if|unless|provided(?: that)?|assuming|suppose|supposing|imagine|only when|in case|on condition|"
            r"even if|whether)|^\s*(?:should|had|were) (?:we|they|he|she|it|the|there|you|i|this|that))\b[^.!?;]*$",
            re.IGNORECASE,
        ),
    ),
    (
        ContextKind.ATTRIBUTED,
        re.compile(
            rf"\b(?P<who>{_SAYERS}(?: \w+){{0,4}}?) {_SAYING}(?:(?: \w+){{0,4}} that| (?:me|us|you|this|the following)|"
            r"(?: \w+){0,4}(?=[:,]\s*[“‘\"']))?"
            r"[\s,:“‘\"']*$|"
            rf"\b(?:any(?:one|body)|those|people|everybody|everyone|some) who {_SAYING}(?: \w+){{0,2}}?(?: that)?[\s,:“‘\"']*$|"
            r"\baccording to [^.!?;,]{1,60},\s*$|\bin the words of [^.!?;,]{1,60},\s*$|"
            r"\b(?:i|we) (?:\w+ ){0,3}(?:told|hear|heard|read|asked)(?: \w+){0,4} that[\s“‘\"']*$|"
            r"\bit(?: is|['’]s| was| has been) (?:often |sometimes |now )?(?:said|reported|claimed|alleged|rumou?red)"
            r"(?: \w+){0,3}? that[\s“‘\"']*$|"
            r"\b(?:slogan|headline|accusation|charge|talk|rumou?r)s? (?:is |was |reads |goes )?(?:that)?[\s,:“‘\"']*$",
            re.IGNORECASE,
        ),
    ),
)
_AFTER: tuple[tuple[ContextKind, re.Pattern[str]], ...] = (
    (
        ContextKind.CONDITIONAL,
        re.compile(
            r"^[\s,;—–-]*(?:but |and )?(?:only )?(?:if|unless|provided|as long as|so long as|on condition|once|until|assuming|"
            r"should (?:we|they|it|the))\b[^.!?;]*",
            re.IGNORECASE,
        ),
    ),
    (
        ContextKind.NEGATED,
        re.compile(
            r"^[\s,;—–:”\"'’-]*(?:(?:which|that|this|it)(?: is|'s|’s| was| would be) (?:\w+ )?"
            r"(?:not true|untrue|false|wrong|nonsense|a lie|a myth|not the case|absurd)|is (?:\w+ )?"
            r"(?:not true|untrue|false|wrong|nonsense|a lie|a myth|absurd))\b",
            re.IGNORECASE,
        ),
    ),
    (
        ContextKind.ATTRIBUTED,
        re.compile(
            rf"^[\s,;—–-]*(?:or )?(?:so |as )?(?P<who>{_SAYERS}) {_SAYING}\b(?! (?:that|you|it))",
            re.IGNORECASE,
        ),
    ),
    (
        ContextKind.QUALIFIED,
        re.compile(
            r"^\s*[,;—–-]+\s*(?:but|except|though|although|however|yet)\b[^.!?;]*", re.IGNORECASE
        ),
    ),
)
_NEXT = re.compile(
    r"^\s*(?:(?:that|this|it|they|he|she)(?: is|'s|’s| was| are| would be) (?:simply |just |quite |all )?(?:not true|untrue|false|"
    r"wrong|nonsense|a lie|a myth|not the case|absurd|rubbish|a fantasy)(?! (?:that|to|for|if)\b)|wrong\b|false\b|nonsense\b|nothing could be further|"
    r"not (?:true|so)\b|i (?:do not|don['’]t|never|cannot|reject|disagree)(?: \w+)?(?: that| it| this|\b)(?=[^.!?]{0,30}[.!?])|"
    r"so (?:they|he|she|the \w+) (?:say|says|claim|claims|said|told us)|that is what (?:they|he|she|some|my|the|our)\b)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"^\s*(?:but|however|yet|still|except|unless|only if)\b[^.!?]*", re.IGNORECASE
)
_INTRODUCED = re.compile(
    rf"(?:{_SAYING}|slogan|headline|argument|answer|question|story|myth|lie|rumou?r)\b[^.!?:]{{0,60}}:\s*[“‘\"']?$|"
    r"\b(?:suppose|imagine)\b[^.!?]*[.:]\s*$|"
    r"\bhere is what [^.!?:]{1,60}[.:]\s*$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[Span]:
    """Where each sentence of `text` stands."""
    edges = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(edges) if text[a:b].strip()]


class Around(NamedTuple):
    """What stands before and after some words, and the notes on it."""

    before: str
    after: str
    notes: list[ContextNote]


def around(text: str, span: Span, offset: int, own: Callable[[str], bool]) -> Around:
    """The context of `text[span]`; spans of notes count from `offset` before the text.

    `own` tells whether words name whoever makes the statement: "the minister said" is then no other's view.
    """
    start, end = span
    head, tail = text[max(0, start - 2 * AROUND) : start], text[end : end + 2 * AROUND]
    lead, rest = _last_sentence(head), _first_sentence(tail)
    notes = [
        note.moved(offset)
        for note in (
            *_before(lead, start, own),
            *_introduced(head, lead, start),
            *_after(rest, text[start:end], end, own),
            *_following(tail[len(rest) :], end + len(rest)),
        )
    ]
    return Around(_shown_before(head), _shown_after(tail), [note.made() for note in notes])


class _Note(NamedTuple):
    kind: ContextKind
    words: str
    start: int
    weak: bool = False

    def moved(self, offset: int) -> "_Note":
        return self._replace(start=self.start + offset)

    def made(self) -> ContextNote:
        stripped = self.words.strip(" \t\n,;:—–“‘\"'")
        start = self.start + self.words.find(stripped)
        return ContextNote(
            kind=self.kind, words=stripped, span=(start, start + len(stripped)), weak=self.weak
        )


def _last_sentence(head: str) -> str:
    """What of the sentence stands before the words."""
    start = max((one.end() for one in _END.finditer(head)), default=0)
    return head[start:]


def _first_sentence(tail: str) -> str:
    """What of the sentence stands after the words."""
    found = _END.search(tail)
    return tail[: found.end()] if found else tail


def _before(lead: str, start: int, own: Callable[[str], bool]) -> Iterator[_Note]:
    clause = lead.rstrip()
    if not any(character.isalnum() for character in clause):
        return
    for kind, pattern in _BEFORE:
        found = pattern.search(lead)
        if found and not own(_who(found)):
            yield _Note(kind, found[0], start - len(lead) + found.start())


def _who(found: re.Match[str]) -> str:
    return found.groupdict().get("who") or ""


def _introduced(head: str, lead: str, start: int) -> Iterator[_Note]:
    """A sentence before that makes the next one somebody else's, or a thought."""
    if any(character.isalnum() for character in lead):
        return
    before = head[: len(head) - len(lead)]
    last = _last_sentence(before.rstrip(" .!?\n"))
    length = len(before) - before.rfind(last) if last else 0
    sentence = before[len(before) - length :] if length else ""
    if found := _INTRODUCED.search(sentence):
        kind = (
            ContextKind.CONDITIONAL
            if re.match(r"suppose|imagine", found[0], re.IGNORECASE)
            else ContextKind.ATTRIBUTED
        )
        yield _Note(kind, found[0], start - len(lead) - length + found.start())


def _after(rest: str, said: str, end: int, own: Callable[[str], bool]) -> Iterator[_Note]:
    for kind, pattern in _AFTER:
        found = pattern.search(rest)
        if found and not own(_who(found)):
            yield _Note(kind, found[0], end + found.start())
            break
    if rest.rstrip(" \"'”’)").endswith("?") and not said.rstrip().endswith("?"):
        yield _Note(ContextKind.QUESTION, "?", end + rest.rfind("?"))


def _following(tail: str, end: int) -> Iterator[_Note]:
    if found := _NEXT.search(tail):
        yield _Note(ContextKind.NEGATED, found[0], end + found.start())
    elif found := _CONTRAST.search(tail):
        yield _Note(ContextKind.QUALIFIED, found[0], end + found.start(), weak=True)


def _shown_before(head: str) -> str:
    """The last sentences of `head` that fit, cut at a sentence or a word."""
    if len(head) <= AROUND:
        return head.lstrip()
    cut = head[-AROUND:]
    starts = [one.end() for one in _END.finditer(cut)]
    first = starts[0] if starts and starts[0] < len(cut) - 1 else cut.find(" ")
    return cut[first:].lstrip()


def _shown_after(tail: str) -> str:
    if len(tail) <= AROUND:
        return tail.rstrip()
    cut = tail[:AROUND]
    ends = [one.end() for one in _END.finditer(cut)]
    return cut[: ends[-1]] if ends else cut.rpartition(" ")[0]
