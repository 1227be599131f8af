"""Markup is parsed in a process of its own, which may be killed.

Feeds and pages come from strangers, and there is always a page on which some parser takes minutes or
gigabytes. The child is started when first needed, serves one document after another, has a limit on
memory, and is replaced when a document takes too long or ends it.
"""

import math
import pickle
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter

from services.ingest.documents import kind_of, read_document
from services.ingest.feed_facts import FeedFacts, Reading, facts_of
from services.ingest.item import Document, Item, Options, Refusal

MEMORY = 2 * 1024**3
"""Bytes of address space that the child may have."""
SECONDS = 30.0
_START_SECONDS = 60.0  # a machine that is very busy
_MARKUP = frozenset(("feed", "html"))
_TAGS = (b"<", b"\\u003c", b"\\u003C")

# What the child answers is data, not pickles: a parser that was taken over gains nothing here.
_RESULT = TypeAdapter(Reading)


class Sandbox:
    """Reads documents; threads may share one, and wait for each other."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._lock = threading.Lock()
        self._child: tuple[subprocess.Popen[bytes], Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, document: Document, options: Options) -> Iterator[Item | Refusal]:
        """The items of `document`, as `read_document` gives them.

        A document that takes too long or too much memory is one Refusal (`too_slow`, `parser_died`).
        """
        if not _holds_markup(document):
            return read_document(document, options)
        with self._lock:
            return iter(self._ask(document, options).rows)

    def read_feed(self, document: Document, options: Options) -> Reading:
        """The items of `document` as `read` gives them, and what the feed says of itself."""
        if not _holds_markup(document):
            return reading_of(document, options)
        with self._lock:
            return self._ask(document, options)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._kill()

    def _ask(self, document: Document, options: Options) -> Reading:
        try:
            connection = self._connection()
            connection.send_bytes(pickle.dumps((document, options)))
            if connection.poll(self._seconds):
                return _RESULT.validate_json(connection.recv_bytes())
            refusal = Refusal(document.name, "too_slow", f"more than {self._seconds:g} s to parse")
        except (EOFError, ConnectionError):
            refusal = Refusal(
                document.name, "parser_died", "it broke the parser, or its memory limit"
            )
        self._kill()
        return Reading([refusal], FeedFacts())

    def _connection(self) -> Connection:
        if self._child is None:
            ours, theirs = Pipe()
            with theirs:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [
                        *(sys.executable, "-m", __name__, str(theirs.fileno())),
                        *(str(self._memory), str(math.ceil(self._seconds))),
                    ],
                    stdin=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,  # a Ctrl-C is for us; the child ends when we do
                )
            self._child = process, ours
            if not ours.poll(_START_SECONDS):
                raise ConnectionError("the parser did not start")
            ours.recv_bytes()
        return self._child[1]

    def _kill(self) -> None:
        if self._child is not None:
            process, connection = self._child
            connection.close()
            process.kill()
            process.wait()
            self._child = None


def _holds_markup(document: Document) -> bool:
    """Whether some parser of markup will look at it: also texts in JSON may be HTML."""
    return kind_of(document) in _MARKUP or any(sign in document.body for sign in _TAGS)


def reading_of(document: Document, options: Options) -> Reading:
    """`document` read here."""
    return Reading(list(read_document(document, options)), facts_of(document))


def serve(connection: Connection, memory: int, seconds: int) -> None:
    """Answer until the other side is gone: what the child does.

    It has `memory` bytes of address space, and `seconds` of processor time for each document.
    The other side ends it long before, by the clock; unless that side is gone itself.
    """
    import feedparser  # noqa: F401 - loaded before the first document, so that its time is not counted
    import trafilatura  # noqa: F401

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    connection.send_bytes(b"ready")
    while True:
        try:
            document, options = pickle.loads(connection.recv_bytes())  # noqa: S301 - from our parent
        except EOFError:
            return
        _limit_time(seconds)
        connection.send_bytes(_RESULT.dump_json(reading_of(document, options)))


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))
