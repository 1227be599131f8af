"""`claimdesk extract`: texts in, claims with exact offsets out."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import AwareDatetime, BaseModel, Field

from schemas.article import MAX_TEXT
from schemas.base import Span
from schemas.claim import Attribution, Claim
from services.cli.claims import describe
from services.cli.common import (
    JsonLines,
    batched,
    make_app,
    out,
    printable,
    progress,
    write_line,
)
from services.extract.extraction import Extraction, Source, extract, extract_all
from services.extract.readable import require_english
from services.runtime.errors import BadMessage, UserError

MAX_BYTES = 4 * MAX_TEXT + 1
_BATCH = 16
"""Texts read ahead, so that the pipeline works on several at once."""


class TextRow(BaseModel):
    """One line of input."""

    id: str = Field(min_length=1)
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    published_at: AwareDatetime | datetime | None = None
    language: str = "und"


def register(app: typer.Typer) -> None:
    """Add `extract`."""
    app.command("extract")(extract_command)


def extract_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="A plain text to read for a person; - is standard input."),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read JSON lines from standard input, write JSON lines.")
    ] = False,
    published_at: Annotated[
        datetime | None,
        typer.Option(help="With FILE: when it came out, so that relative dates can be told."),
    ] = None,
) -> None:
    """Extract attributions, claims and excluded spans from texts.

    With FILE, prints each claim with all that is known of it. With --jsonl, reads {"id", "text", "published_at"?} a line and writes one line for each that was handled; a line that
    was not is told on standard error, and the exit code is then 1. Offsets point into the given text.
    """
    if jsonl == (file is not None):
        raise UserError(
            "extract reads either one text, claimdesk extract FILE, or JSON lines: claimdesk extract --jsonl "
            '< texts.jsonl, each {"id", "text", "published_at"?}'
        )
    if file is not None:
        _print_claims(file, published_at)
        return
    lines = JsonLines()
    nlp = make_app().pipeline
    with progress("texts") as bar:
        task = bar.add_task("extract", total=None)
        for batch in batched(_readable(lines), _BATCH):
            sources = [Source(row.id, row.text, row.published_at) for row in batch]
            for source, found in zip(sources, extract_all(sources, nlp), strict=True):
                write_line(sys.stdout, to_line(source.id, found))
                bar.advance(task)
            sys.stdout.flush()
    lines.exit()


def _print_claims(file: Path, published_at: datetime | None) -> None:
    text = _read(file)
    try:
        require_english(text, "und")
    except BadMessage as error:
        raise UserError(f"{file}: {error}") from error
    found = extract(Source(file.name, text, published_at), make_app().pipeline)
    for number, claim in enumerate(found.claims, 1):
        _print(f"{number}. {claim.text}")
        for name, value in describe(claim, text):
            _print(f"   {name:<10}{value}")
    _print(f"{len(found.claims)} claims, {len(found.attributions)} attributions")


def _read(file: Path) -> str:
    """The text. Raises UserError naming the file where it cannot be read, is too long or is not UTF-8."""
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES) if str(file) == "-" else _first_bytes(file)
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: not readable as a UTF-8 text: {error}") from error
    if len(raw) == MAX_BYTES or len(text) > MAX_TEXT:
        raise UserError(f"{file}: longer than {MAX_TEXT:,} characters; give one article at a time")
    return text


def _first_bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES)


def _print(line: str) -> None:
    out.print(printable(line), markup=False, highlight=False, soft_wrap=True)


def _readable(lines: JsonLines) -> Iterator[TextRow]:
    for number, row in lines.read(TextRow):
        try:
            require_english(row.text, row.language)
        except BadMessage as error:
            lines.fail(number, f"{row.id}: {error}")
            continue
        yield row


def to_line(id: str, found: Extraction) -> dict[str, Any]:  # noqa: A002 - the contract's own field
    """One line of output."""
    return {
        "id": id,
        "attributions": [_attribution(one) for one in found.attributions],
        "claims": [_claim(claim) for claim in found.claims],
        "excluded": [{"span": list(one.span), "kind": one.kind.value} for one in found.excluded],
    }


def _attribution(one: Attribution) -> dict[str, Any]:
    return {
        "source": _spans(one.source),
        "cue": _spans(one.cue),
        "content": _spans(one.content),
        "speaker": one.speaker,
        "direct": one.quote.value == "direct",
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "span": list(claim.span),
        "text": claim.text,
        "speaker": claim.speaker,
        "quote": claim.quote.value,
        "kind": claim.kind.value,
        "check_worthiness": claim.check_worthiness,
        "dates": [mention.value for mention in claim.dates],
        "due": claim.due,
        "reported_by": claim.reported_by,
        "quantities": [quantity.text for quantity in claim.quantities],
    }


def _spans(spans: list[Span]) -> list[list[int]]:
    return [list(span) for span in spans]
