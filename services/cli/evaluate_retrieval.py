"""`claimdesk evaluate retrieval`: how well the right evidence is found, on a judged test set."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.app import App
from services.cli.common import (
    JsonFlag,
    StoreOption,
    make_app,
    out,
    print_json,
    print_table,
    progress,
)
from services.evidence.evaluation import (
    CUT,
    DEEP,
    DEFINITIONS,
    Figures,
    Judged,
    Topic,
    interval,
    mean,
    measure,
    read_judged,
)
from services.match.query import Sought
from services.match.ranking import find
from services.ports.evidence_store import Query

BATCH = 64
"""Queries a round trip, as `claimdesk match` sends them."""

_NAMES = {"map": f"MAP@{CUT}", "p1": "P@1", "mrr": "MRR", "recall": f"recall@{DEEP}"}


class Ranker(StrEnum):
    """What orders the items."""

    MATCH = "match"
    STORE = "store"


def register(app: typer.Typer) -> None:
    """Add the command to the group `evaluate`, which is made if nobody has."""
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    group = groups.get("evaluate")
    if group is None:
        group = typer.Typer(help="Measure on judged test sets.", no_args_is_help=True)
        app.add_typer(group, name="evaluate")
    group.command("retrieval")(retrieval)


def retrieval(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Holds queries.SPLIT.tsv and qrels.SPLIT.tsv; its corpus is loaded."
        ),
    ],
    split: Annotated[str, typer.Option(help="The split's name.")] = "dev",
    ranker: Annotated[
        Ranker, typer.Option(help="The match service's ranking, or the store's own.")
    ] = Ranker.MATCH,
    store: StoreOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure how well the evidence that was loaded answers a test set's queries."""
    judged = read_judged(folder, split)
    app = make_app(store=store)
    started = time.perf_counter()
    figures = _figures(app, judged, ranker)
    rate = len(figures) / (time.perf_counter() - started)
    result, bounds = mean(figures), interval(figures)
    if as_json:
        summary = {"queries": len(figures), "queries_per_second": round(rate, 2)}
        print_json({**summary, **asdict(result), "intervals": bounds})
        return
    print_table(
        f"{folder.name}, {split}: {len(figures)} queries, {rate:.1f} a second, ranked by {ranker}",
        ("measure", "value", "95% interval"),
        (
            (_NAMES[name], f"{value:.3f}", "{:.3f} to {:.3f}".format(*bounds[name]))
            for name, value in asdict(result).items()
        ),
    )
    for definition in DEFINITIONS:
        out.print(f"  {definition}", style="dim", highlight=False)


def _figures(app: App, judged: Judged, ranker: Ranker) -> list[Figures]:
    rank = {Ranker.MATCH: _by_match, Ranker.STORE: _by_store}[ranker]
    figures: list[Figures] = []
    with progress("queries") as bar:
        task = bar.add_task("ranking", total=len(judged.topics))
        for start in range(0, len(judged.topics), BATCH):
            topics = judged.topics[start : start + BATCH]
            for topic, ranking in zip(topics, rank(app, topics), strict=True):
                figures.append(measure(ranking, judged.right[topic.id]))
            bar.advance(task, len(topics))
    return figures


def _by_match(app: App, topics: Sequence[Topic]) -> list[list[str]]:
    sought = [Sought(topic.text) for topic in topics]
    found, _ = find(sought, store=app.evidence_store, analyser=app.analyser, top=DEEP)
    return [[match.evidence.id for match in matches] for matches in found]


def _by_store(app: App, topics: Sequence[Topic]) -> list[list[str]]:
    texts = [topic.text for topic in topics]
    terms, vectors = app.analyser.terms(texts), app.analyser.vectors(texts)
    queries = [Query(*pair) for pair in zip(terms, vectors, strict=True)]
    return [[hit.evidence.id for hit in hits] for hits in app.evidence_store.search(queries, DEEP)]
