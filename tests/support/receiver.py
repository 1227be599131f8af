"""A real HTTP server that answers as a test says, and remembers what it was asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to answer. `raw` is written as it is, after the headers, and may be without end."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: Iterator[bytes] | None = None


@dataclass
class Receiver:
    """A running server: its address and the requests so far."""

    url: str
    requests: list[Asked] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = 60) -> list[Asked]:
        """The first requests, once there are `count`."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, seconds), (
                f"{len(self.requests)} of {count} requests came"
            )
            return list(self.requests)


@contextmanager
def receiving(answer: Callable[[Asked], Answer] = lambda _asked: Answer()) -> Iterator[Receiver]:
    """Serve on a free port of 127.0.0.1 until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            asked = Asked(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            with receiver.arrived:
                receiver.requests.append(asked)
                receiver.arrived.notify_all()
            self._say(answer(asked))

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def _say(self, said: Answer) -> None:
            try:
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                if said.raw is None:
                    self.send_header("content-length", str(len(said.body)))
                self.end_headers()
                for piece in said.raw or (said.body,):
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                pass  # the other side had enough, which is what some tests are about

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
