"""One sentence on a quotation for a reviewer."""

from schemas.quotation import ContextKind, DiffKind, DiffPart, QuoteCheck, QuoteStatus

_CONTEXT = {
    ContextKind.NEGATED: "what stands around it denies it",
    ContextKind.CONDITIONAL: "it is said under a condition",
    ContextKind.ATTRIBUTED: "the speaker tells what others say",
    ContextKind.QUALIFIED: "the sentence goes on to limit it",
    ContextKind.QUESTION: "it is part of a question",
}
_ALTERS = {
    "negation": "turns it round",
    "number": "changes a number",
    "condition": "changes a condition",
    "certainty": "changes how certain it is",
    "scope": "changes how much it covers",
    "direction": "turns it round",
}
_LONGEST = 60


def reason(check: QuoteCheck) -> str:
    """The sentence, e.g. "Edited: “not” was left out without a mark, which turns it round."."""
    return f"{_TEXT[check.status](check)}."


def _verbatim(check: QuoteCheck) -> str:
    marked = any(part.declared for part in check.diff)
    return f"Word for word in {_cited(check)}" + (", with marked edits" if marked else "")


def _edited(check: QuoteCheck) -> str:
    changed = [part for part in check.diff if part.kind is not DiffKind.SAME]
    grave = [part for part in changed if part.alters]
    open_ones = [part for part in changed if not part.declared]
    told = (grave or open_ones)[:2]
    return f"Edited from {_cited(check)}: " + "; ".join(_change(part) for part in told)


def _change(part: DiffPart) -> str:
    mark = "marked" if part.declared else "without a mark"
    effect = f", which {_ALTERS[part.alters]}" if part.alters else ""
    if part.kind is DiffKind.LEFT_OUT:
        return f"“{_short(part.said)}” was left out {mark}{effect}"
    if part.kind is DiffKind.ADDED:
        return f"“{_short(part.quoted)}” was put in {mark}{effect}"
    return f"“{_short(part.quoted)}” stands for “{_short(part.said)}”{effect}"


def _stitched(check: QuoteCheck) -> str:
    apart = max((one.distance for one in check.segments), default=0)
    order = ", in another order" if check.reversed else ""
    return (
        f"Put together from {len(check.segments)} parts of {_cited(check)} that stand up to {apart} "
        f"words apart{order}"
    )


def _out_of_context(check: QuoteCheck) -> str:
    note = next(one for one in check.notes if not one.weak)
    return f"Word for word in {_cited(check)}, but {_CONTEXT[note.kind]}: “{_short(note.words)}”"


def _misattributed(check: QuoteCheck) -> str:
    said_by = check.source.speaker if check.source else None
    return f"Said by {said_by or 'somebody else'} and not by {check.speaker}, in {_cited(check)}"


def _paraphrased(check: QuoteCheck) -> str:
    return f"Not in these words; {_cited(check)} says nearly the same: “{_short(check.said, 160)}”"


def _not_found(check: QuoteCheck) -> str:
    count = f"{check.searched:,} passage{'' if check.searched == 1 else 's'}"
    return f"Not found among {count} of official statements and reports that were searched"


_TEXT = {
    QuoteStatus.VERBATIM: _verbatim,
    QuoteStatus.EDITED: _edited,
    QuoteStatus.STITCHED: _stitched,
    QuoteStatus.OUT_OF_CONTEXT: _out_of_context,
    QuoteStatus.MISATTRIBUTED: _misattributed,
    QuoteStatus.PARAPHRASED: _paraphrased,
    QuoteStatus.NOT_FOUND: _not_found,
}


def _cited(check: QuoteCheck) -> str:
    if not check.source:
        return "a statement"
    by = check.source.speaker or check.source.publisher
    title = f"“{_short(check.source.title)}”" if check.source.title else "a statement"
    return f"{title} ({by})" if by else title


def _short(text: str, most: int = _LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
