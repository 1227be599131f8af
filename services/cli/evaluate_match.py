"""`claimdesk evaluate relations` and `quotations`: match on labelled pairs and quotations."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.common import JsonFlag, make_app, out, print_json, print_table

if TYPE_CHECKING:
    from services.match.evaluation import Confusion

_FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
_DEFINITION = (
    "Rows are labels, columns what was found. Macro F1 is the mean F1 of the labels that occur in a split. "
    "Misses are shown of dev only: those of a test part are for nobody who tunes."
)


def register(group: typer.Typer) -> None:
    """Add the commands to `claimdesk evaluate`."""
    group.command()(relations)
    group.command()(quotations)


def relations(file: _FileArgument, as_json: JsonFlag = False) -> None:
    """Relations of claims and evidence on labelled pairs (JSON lines: claim, evidence, relation, split)."""
    from services.match.evaluation_relations import evaluate_relations

    _print(evaluate_relations(file, make_app().analyser), as_json=as_json)


def quotations(file: _FileArgument, as_json: JsonFlag = False) -> None:
    """Quotations on labelled ones (JSON lines: quotation, speaker, status, split; statements.jsonl beside them)."""
    from services.match.evaluation_quotations import evaluate_quotations

    _print(evaluate_quotations(file), as_json=as_json)


def _print(tables: "Mapping[str, Confusion]", *, as_json: bool) -> None:
    if as_json:
        print_json({split: table.as_dict() for split, table in tables.items()})
        return
    out.print(f"- {_DEFINITION}", highlight=False, markup=False)
    for split, table in tables.items():
        print_table(
            f"{split}: {table.total} examples, macro F1 {table.macro_f1:.3f}",
            ("labelled", *table.labels, "F1"),
            list(table.rows()),
        )
        if split != "test" and table.misses:
            misses = [(m.id, m.text, m.labelled, m.found, m.why) for m in table.misses]
            print_table("Misses", ("id", "text", "labelled", "found", "why"), misses)
