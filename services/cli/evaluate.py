"""`claimdesk evaluate`: how well the parts do on data with known answers."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import evaluate_ingest, evaluate_match, evaluate_retrieval, evaluate_stories
from services.cli.common import JsonFlag, make_app, out, print_json, print_table

if TYPE_CHECKING:
    from services.extract.evaluation import Found, Ratio
    from services.extract.evaluation_dates import DateFigures
    from services.extract.evaluation_errors import ArticleMistakes
    from services.extract.evaluation_fields import SplitFigures
    from services.extract.evaluation_scores import Report

_SCORE_DEFINITION = (
    "F1 is that of the positive class at 0.5, macro F1 the mean over both classes; the calibration error is the "
    "mean distance of predicted and observed share over ten bins, weighted by count."
)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
ErrorsOption = Annotated[
    Path | None,
    typer.Option(
        "--errors", dir_okay=False, help="Write a page that shows each mistake in its text."
    ),
]
FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, readable=True)]


def register(app: typer.Typer) -> None:
    """Add the group `evaluate`."""
    group = typer.Typer(help="Measure on data with known answers.", no_args_is_help=True)
    app.add_typer(group, name="evaluate")
    for command in (seed, attribution, checkworthiness, objectivity, dates, fields):
        group.command()(command)
    evaluate_retrieval.register(app)
    evaluate_ingest.register(group)
    evaluate_stories.register(group)
    evaluate_match.register(group)


def seed(folder: FolderArgument, errors: ErrorsOption = None, as_json: JsonFlag = False) -> None:
    """Claims, speakers, chains and dates of one annotated article (a folder with gold.json)."""
    from services.extract.evaluation import SEED_DEFINITIONS, evaluate_seed

    found = evaluate_seed(folder, make_app().pipeline)
    _write_errors(errors, f"Claims of {folder.name}", [found.mistakes])
    ratios = {
        name: getattr(found, name) for name in ("claims", "speakers", "chains", "dates", "due")
    }
    if as_json:
        figures = {name: _ratio(ratio) for name, ratio in ratios.items()}
        print_json(
            {
                **figures,
                "trespasses": found.trespasses,
                "results": [asdict(r) for r in found.results],
            }
        )
        return
    _print_definitions(SEED_DEFINITIONS)
    print_table(
        "Figures", ("measure", "right", "of"), [(n, r.hits, r.total) for n, r in ratios.items()]
    )
    out.print(f"trespasses: {len(found.trespasses)}", *found.trespasses, highlight=False)
    misses = [r for r in found.results if not r.found or r.wrong]
    if misses:
        rows = [(r.text, r.nearest, r.overlap, ", ".join(r.wrong)) for r in misses]
        print_table("Misses", ("annotated", "nearest", "overlap", "wrong"), rows)


def attribution(file: FileArgument, errors: ErrorsOption = None, as_json: JsonFlag = False) -> None:
    """Contents and sources on annotated texts (JSON lines, plain or gzip: id, text, attributions)."""
    from services.extract.evaluation import ATTRIBUTION_DEFINITIONS, evaluate_attribution

    found = evaluate_attribution(file, make_app().pipeline)
    _write_errors(errors, f"Attribution in {file.name}", found.mistakes)
    if as_json:
        print_json(
            {
                "articles": found.articles,
                "content": _found(found.content),
                "quoted": _found(found.quoted),
                "source": _ratio(found.source),
                "source_out_of_sentence": _ratio(found.source_out_of_sentence),
            }
        )
        return
    _print_definitions(ATTRIBUTION_DEFINITIONS)
    rows: list[tuple[Any, ...]] = []
    for name, part in (("content", found.content), ("quoted content", found.quoted)):
        rows += _found_rows(name, part)
    for name, ratio in (
        ("source right", found.source),
        ("source right, out of the sentence", found.source_out_of_sentence),
    ):
        rows.append((name, f"{ratio.value:.3f}", _counts(ratio)))
    print_table(f"{found.articles} articles", ("measure", "value", "counts"), rows)


def checkworthiness(file: FileArgument, as_json: JsonFlag = False) -> None:
    """Check-worthiness on ClaimBuster's CSV (columns Text, Verdict): class 1 against the rest."""
    from services.extract.evaluation_scores import evaluate_checkworthiness

    _print_scores(evaluate_checkworthiness(file, make_app().pipeline), as_json=as_json)


def objectivity(file: FileArgument, as_json: JsonFlag = False) -> None:
    """Subjectivity on a CheckThat! TSV (columns sentence, label): SUBJ is the positive class."""
    from services.extract.evaluation_scores import evaluate_objectivity

    _print_scores(evaluate_objectivity(file, make_app().pipeline), as_json=as_json)


def dates(file: FileArgument, as_json: JsonFlag = False) -> None:
    """Expressions of time on labelled sentences (JSON lines: text, published_at, dates, split)."""
    from services.extract.evaluation_dates import DATES_DEFINITIONS, evaluate_dates

    found = evaluate_dates(file, make_app().pipeline)
    if as_json:
        print_json({name: _dates(figures) for name, figures in found.items()})
        return
    _print_definitions(DATES_DEFINITIONS)
    for name, figures in found.items():
        parts = (
            ("expressions", figures.expressions),
            ("dates", figures.dates),
            ("flags", figures.flags),
        )
        rows: list[tuple[Any, ...]] = []
        for what, part in parts:
            rows += _found_rows(what, part)
        print_table(f"{name}: {figures.texts} texts", ("measure", "value", "counts"), rows)
        # The errors of test parts are for nobody who tunes.
        if figures.misses and not name.startswith("test"):
            misses = [(one.text, one.wanted, one.got) for one in figures.misses]
            print_table("Misses", ("text", "annotated", "found"), misses)


def _dates(figures: "DateFigures") -> dict[str, Any]:
    return {
        "texts": figures.texts,
        "expressions": _found(figures.expressions),
        "dates": _found(figures.dates),
        "flags": _found(figures.flags),
    }


def fields(file: FileArgument, errors: ErrorsOption = None, as_json: JsonFlag = False) -> None:
    """Negation, modality, comparisons and places on labelled sentences (JSON lines)."""
    from services.extract.evaluation_fields import FIELDS_DEFINITIONS, evaluate_fields

    found = evaluate_fields(file, make_app().pipeline)
    # The errors of test parts are for nobody who tunes.
    shown = [text for name, figures in found.items() if name != "test" for text in figures.mistakes]
    _write_errors(errors, f"Claim fields in {file.name}", shown)
    if as_json:
        print_json({name: _fields(figures) for name, figures in found.items()})
        return
    _print_definitions(FIELDS_DEFINITIONS)
    for name, figures in found.items():
        rows: list[tuple[Any, ...]] = []
        for field, part in figures.fields.items():
            rows += [
                *_found_rows(field, part.found),
                (f"{field}, right: F1", f"{part.right.f1:.3f}", _counts(part.right.recall)),
            ]
        print_table(f"{name}: {figures.texts} texts", ("measure", "value", "counts"), rows)


def _fields(figures: "SplitFigures") -> dict[str, Any]:
    return {"texts": figures.texts} | {
        name: {"found": _found(part.found), "right": _found(part.right)}
        for name, part in figures.fields.items()
    }


def _write_errors(path: Path | None, title: str, articles: "Sequence[ArticleMistakes]") -> None:
    if path is not None:
        from services.extract.evaluation_errors import write_errors

        write_errors(path, title, articles)


def _print_scores(report: "Report", *, as_json: bool) -> None:
    figures = report.as_dict()
    if as_json:
        print_json(figures)
        return
    _print_definitions([_SCORE_DEFINITION])
    bins = figures.pop("reliability")
    print_table("Figures", ("measure", "value"), list(figures.items()))
    if isinstance(bins, Sequence):
        rows = [tuple(row.values()) for row in bins if isinstance(row, dict)]
        print_table("Reliability", ("from", "to", "sentences", "predicted", "observed"), rows)


def _print_definitions(definitions: Sequence[str]) -> None:
    for definition in definitions:
        out.print(f"- {definition}", highlight=False, markup=False)


def _found_rows(name: str, part: "Found") -> list[tuple[Any, ...]]:
    return [
        (f"{name}: precision", f"{part.precision.value:.3f}", _counts(part.precision)),
        (f"{name}: recall", f"{part.recall.value:.3f}", _counts(part.recall)),
        (f"{name}: F1", f"{part.f1:.3f}", ""),
    ]


def _ratio(ratio: "Ratio") -> dict[str, float]:
    return {"hits": ratio.hits, "total": ratio.total, "value": round(ratio.value, 4)}


def _found(found: "Found") -> dict[str, Any]:
    return {
        "precision": _ratio(found.precision),
        "recall": _ratio(found.recall),
        "f1": round(found.f1, 4),
    }


def _counts(ratio: "Ratio") -> str:
    return f"{ratio.hits} of {ratio.total}"
