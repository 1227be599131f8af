"""What the desk is made of: the stores, the clock and the web that its pages and its API work with."""

from dataclasses import dataclass

from services.ports.accounts import Accounts
from services.ports.answers import AnswerStore
from services.ports.audit_log import AuditLog
from services.ports.published import PublishedStore
from services.ports.subscribing import Subscribing
from services.ports.task_store import TaskStore
from services.ports.web import Web
from services.runtime.clock import Clock


@dataclass(frozen=True)
class Parts:
    """Made by the composition root. `web` is asked only where people sign in by another service."""

    store: TaskStore
    accounts: Accounts
    audit: AuditLog
    published: PublishedStore
    subscribing: Subscribing
    answers: AnswerStore
    web: Web
    clock: Clock
