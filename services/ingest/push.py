"""A pushed article on its way into the log."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from services.ingest.intake import Intake, Result
from services.ingest.item import Document, Options
from services.ingest.sandbox import Sandbox
from services.ports.push_keys import Pushed, PushKeys
from services.runtime.clock import Clock

KEPT = timedelta(days=7)
"""How long an idempotency key is remembered."""


class NotTaken(Exception):
    """The article is refused: `reason` is a short code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class KeyReused(Exception):
    """The idempotency key came before, with another body."""


@dataclass(frozen=True)
class Taken:
    """What a push made; `replayed` when its key had this answer before."""

    pushed: Pushed
    replayed: bool = False


class Push:
    """Takes one article at a time. Threads may share one."""

    def __init__(self, intake: Intake, keys: PushKeys, sandbox: Sandbox, clock: Clock) -> None:
        self._intake, self._keys, self._sandbox, self._clock = intake, keys, sandbox, clock

    def take(self, body: bytes, key: str | None, source: str | None) -> Taken:
        """The article in `body` (JSON, or a ninjs item) as a revision in the log.

        The same body again makes nothing new, with or without a key: the article's id comes from its source and
        guid. With a key the answer is the same, too. Raises NotTaken, KeyReused, NotReady.
        """
        body_hash = sha256((source or "").encode() + b"\n" + body).hexdigest()
        before = self._keys.answer(key) if key else None
        if before is not None:
            return _replayed(before, body_hash)
        result = self._result(body, source)
        if result.article_id is None or result.revision is None:
            raise NotTaken(str(result.reason), str(result.message))
        pushed = Pushed(body_hash, result.article_id, result.revision, result.state, result.notes)
        if key:
            now = self._clock.now()
            self._keys.forget(now - KEPT)
            kept = self._keys.remember(key, pushed, now)
            if kept != pushed:  # another push with this key was faster
                return _replayed(kept, body_hash)
        return Taken(pushed)

    def _result(self, body: bytes, source: str | None) -> Result:
        document = Document("the body", body, kind="json")
        rows = list(self._sandbox.read(document, Options(source=source)))
        if len(rows) != 1 or body.lstrip()[:1] != b"{":
            raise NotTaken("not_one", "the body must be one JSON object: one article")
        return next(iter(self._intake.take(rows)))


def _replayed(before: Pushed, body_hash: str) -> Taken:
    if before.body_hash != body_hash:
        raise KeyReused
    return Taken(before, replayed=True)
