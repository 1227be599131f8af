"""The one table of topics: what flows on each, in which order, for how long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from schemas.article import Article
from schemas.base import Model
from schemas.claim import ArticleClaims
from schemas.cluster_choice import ClusterChoice
from schemas.dead_letter import DeadLetter
from schemas.evidence_change import EvidenceChange
from schemas.match import ArticleMatches
from schemas.notification import Notification
from schemas.task import Task
from schemas.verdict import Verdict


@dataclass(frozen=True)
class Topic:
    """One stream of events.

    `key` gives the ordering key: messages of one key keep their order, nothing else does. `versions`
    are the schema versions that today's code reads; the last is the one it writes. A message that a
    reader of this topic cannot handle goes to `DEAD_LETTERS`, unless `dead_letters` is false.
    """

    name: str
    event: str
    model: type[Model]
    key: Callable[[Any], str]
    key_of: str
    partitions: int
    retention: timedelta
    cleanup: Literal["delete", "compact"] = "delete"
    dead_letters: bool = True
    versions: tuple[int, ...] = (1,)

    @property
    def type(self) -> str:
        """The CloudEvents type that is written: `claimdesk.<event>.v<version>`."""
        return f"claimdesk.{self.event}.v{self.versions[-1]}"


_WEEK = timedelta(days=7)
_YEAR = timedelta(days=365)

# fmt: off
ARTICLES = Topic("claimdesk.articles", "article", Article,
                 lambda a: a.id, "article id", 12, _WEEK)
CLAIMS = Topic("claimdesk.claims", "claims", ArticleClaims,
               lambda c: c.article.id, "article id", 12, _WEEK)
MATCHES = Topic("claimdesk.matches", "matches", ArticleMatches,
                lambda m: m.article.id, "article id", 12, _WEEK)
TASKS = Topic("claimdesk.tasks", "task", Task,
              lambda t: t.id, "task id", 12, 4 * _WEEK)
VERDICTS = Topic("claimdesk.verdicts", "verdict", Verdict,
                 lambda v: v.task_id, "task id", 3, _YEAR)
EVIDENCE = Topic("claimdesk.evidence", "evidence", EvidenceChange,
                 lambda e: e.evidence_id, "evidence id", 3, _WEEK)
# One partition keeps choices in the order in which people made them; compaction keeps each for good.
CLUSTERS = Topic("claimdesk.clusters", "cluster-choice", ClusterChoice,
                 lambda c: c.about, "choice id", 1, _YEAR, "compact")
NOTIFICATIONS = Topic("claimdesk.notifications", "notification", Notification,
                      lambda n: n.subscription_id, "subscription id", 3, _WEEK)
DEAD_LETTERS = Topic("claimdesk.dead-letters", "dead-letter", DeadLetter,
                     lambda d: d.id, "dead letter id", 1, _YEAR, "compact", dead_letters=False)
# fmt: on

TOPICS = (
    ARTICLES,
    CLAIMS,
    MATCHES,
    TASKS,
    VERDICTS,
    EVIDENCE,
    CLUSTERS,
    NOTIFICATIONS,
    DEAD_LETTERS,
)
"""Every topic there is."""

BY_NAME = {topic.name: topic for topic in TOPICS}
"""Topics by their name."""

BY_MODEL = {topic.model: topic for topic in TOPICS}
"""The topic that carries a model; each model has one."""
