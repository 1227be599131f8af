"""The command line: what can be asked of the stack, and which exit code says what."""

import argparse
import fcntl
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.elasticsearch import Elasticsearch
from deploy.stack.errors import StackError
from deploy.stack.kafka import Kafka
from deploy.stack.postgresql import PostgreSQL
from deploy.stack.server import Server
from deploy.stack.settings import DEFAULT_PORTS, PREFIX, Settings

SERVERS: dict[str, type[Server]] = {
    server.name: server for server in (Kafka, Elasticsearch, PostgreSQL)
}
NOT_ALL_UP = 4
EPILOG = (
    f"""\
exit codes:
  0  done (for status: every server answers)
  1  a server or a step failed; the message ends with its log
  2  the command line is wrong
  3  the machine lacks something, or a port is taken; the message says what to do
  4  status only: at least one server does not answer

environment:
  {PREFIX}DIR                the state directory (default: .stack in the repository)
"""
    + "".join(
        f"  {(PREFIX + name).ljust(44)} default {port}\n" for name, port in DEFAULT_PORTS.items()
    )
    + f"""\
  {PREFIX}KAFKA_HEAP, {PREFIX}ELASTICSEARCH_HEAP   default 512m, 1g
  {PREFIX}POSTGRESQL_BIN     a folder with PostgreSQL's programs
  ES_JAVA_HOME, JAVA_HOME            where to look for a JDK first
"""
)


def say(name: str, text: str) -> None:
    """Tell a person what happened; standard output is kept for `env` and `status`."""
    print(f"{name}: {text}", file=sys.stderr, flush=True)


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Let one command at a time change a state directory; a second one waits."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """Install every server that is not there yet."""
    for server in servers:
        began = time.monotonic()
        result = server.install()
        say(server.name, f"{result} ({time.monotonic() - began:.1f} s)")
    return 0


def up(servers: Sequence[Server], options: argparse.Namespace) -> int:
    """Start every server, then wait until each answers."""
    if options.fresh:
        for server in servers:
            server.stop()
            server.purge()
    return _start(servers, options.timeout)


def down(servers: Sequence[Server], options: argparse.Namespace) -> int:
    """Stop every server, even when one of them fails to stop."""
    failures = [error for server in reversed(servers) if (error := _stopped(server))]
    if options.purge and not failures:
        for server in servers:
            server.purge()
            say(server.name, "data removed")
    return 1 if failures else 0


def _stopped(server: Server) -> StackError | None:
    try:
        say(server.name, server.stop())
    except StackError as error:
        say(server.name, f"error: {error}")
        return error
    return None


def _start(servers: Sequence[Server], timeout: float) -> int:
    began = time.monotonic()
    for server in servers:
        server.check()
    for server in servers:
        server.start()
    for server in servers:
        server.wait(timeout)
        ports = ", ".join(str(server.port(name)) for name in server.ports)
        say(server.name, f"answers on 127.0.0.1, port {ports} ({time.monotonic() - began:.1f} s)")
    return 0


def status(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """Print a line a server: its name, its state and its process id."""
    codes = []
    for server in servers:
        process = server.process()
        answers = process is not None and server.answers()
        state = "up" if answers else "starting or stuck" if process else "down"
        print(f"{server.name}\t{state}\t{process.pid if process else '-'}")
        codes.append(0 if answers else NOT_ALL_UP)
    return max(codes, default=0)


def env(servers: Sequence[Server], options: argparse.Namespace) -> int:
    """Print shell lines that point Claimdesk, or with --test its tests, at the servers."""
    for server in servers:
        for name, value in server.exports(options.test).items():
            print(f"export {name}={shlex.quote(value)}")
        if server.process() is None:
            say(server.name, "warning: it is not running; start it with `stack.py up`")
    return 0


def start(servers: Sequence[Server], options: argparse.Namespace) -> int:
    """Start single servers and wait until they answer."""
    return _start(servers, options.timeout)


def stop(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """Stop single servers."""
    return down(servers, argparse.Namespace(purge=False))


def restart(servers: Sequence[Server], options: argparse.Namespace) -> int:
    """Stop and start single servers; their data stays."""
    return stop(servers, options) or _start(servers, options.timeout)


def kill(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """End single servers as a crash would."""
    for server in servers:
        say(server.name, server.kill())
    return 0


def pause(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """Freeze single servers: the port stays open, nothing answers."""
    for server in servers:
        say(server.name, server.pause())
    return 0


def resume(servers: Sequence[Server], _options: argparse.Namespace) -> int:
    """Let frozen servers go on."""
    for server in servers:
        say(server.name, server.pause(resume=True))
    return 0


Command = Callable[[Sequence[Server], argparse.Namespace], int]
WHOLE: tuple[Command, ...] = (install, up, down, status, env)
SINGLE: tuple[Command, ...] = (start, stop, restart, kill, pause, resume)
READING: tuple[Command, ...] = (status, env)


def parser() -> argparse.ArgumentParser:
    """Build the command line's grammar."""
    result = argparse.ArgumentParser(
        prog="stack.py",
        description="A real Kafka, Elasticsearch and PostgreSQL on this machine, without containers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--dir", type=Path, help="state directory (default: .stack in the repository)"
    )
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in WHOLE + SINGLE:
        text = (command.__doc__ or "").partition("\n")[0]
        sub = commands.add_parser(command.__name__, parents=[shared], help=text, description=text)
        sub.set_defaults(run=command)
        if command in SINGLE:
            sub.add_argument(
                "names", nargs="+", choices=list(SERVERS), metavar="NAME", help=_names()
            )
        else:
            sub.add_argument("--only", type=_only, dest="names", metavar="NAME,...", help=_names())
        if command in (up, start, restart):
            sub.add_argument("--timeout", type=float, default=180, help="seconds a server (180)")
        if command is up:
            sub.add_argument("--fresh", action="store_true", help="remove the data first")
        if command is down:
            sub.add_argument("--purge", action="store_true", help="remove the data afterwards")
        if command is env:
            sub.add_argument(
                "--test", action="store_true", help="the variables of the tests instead"
            )
    return result


def _names() -> str:
    return "one of " + ", ".join(SERVERS)


def _only(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(names) - set(SERVERS))
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown) or 'nothing'}; {_names()}")
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = Settings.load(options.dir)
        chosen = options.names or list(SERVERS)
        servers = [SERVERS[name](settings) for name in SERVERS if name in chosen]
        if options.run in READING:
            return int(options.run(servers, options))
        with exclusive(settings.directory):
            return int(options.run(servers, options))
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(
            f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr
        )
        return StackError.exit_code
