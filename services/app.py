"""The only composition root: settings to adapters to services.

Parts are made when first asked for, so that a command pays only for what it uses.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from services import __version__
from services.flow import FLOW, SERVICES
from services.ports.accounts import Accounts
from services.ports.alert_store import AlertStore
from services.ports.answers import AnswerStore
from services.ports.article_ledger import ArticleLedger
from services.ports.audit_log import AuditLog
from services.ports.chat import Chat
from services.ports.claim_store import ClaimStore
from services.ports.event_log import LogAdmin, Producer, Runner
from services.ports.evidence_store import EvidenceStore
from services.ports.feed_registry import FeedRegistry
from services.ports.published import PublishedStore
from services.ports.subscribing import Subscribing
from services.ports.task_store import TaskStore
from services.ports.web import Web
from services.ports.work import Policy
from services.runtime.clock import Clock, SystemClock
from services.runtime.health import Health
from services.runtime.service import Background, Service
from services.runtime.settings import Settings
from services.runtime.step import Handle, Step

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from services.adapters.embedded_log import EmbeddedLog
    from services.adapters.vault import FernetVault
    from services.alert.channels import Channels
    from services.ingest.intake import Intake
    from services.ingest.service import FeedPoller
    from services.language.analysis import Analyser
    from services.language.encoder import Encoder
    from services.review.parts import Parts


class Closable(Protocol):
    """A part that holds connections or files."""

    def close(self) -> None:
        """Let go of them."""
        ...


Part = TypeVar("Part", bound=Closable)


class App:
    """The parts of one process, by `settings`."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._closing = ExitStack()

    def close(self) -> None:
        """Disconnect whatever was connected; a part that is asked for afterwards is the closed one."""
        self._closing.close()

    def _kept(self, part: Part) -> Part:
        self._closing.callback(part.close)
        return part

    # Language

    @cached_property
    def pipeline(self) -> Any:
        """The spaCy pipeline."""
        from services.language.pipeline import load_pipeline

        return load_pipeline(self.settings.pipeline, use_blis=self.settings.use_blis)

    @cached_property
    def encoder(self) -> "Encoder":
        """The sentence encoder."""
        from services.language.encoder import load_encoder

        return load_encoder(self.settings.model_dir)

    def encode(self, texts: Sequence[str]) -> Any:
        """Vectors of texts; the encoder is loaded when the first ones come."""
        return self.encoder.encode(texts)

    @cached_property
    def analyser(self) -> "Analyser":
        """Text to terms and vectors."""
        from services.language.analysis import Analyser

        return Analyser(self.pipeline, self.encoder)

    # Stores

    @cached_property
    def evidence_store(self) -> EvidenceStore:
        """Elasticsearch or SQLite, by setting."""
        self.evidence_client.setup()
        return self.evidence_client

    @cached_property
    def evidence_client(self) -> EvidenceStore:
        """The store without its set-up, which may have to be tried again, and refuses another format."""
        if self.settings.store == "elasticsearch":
            from services.adapters.elasticsearch_evidence import ElasticsearchEvidenceStore

            return self._kept(
                ElasticsearchEvidenceStore(
                    self.settings.elasticsearch_url, self.settings.elasticsearch_index
                )
            )
        from services.adapters.sqlite_evidence import SqliteEvidenceStore

        return self._kept(SqliteEvidenceStore(self.settings.data_dir / "evidence.db"))

    @cached_property
    def claim_store(self) -> ClaimStore:
        """The claims seen lately, beside the evidence."""
        self._claim_client.setup()
        return self._claim_client

    @cached_property
    def _claim_client(self) -> ClaimStore:
        """Apart from its set-up, as for the evidence."""
        if self.settings.store == "elasticsearch":
            from services.adapters.elasticsearch_claims import ElasticsearchClaimStore

            index = f"{self.settings.elasticsearch_index}-claims"
            return self._kept(ElasticsearchClaimStore(self.settings.elasticsearch_url, index))
        from services.adapters.sqlite_claims import SqliteClaimStore

        return self._kept(SqliteClaimStore(self.settings.data_dir / "claims.db"))

    @cached_property
    def _engine(self) -> "Engine":
        from services.adapters.sql import make_engine

        engine = make_engine(self.settings.sql_url)
        self._closing.callback(engine.dispose)
        return engine

    @cached_property
    def task_store(self) -> TaskStore:
        """Tasks and verdicts in SQL."""
        from services.adapters.sql_tasks import SqlTaskStore

        store = SqlTaskStore(self._engine, self._policy)
        store.setup()
        return store

    @property
    def _policy(self) -> Policy:
        from services.adapters.versions import versions_of

        settings = self.settings
        return Policy(
            double_review_at=settings.double_review_at,
            public_url=settings.public_url,
            versions=versions_of(settings),
        )

    @cached_property
    def accounts(self) -> Accounts:
        """Who may use the desk, in SQL."""
        from services.adapters.sql_accounts import SqlAccounts

        store = SqlAccounts(self._engine)
        store.setup()
        return store

    @cached_property
    def audit_log(self) -> AuditLog:
        """What was done to tasks, in SQL."""
        from services.adapters.sql_audit import SqlAuditLog

        store = SqlAuditLog(self._engine)
        store.setup()
        return store

    @cached_property
    def published(self) -> PublishedStore:
        """What readers are shown of the verdicts, in SQL."""
        from services.adapters.sql_published import SqlPublishedStore

        store = SqlPublishedStore(self._engine)
        store.setup()
        return store

    @cached_property
    def answers(self) -> AnswerStore:
        """What requests with a key were answered, in SQL."""
        from services.adapters.sql_answers import SqlAnswerStore

        store = SqlAnswerStore(self._engine)
        store.setup()
        return store

    @cached_property
    def alert_store(self) -> AlertStore:
        """Subscriptions and deliveries in SQL."""
        from services.adapters.sql_alerts import SqlAlertStore

        store = SqlAlertStore(self._engine, self.vault)
        store.setup()
        return store

    @cached_property
    def vault(self) -> "FernetVault":
        """What encrypts the secrets of alerts: keys by setting, or in a file beside an embedded database."""
        from services.adapters.vault import FernetVault

        keys, embedded = self.settings.alert_keys, self.settings.database_url is None
        return FernetVault(
            keys.get_secret_value() if keys else None,
            self.settings.data_dir / "alert.key" if embedded else None,
        )

    @cached_property
    def chat(self) -> Chat:
        """Chat services, as far as they may be told."""
        from services.adapters.apprise_chat import AppriseChat

        return AppriseChat()

    @cached_property
    def channels(self) -> "Channels":
        """Every way that alerts go."""
        from services.adapters.smtp import SmtpMailer
        from services.alert.channels import Channels

        mailer = SmtpMailer(self.settings)
        return Channels(self.web, mailer, self.chat, self.vault, self.settings.alerts_url)

    @cached_property
    def subscribing(self) -> Subscribing:
        """Subscriptions, for the desk's page and API."""
        from services.alert.subscribing import OwnSubscriptions

        return OwnSubscriptions(
            self.settings,
            self.alert_store,
            self.task_store,
            self.encode,
            self.web,
            self.chat,
            self.clock,
        )

    @cached_property
    def ledger(self) -> ArticleLedger:
        """What ingest has seen, in SQL."""
        from services.adapters.sql_ledger import SqlArticleLedger

        store = SqlArticleLedger(self._engine)
        store.setup()
        return store

    @cached_property
    def feed_registry(self) -> FeedRegistry:
        """Which feeds are polled, and how each is, in SQL."""
        from services.adapters.sql_feeds import SqlFeedRegistry

        store = SqlFeedRegistry(self._engine)
        store.setup()
        return store

    @cached_property
    def web(self) -> Web:
        """Feeds and webhooks, as far as they may be reached."""
        from services.adapters.http import HttpWeb

        return HttpWeb(
            self.settings.user_agent, allow_private=self.settings.allow_private_addresses
        )

    def migrate(self) -> dict[str, int]:
        """Create or upgrade every table of the database; the version of each group of tables."""
        from services.adapters.sql import versions
        from services.adapters.sql_push_keys import SqlPushKeys

        for store in (
            SqlPushKeys(self._engine),
            self.accounts,
            self.audit_log,
            self.task_store,
            self.published,
            self.answers,
            self.alert_store,
            self.ledger,
            self.feed_registry,
        ):
            store.setup()
        return versions(self._engine)

    # The event log

    @cached_property
    def health(self) -> Health:
        """How each part of this process is."""
        return Health()

    @cached_property
    def _embedded_log(self) -> "EmbeddedLog":
        from services.adapters.embedded_log import EmbeddedLog

        return self._kept(EmbeddedLog(self.settings.data_dir / "log.db", self.clock))

    @cached_property
    def producer(self) -> Producer:
        """Appends to the log."""
        if self.settings.broker == "embedded":
            return self._embedded_log
        from services.adapters.kafka import KafkaLogProducer

        return self._kept(
            KafkaLogProducer(self.settings.kafka_bootstrap, prefix=self.settings.topic_prefix)
        )

    @cached_property
    def admin(self) -> LogAdmin:
        """Topics, lag, offsets, reading."""
        if self.settings.broker == "embedded":
            return self._embedded_log
        from services.adapters.kafka import KafkaLogAdmin

        return self._kept(
            KafkaLogAdmin(
                self.settings.kafka_bootstrap,
                self.settings.kafka_replication,
                prefix=self.settings.topic_prefix,
            )
        )

    @cached_property
    def runner(self) -> Runner:
        """Runs steps over the log."""
        if self.settings.broker == "embedded":
            from services.adapters.embedded_runner import EmbeddedRunner

            return EmbeddedRunner(self._embedded_log, self.clock, __version__, health=self.health)
        from services.adapters.faust_runner import FaustRunner

        return FaustRunner(
            self.settings.kafka_bootstrap,
            self.settings.data_dir,
            self.clock,
            __version__,
            prefix=self.settings.topic_prefix,
            health=self.health,
        )

    # Services

    def service(self, name: str) -> Service:
        """The service called `name`, wired."""
        steps = tuple(
            Step(stage.step, stage.consumes, stage.produces, self._handles[stage.step]())
            for stage in FLOW
            if stage.service == name
        )
        background = self._background.get(name, tuple)
        return Service(name, steps, tuple(background()))

    def services(self, names: Iterable[str] = SERVICES) -> list[Service]:
        """Several services, wired."""
        return [self.service(name) for name in names]

    @cached_property
    def _handles(self) -> dict[str, Callable[[], Handle]]:
        return {
            "extract": self._extract,
            "match": self._match,
            "evidence": self._evidence,
            "rematch": self._rematch,
            "clusters": self._clusters,
            "triage": self._triage,
            "review": self._review,
            "review.revisions": self._take_back,
            "review.evidence": self._change_evidence,
            "review.publish": self._publish,
            "alert.matches": self._alert,
            "alert.tasks": self._alert,
            "alert.verdicts": self._alert,
            "alert.deliver": self._owe,
        }

    @cached_property
    def _background(self) -> dict[str, Callable[[], Sequence[Background]]]:
        return {
            "ingest": self._pollers,
            "match": self._forgetting,
            "review": self._desk,
            "alert": self._deliverers,
        }

    def _extract(self) -> Handle:
        from services.extract.handle import handle

        return partial(handle, nlp=self.pipeline)

    def _match(self) -> Handle:
        from services.match.clusters import place
        from services.match.handle import handle

        placing = partial(place, claims=self.claim_store, analyser=self.analyser, clock=self.clock)
        return partial(handle, store=self.evidence_store, analyser=self.analyser, placing=placing)

    def _evidence(self) -> Handle:
        from services.evidence.handle import handle

        return partial(handle, store=self.evidence_store, analyser=self.analyser)

    def _rematch(self) -> Handle:
        from services.match.rematch import rematch

        return partial(
            rematch,
            store=self.evidence_store,
            claims=self.claim_store,
            analyser=self.analyser,
        )

    def _clusters(self) -> Handle:
        from services.match.choices import choose

        return partial(choose, claims=self.claim_store)

    def _triage(self) -> Handle:
        from services.triage.handle import handle

        return partial(handle, threshold=self.settings.check_worthiness_threshold)

    def _review(self) -> Handle:
        from services.review.handle import handle

        return partial(handle, tasks=self.task_store)

    def _take_back(self) -> Handle:
        from services.review.handle import take_back

        return partial(take_back, tasks=self.task_store)

    def _change_evidence(self) -> Handle:
        from services.review.handle import change_evidence

        return partial(change_evidence, tasks=self.task_store, clock=self.clock)

    def _publish(self) -> Handle:
        from services.review.publishing import handle
        from services.review.scale import load_scale

        scale = load_scale(self.settings.rating_scale)
        return partial(handle, tasks=self.task_store, published=self.published, scale=scale)

    def _alert(self) -> Handle:
        from services.alert.handle import Matcher

        return Matcher(self.alert_store, self.encode, self.settings.public_url).handle

    def _owe(self) -> Handle:
        from services.alert.handle import owe

        return partial(owe, alerts=self.alert_store, clock=self.clock)

    def _pollers(self) -> Sequence[Background]:
        if self.settings.ingest_port is None:
            return (self.make_poller(),)
        from services.adapters.sql_push_keys import SqlPushKeys
        from services.ingest.server import IngestServer

        keys = SqlPushKeys(self._engine)
        keys.setup()
        server = IngestServer(
            self.settings, self.intake, self.feed_registry, keys, self.clock, self.web
        )
        return (self.make_poller(), server)

    def make_poller(self) -> "FeedPoller":
        """A poller of the registry's feeds."""
        from services.ingest.service import FeedPoller

        return FeedPoller(self.settings, self.intake, self.feed_registry, self.clock, self.web)

    @cached_property
    def intake(self) -> "Intake":
        """Articles into the log."""
        from services.ingest.intake import Intake

        return Intake(self.producer, self.ledger, self.clock)

    def _forgetting(self) -> Sequence[Background]:
        from services.match.service import Forgetting

        return (Forgetting(self.claim_store, self.clock, self.settings.claim_days),)

    def _desk(self) -> Sequence[Background]:
        from services.review.service import DeskServer, VerdictOutbox

        return (
            VerdictOutbox(self.task_store, self.producer, self.clock),
            DeskServer(self.settings, self.desk_parts),
        )

    @property
    def desk_parts(self) -> "Parts":
        """What the reviewers' desk is made of."""
        from services.review.parts import Parts

        return Parts(
            store=self.task_store,
            accounts=self.accounts,
            audit=self.audit_log,
            published=self.published,
            subscribing=self.subscribing,
            answers=self.answers,
            web=self.web,
            clock=self.clock,
        )

    def _deliverers(self) -> Sequence[Background]:
        from services.alert.service import Deliverer

        deliverer = Deliverer(self.settings, self.alert_store, self.clock, self.channels)
        if self.settings.alerts_port is None:
            return (deliverer,)
        from services.alert.server import AlertServer

        return (deliverer, AlertServer(self.settings, self.alert_store, self.vault))
