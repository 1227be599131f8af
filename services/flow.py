"""The whole flow on one screen: which step consumes and produces what.

    feeds -ingest-> articles -extract-> claims -match-> matches -triage-> tasks -review-> verdicts
    verdicts -review.publish-> what readers are shown
    matches, tasks, verdicts -alert-> notifications -alert.deliver-> webhooks, e-mail, chat, feeds
    verdicts -evidence-> the evidence store, and evidence (it runs beside match, as the next two do)
    evidence -rematch-> matches of claims seen before; -review.evidence-> out of the tasks that leaned on it
    clusters (reviewers' merges and splits) -clusters-> the claim store
    matches -review.revisions-> out of the tasks of claims that an article no longer holds

A step's name is its consumer group: renaming one makes it start again from the beginning.
"""

from dataclasses import dataclass

from schemas.topics import (
    ARTICLES,
    CLAIMS,
    CLUSTERS,
    EVIDENCE,
    MATCHES,
    NOTIFICATIONS,
    TASKS,
    VERDICTS,
    Topic,
)


@dataclass(frozen=True)
class Stage:
    """A row of the flow: `service` is the process that runs the step."""

    step: str
    service: str
    consumes: Topic
    produces: tuple[Topic, ...] = ()


# fmt: off
FLOW = (
    Stage("extract",          "extract", ARTICLES,      (CLAIMS,)),
    Stage("match",            "match",   CLAIMS,        (MATCHES,)),
    Stage("evidence",         "match",   VERDICTS,      (EVIDENCE,)),
    Stage("rematch",          "match",   EVIDENCE,      (MATCHES,)),
    Stage("clusters",         "match",   CLUSTERS),
    Stage("triage",           "triage",  MATCHES,       (TASKS,)),
    Stage("review",           "review",  TASKS),
    Stage("review.revisions", "review",  MATCHES),
    Stage("review.evidence",  "review",  EVIDENCE),
    Stage("review.publish",   "review",  VERDICTS),
    Stage("alert.matches",    "alert",   MATCHES,       (NOTIFICATIONS,)),
    Stage("alert.tasks",      "alert",   TASKS,         (NOTIFICATIONS,)),
    Stage("alert.verdicts",   "alert",   VERDICTS,      (NOTIFICATIONS,)),
    Stage("alert.deliver",    "alert",   NOTIFICATIONS),
)
# fmt: on

SERVICES = ("ingest", "extract", "match", "triage", "review", "alert")
"""What `claimdesk run` takes. Ingest has no step: it polls, and produces articles."""
