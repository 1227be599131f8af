"""`claimdesk match`: JSON lines of claims in, JSON lines of their evidence out."""

import sys
from datetime import date
from typing import Annotated

import typer
from pydantic import Field

from schemas.base import Model
from schemas.evidence import EvidenceKind
from schemas.match import Match
from services.cli.common import JsonLines, StoreOption, batched, make_app, write_line
from services.match.query import Sought
from services.match.quotation import is_checkable
from services.match.quotations import Quotation, check_all
from services.match.ranking import find
from services.ports.evidence_store import Filters
from services.runtime.errors import UserError

BATCH = 64
"""Claims a round trip."""


class _Line(Model):
    id: str
    text: str = Field(min_length=1, max_length=100_000)
    speaker: str | None = None
    date: str | None = None
    quoted: bool = False

    def quotation(self) -> Quotation | None:
        """Its words in quotation marks, where it says that there are such and they are enough."""
        return (
            Quotation(self.text, self.speaker) if self.quoted and is_checkable(self.text) else None
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match")(match)


def match(  # noqa: PLR0913, PLR0917 - one parameter an option
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read JSON lines from standard input.")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="Matches a claim, at most.")] = 20,
    min_probability: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out what is less likely than this.")
    ] = 0.0,
    slots: Annotated[
        bool, typer.Option("--slots", help="Also write the difference, slot by slot.")
    ] = False,
    kinds: Annotated[
        list[EvidenceKind] | None, typer.Option("--kind", help="Only evidence of this kind.")
    ] = None,
    languages: Annotated[
        list[str] | None, typer.Option("--language", help="Only evidence in this language: en.")
    ] = None,
    publishers: Annotated[
        list[str] | None,
        typer.Option("--publisher", help="Only of this publisher, by its whole name."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only evidence dated on this day or later: 2024-05-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Only evidence dated on this day or before.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Find the evidence for claims.

    Reads {"id","text","speaker"?,"date"?,"quoted"?} and writes {"id","matches":[{"evidence_id","score",
    "probability","relation","why","slots"?}]}; for a line with "quoted": true also "quotation", what became of
    the words between its quotation marks (of all of it when it has none). Exit code 1 if a line was not handled.
    --kind, --language and --publisher may be given several times; they do not limit where quotations are looked for.
    """
    if not jsonl:
        raise UserError("say --jsonl and give JSON lines on standard input")
    filters = Filters(
        kinds or (),
        languages or (),
        publishers or (),
        _day("--since", since),
        _day("--until", until),
    )
    app = make_app(store=store)
    lines = JsonLines()
    for batch in batched(lines.read(_Line), BATCH):
        rows = [row for _, row in batch]
        found, degraded = find(
            [Sought(row.text, row.speaker) for row in rows],
            store=app.evidence_store,
            analyser=app.analyser,
            top=top,
            least=min_probability,
            filters=filters,
        )
        quotations = [one for row in rows if (one := row.quotation())]
        checks = iter(check_all(quotations, store=app.evidence_store, analyser=app.analyser))
        for row, matches in zip(rows, found, strict=True):
            line: dict[str, object] = {
                "id": row.id,
                "matches": [_brief(one, slots=slots) for one in matches],
            }
            if row.quoted:
                checked = next(checks) if row.quotation() else None
                line["quotation"] = checked.model_dump(mode="json") if checked else None
            write_line(sys.stdout, line)
        sys.stdout.flush()
        if degraded:
            sys.stderr.write(f"out of order: {', '.join(degraded)}; matched without\n")
    lines.exit()


def _day(option: str, value: str | None) -> str | None:
    """The day as the store compares it. Raises UserError for what is none."""
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise UserError(f"{option} {value!r} is no day: write it as 2024-05-01") from error


def _brief(found: Match, *, slots: bool) -> dict[str, object]:
    told = {"slots": [slot.model_dump(mode="json") for slot in found.slots]} if slots else {}
    return {
        **told,
        "evidence_id": found.evidence.id,
        "score": found.score,
        "probability": found.probability,
        "relation": found.relation.value,
        "why": found.why,
    }
