"""From the matches of one article to verification tasks."""

from collections.abc import Iterable, Iterator

from schemas.match import ArticleMatches, ClaimMatches
from schemas.task import Sighting, Task
from services.language.wording import wording_id
from services.triage.changes import changes_of
from services.triage.merge import build


def handle(matches: ArticleMatches, *, threshold: float) -> Iterable[Task]:
    """One task for each distinct claim that is worth a reviewer's time, in reading order.

    `threshold` is the least check-worthiness (0 to 1) of a claim on which no evidence speaks. Pure:
    the same event gives the same tasks, whenever it comes.
    """
    for cluster, members in _clusters(matches.claims):
        sightings = [
            Sighting(article=matches.article, claim=row.claim, own_cluster_id=row.own_cluster_id)
            for row in members
        ]
        evidence = [match for row in members for match in row.matches]
        quotations = [row.quotation for row in members]
        task = build(cluster, sightings, evidence, threshold, quotations)
        if task is not None:
            changes = list(changes_of(matches, evidence))
            yield task.model_copy(update={"changes": changes}) if changes else task


def _clusters(rows: Iterable[ClaimMatches]) -> Iterator[tuple[str, list[ClaimMatches]]]:
    clusters: dict[str, list[ClaimMatches]] = {}
    for row in rows:
        clusters.setdefault(row.cluster_id or wording_id(row.claim), []).append(row)
    yield from clusters.items()
