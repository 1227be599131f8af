"""The whole flow on one screen: which step consumes and produces what.

    feeds -ingest-> articles -extract-> claims -match-> matches -triage-> tasks -review-> verdicts
    tasks, verdicts -alert-> notifications -alert.deliver-> webhooks
    verdicts -evidence-> the evidence store (it runs beside match)

A step's name is its consumer group: renaming one makes it start again from the beginning.
"""

from dataclasses import dataclass

from schemas.topics import ARTICLES, CLAIMS, MATCHES, NOTIFICATIONS, TASKS, VERDICTS, Topic


@dataclass(frozen=True)
class Stage:
    """A row of the flow: `service` is the process that runs the step."""

    step: str
    service: str
    consumes: Topic
    produces: tuple[Topic, ...] = ()


# fmt: off
FLOW = (
    Stage("extract",        "extract", ARTICLES,      (CLAIMS,)),
    Stage("match",          "match",   CLAIMS,        (MATCHES,)),
    Stage("evidence",       "match",   VERDICTS),
    Stage("triage",         "triage",  MATCHES,       (TASKS,)),
    Stage("review",         "review",  TASKS),
    Stage("alert.tasks",    "alert",   TASKS,         (NOTIFICATIONS,)),
    Stage("alert.verdicts", "alert",   VERDICTS,      (NOTIFICATIONS,)),
    Stage("alert.deliver",  "alert",   NOTIFICATIONS),
)
# fmt: on

SERVICES = ("ingest", "extract", "match", "triage", "review", "alert")
"""What `claimdesk run` takes. Ingest has no step: it polls, and produces articles."""
