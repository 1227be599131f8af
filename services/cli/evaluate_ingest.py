"""`claimdesk evaluate feeds|pages`: how well documents are read, on files with known answers."""

from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.common import JsonFlag, out, print_json, print_table

if TYPE_CHECKING:
    from services.ingest.evaluation_feeds import CaseFigures, RealFigures
    from services.ingest.evaluation_pages import PageResult

PathArgument = Annotated[
    Path, typer.Argument(exists=True, readable=True, help="A folder or a zip file.")
]
ErrorsFlag = Annotated[bool, typer.Option("--errors", help="List each miss.")]
_LONGEST = 60


def register(group: typer.Typer) -> None:
    """Add the commands to the group `evaluate`."""
    group.command("feeds")(feeds)
    group.command("pages")(pages)


def feeds(path: PathArgument, errors: ErrorsFlag = False, as_json: JsonFlag = False) -> None:
    """Feeds: those with an expectation in a comment against it, the others against feedparser."""
    from services.ingest.evaluation_feeds import (
        FEEDS_DEFINITIONS,
        evaluate_cases,
        evaluate_real,
        expectation_of,
        read_files,
    )

    files = [row for row in read_files(path) if row[0].endswith((".xml", ".json"))]
    cases = [row for row in files if expectation_of(row[1])]
    known = {name for name, _ in cases}
    real = [row for row in files if row[0] not in known]
    found = (evaluate_cases(cases) if cases else None, evaluate_real(real) if real else None)
    if as_json:
        print_json(_feeds_json(*found))
        return
    if found[0]:
        _print_cases(found[0], errors)
    if found[1]:
        _print_real(found[1], errors)
    for definition in FEEDS_DEFINITIONS:
        out.print(f"  {definition}", style="dim", highlight=False)


def _feeds_json(cases: "CaseFigures | None", real: "RealFigures | None") -> dict[str, Any]:
    result: dict[str, Any] = {}
    if cases:
        rows = [
            {"group": group, "field": name, **asdict(row)}
            for (group, name), row in sorted(cases.agreement.items())
        ]
        result["cases"] = asdict(cases) | {"agreement": rows}
    if real:
        result["real"] = asdict(real)
    return result


def _print_cases(found: "CaseFigures", errors: bool) -> None:
    print_table(
        f"{found.files} cases, {len(found.broken)} broken",
        ("cases", "field", "checks", "right", "feedparser right"),
        (
            (group, name, row.total, row.ours, row.feedparser)
            for (group, name), row in sorted(found.agreement.items())
        ),
    )
    if errors:
        print_table("Misses", ("file", "field", "expected", "found"), map(_short, found.misses))


def _print_real(found: "RealFigures", errors: bool) -> None:
    share = found.seconds / found.feedparser_seconds if found.feedparser_seconds else 0.0
    out.print(
        f"{found.files} feeds, {found.entries} items, {found.well_formed} well-formed; {found.seconds:.2f} s, "
        f"feedparser {found.feedparser_seconds:.2f} s (ratio {share:.3f})"
    )
    print_table(
        "Differences from feedparser", ("field", "items"), sorted(found.differences.items())
    )
    if errors:
        print_table("Each", ("item", "field", "feedparser", "found"), map(_short, found.examples))


def pages(path: PathArgument, errors: ErrorsFlag = False, as_json: JsonFlag = False) -> None:
    """Article pages: their text, title, date and byline, against what annotators took from them."""
    from services.ingest.evaluation_pages import PAGES_DEFINITIONS, evaluate_pages

    results = evaluate_pages(path)
    figures = _page_figures(results)
    if as_json:
        rows = [asdict(row) for row in results] if errors else []
        print_json({"pages": len(results), **figures, **({"results": rows} if errors else {})})
        return
    print_table(
        f"{len(results)} pages",
        ("measure", "value"),
        ((name, f"{value:.3f}") for name, value in figures.items()),
    )
    if errors:
        print_table("Misses", ("page", "what", "expected", "found"), _page_misses(results))
    for definition in PAGES_DEFINITIONS:
        out.print(f"  {definition}", style="dim", highlight=False)


def _page_figures(results: "list[PageResult]") -> dict[str, float]:
    named = [row.byline for row in results if row.byline is not None]
    figures = {
        name: fmean(float(getattr(row, name)) for row in results) if results else 0.0
        for name in ("f1", "precision", "recall", "published", "day", "title", "exact_title")
    }
    return figures | {"byline": fmean(map(float, named)) if named else 0.0}


def _page_misses(results: "list[PageResult]") -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for row in results:
        if row.f1 < 0.9:
            rows.append(
                (row.page, "text", f"recall {row.recall:.2f}", f"precision {row.precision:.2f}")
            )
        given = row.found
        pairs = {
            "exact_title": (row.expected.title, given and given.title),
            "published": (row.expected.published, given and given.published_at),
            "byline": (", ".join(row.expected.authors), given and given.byline),
        }
        rows += [
            (row.page, name, *map(str, pair))
            for name, pair in pairs.items()
            if getattr(row, name) is False
        ]
    return [_short(row) for row in rows]


def _short(row: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row, cut for a table."""
    return tuple(cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…" for cell in row)
