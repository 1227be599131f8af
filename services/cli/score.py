"""`claimdesk score`: check-worthiness and objectivity of sentences."""

import sys
from typing import Annotated

import typer
from pydantic import BaseModel, Field

from services.cli.common import JsonLines, batched, make_app, write_line
from services.runtime.errors import UserError

BATCH = 256
"""Sentences that are analysed and written together."""


class Sentence(BaseModel):
    """A line of the input."""

    id: str | int
    text: str = Field(min_length=1, max_length=100_000)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score")(score)


def score(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read and write JSON lines; the only form there is.")
    ] = False,
) -> None:
    """Score sentences: how much each is worth checking, and how far it reports rather than judges.

    Reads lines {"id", "text"} from standard input and writes {"id", "check_worthiness", "objective"},
    both from 0 to 1, in the same order. A line that cannot be read is named on stderr; the exit code
    is then 1.
    """
    from services.extract.score import COMPONENTS, score_spans

    if not jsonl:
        raise UserError("score reads JSON lines: claimdesk score --jsonl < sentences.jsonl")
    nlp = make_app().pipeline
    unused = [name for name in nlp.pipe_names if name not in COMPONENTS]
    lines = JsonLines()
    for batch in batched(lines.read(Sentence), BATCH):
        docs = list(nlp.pipe((row.text for _, row in batch), disable=unused))
        for (_, row), scores in zip(batch, score_spans([doc[:] for doc in docs]), strict=True):
            write_line(
                sys.stdout,
                {
                    "id": row.id,
                    "check_worthiness": scores.check_worthiness,
                    "objective": scores.objective,
                },
            )
    lines.exit()
