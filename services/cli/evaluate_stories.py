"""`claimdesk evaluate stories`: copies told from other articles, on simulated edits."""

from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.common import JsonFlag, out, print_json, print_table
from services.cli.demo import CORPUS
from services.runtime.errors import UserError

if TYPE_CHECKING:
    from services.ingest.evaluation_stories import StoryFigures


def register(group: typer.Typer) -> None:
    """Add the command to `evaluate`."""
    group.command()(stories)


def stories(
    path: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            help="A folder of articles, JSON lines with a text (plain or gzip), or a zip of pages; "
            "the demonstration corpus without one.",
        ),
    ] = None,
    crowd: Annotated[
        int, typer.Option(min=0, help="Other articles that are in the window already.")
    ] = 0,
    database: Annotated[
        str | None,
        typer.Option(help="An empty database to measure on; a SQLite file of its own without one."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Copies of one text folded into one story, on edits simulated over the texts of PATH."""
    from services.adapters.sql import make_engine
    from services.adapters.sql_ledger import SqlArticleLedger
    from services.ingest.evaluation_stories import evaluate_stories, read_texts

    texts = read_texts(path or CORPUS / "articles")
    if len(texts) < 3:
        raise UserError(f"{path}: {len(texts)} texts of 120 words or more; the sample needs 3")
    with TemporaryDirectory() as folder:
        engine = make_engine(database or f"sqlite:///{folder}/stories.db")
        ledger = SqlArticleLedger(engine)
        ledger.setup()
        found = evaluate_stories(texts, ledger, crowd)
        engine.dispose()
    figures = {
        "texts": len(texts),
        "articles": found.articles,
        "precision": round(found.right / max(found.claimed, 1), 4),
        "recall": round(found.right / max(found.true, 1), 4),
        "recall_by_edit": {
            edit: round(found.found[edit] / count, 4) for edit, count in found.made.items()
        },
        "crowd": crowd,
        "milliseconds": round(median(found.milliseconds), 2),
    }
    if as_json:
        print_json(figures)
        return
    _print(figures, found)


def _print(figures: dict[str, Any], found: "StoryFigures") -> None:
    from services.ingest.evaluation_stories import STORIES_DEFINITIONS

    for definition in STORIES_DEFINITIONS:
        out.print(f"- {definition}", highlight=False, markup=False)
    rows: list[tuple[str, str, str]] = [
        ("precision", f"{figures['precision']:.3f}", f"{found.right} of {found.claimed}"),
        ("recall", f"{figures['recall']:.3f}", f"{found.right} of {found.true}"),
        *(
            (
                f"recall: {edit}",
                f"{found.found[edit] / count:.3f}",
                f"{found.found[edit]} of {count}",
            )
            for edit, count in found.made.items()
        ),
        ("milliseconds", f"{figures['milliseconds']:.1f}", f"{figures['crowd']} others there"),
    ]
    title = f"{figures['texts']} texts, {figures['articles']} articles"
    print_table(title, ("measure", "value", "counts"), rows)
    if found.wrong:
        wrong = [(one, other, str(n)) for (one, other), n in Counter(found.wrong).most_common()]
        print_table("Joined and should not be", ("one", "other", "pairs"), wrong)
