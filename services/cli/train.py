"""`claimdesk train`: fit what ships, from data that may."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from services.app import App
from services.cli.common import make_app, out, print_table
from services.evidence.documents import to_documents
from services.evidence.load import load
from services.match.probability import RERANKER
from services.match.training import PRIOR, examples, fit, read_pairs, report, save
from services.runtime.settings import Settings

commands = typer.Typer(help="Fit the models that ship.", no_args_is_help=True)

_THRESHOLDS = (0.2, 0.5)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="train")


@commands.command()
def reranker(
    pairs_file: Annotated[
        Path, typer.Option("--pairs", help="JSON lines of claim, evidence, relation, split.")
    ] = Path("tests/evaluation/relations.jsonl"),
    others: Annotated[
        Path, typer.Option("--evidence", help="More evidence for the claims to be told from.")
    ] = Path("demo/evidence.jsonl"),
    target: Annotated[Path, typer.Option("--out", help="Where the model is written.")] = RERANKER,
) -> None:
    """Fit the weights of the match score on the project's own pairs; the part `test` is only measured."""
    make_app()  # settings and logging
    pairs = read_pairs(pairs_file)
    with tempfile.TemporaryDirectory() as folder:
        app = App(Settings(data_dir=Path(folder)))
        store, analyser = app.evidence_store, app.analyser
        load([others], store=store, analyser=analyser)
        store.upsert(to_documents([pair.evidence for pair in pairs], analyser))
        seen = examples([one for one in pairs if not one.held_out], store, analyser)
        held = examples([one for one in pairs if one.held_out], store, analyser)
        app.close()
    model = fit(seen)
    figures = report(model, held, _THRESHOLDS)
    card = {
        "what": "log-odds that evidence is about the same claim, from features that can be read",
        "data": "the project's own pairs and the demonstration's evidence; nothing else",
        "held to": dict(PRIOR),
        "examples": len(seen.truth),
        "measured on the held-out part": figures,
    }
    save(model, target, card)
    print_table("held-out part", ("measure", "value"), figures.items())
    out.print(f"written to {target}")
