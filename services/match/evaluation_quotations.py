"""`claimdesk evaluate quotations`: labelled quotations checked against the statements beside them."""

from pathlib import Path

from pydantic import TypeAdapter

from schemas.base import Model
from schemas.evidence import Evidence, EvidenceKind
from schemas.quotation import QuoteStatus
from services.match.evaluation import Confusion, Miss, read_lines
from services.match.quotation import check
from services.match.quotation_align import Spoken

STATEMENTS = "statements.jsonl"
"""The file beside the quotations that holds what was said."""

TOO_SHORT = "too_short"
"""Found for a quotation that is not checked."""


class Example(Model):
    """A quotation and what a person says of it."""

    id: str
    quotation: str
    speaker: str | None = None
    status: QuoteStatus
    split: str


class Said(Model):
    """A statement of the set."""

    id: str
    speaker: str
    publisher: str
    title: str
    text: str
    kind: EvidenceKind
    split: str


def evaluate_quotations(path: Path) -> dict[str, Confusion]:
    """A confusion table for each split; every quotation is looked for in all statements of its split.

    Raises UserError for a file that is not there or a line that is not an example.
    """
    examples = read_lines(path, TypeAdapter(Example))
    statements = read_lines(path.with_name(STATEMENTS), TypeAdapter(Said))
    tables: dict[str, Confusion] = {}
    spoken = {
        split: [_spoken(one) for one in statements if one.split == split]
        for split in {one.split for one in statements}
    }
    for one in examples:
        table = tables.setdefault(one.split, Confusion([*QuoteStatus, TOO_SHORT]))
        candidates = spoken.get(one.split, [])
        found = check(one.quotation, one.speaker, candidates, searched=len(candidates))
        status = found.status.value if found else TOO_SHORT
        table.add(one.status.value, status)
        if status != one.status:
            why = found.why if found else ""
            table.misses.append(Miss(one.id, one.quotation, one.status.value, status, why))
    return tables


def _spoken(said: Said) -> Spoken:
    fields = said.model_dump(exclude={"split"})
    return Spoken(Evidence(claim=said.title, **fields), said.text)
