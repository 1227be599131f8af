"""`claimdesk models`: the language models, built once at set-up."""

from typing import Annotated

import typer

from services.cli.common import JsonFlag, make_app, out, print_json
from services.language.models import build as build_graph
from services.language.models import locate

group = typer.Typer(help="The language models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="models")


@group.command()
def build(
    force: Annotated[bool, typer.Option(help="Build again although it is there.")] = False,
) -> None:
    """Build the sentence encoder's graph from its installed weights. Needs no network."""
    path = build_graph(make_app().settings.model_dir, force=force)
    out.print(f"encoder: {path}", soft_wrap=True, highlight=False)


@group.command()
def check(json: JsonFlag = False) -> None:
    """Load the pipeline and the encoder as a service would, and say what they are."""
    app = make_app()
    nlp = app.pipeline
    app.encoder.encode(["ready"])
    found = {
        "pipeline": f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}",
        "components": list(nlp.pipe_names),
        "encoder": str(locate(app.settings.model_dir).graph),
    }
    if json:
        print_json(found)
        return
    for name, value in found.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        out.print(f"{name}: {shown}", soft_wrap=True, highlight=False)
