"""Start a server detached, know it again later, signal its whole tree, and leave nothing behind.

A record file holds the process id and the moment the kernel says the process started. Both must match
before anything is signalled, so a stale record never hits a stranger who was given the same id.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.stack.errors import Lacking, StackError
from deploy.stack.users import Account

PROC = Path("/proc")
# How long the rest of a server's processes may take once the first has ended, in seconds.
SETTLE = 3.0


@dataclass(frozen=True)
class Process:
    """A process, named so that it cannot be confused with a later one of the same id."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the live process of this id; a zombie counts as gone."""
        fields = _stat(pid)
        return None if fields is None or fields[0] in "ZX" else cls(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process.of(self.pid) == self

    def tree(self) -> list["Process"]:
        """Return what lives of this process, of its session and of everything below them.

        The kernel keeps the id of a session leader from being given away while the session has
        members, so they are ours even when the leader itself is gone.
        """
        current = Process.of(self.pid)
        if current is not None and current != self:
            return []  # the id belongs to a stranger now
        children: dict[int, list[Process]] = {}
        found = [] if current is None else [current]
        for entry in PROC.iterdir():
            if not entry.name.isdigit() or (fields := _stat(int(entry.name))) is None:
                continue
            process = Process.of(int(entry.name))
            if process is None or process == self:
                continue
            children.setdefault(int(fields[1]), []).append(process)
            if int(fields[3]) == self.pid:
                found.append(process)
        for member in found:  # grows while it is read
            found += [child for child in children.get(member.pid, []) if child not in found]
        return found

    def signal(self, number: int) -> None:
        """Send a signal, unless the process is gone already."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _stat(pid: int) -> list[str] | None:
    """Read /proc/<pid>/stat after the command name: state 0, parent 1, session 3, start 19."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


@dataclass(frozen=True)
class Record:
    """What `up` leaves behind for the commands that come later."""

    pid: int
    started: int
    ports: dict[str, int]

    @property
    def process(self) -> Process:
        """The process the record speaks of, whether or not it still runs."""
        return Process(self.pid, self.started)

    def write(self, path: Path) -> None:
        """Write the record so that a reader sees all of it or none of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        partial.replace(path)


def read_record(path: Path) -> Record | None:
    """Read a record; a missing or damaged one is None."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        ports = {str(name): int(port) for name, port in fields["ports"].items()}
        return Record(int(fields["pid"]), int(fields["started"]), ports)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return None


def launch(
    command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str], account: Account
) -> Process:
    """Start a command in a session of its own, its output appended to a log, and return at once."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
            umask=0o077,
        )
    process = Process.of(child.pid)
    if process is None:
        raise StackError(f"{command[0]} ended at once\n{tail(log)}")
    child.returncode = 0  # it outlives us on purpose: silence the warning about a running child
    return process


def stop(process: Process, number: int, grace: float) -> bool:
    """Ask a process to end, then end its whole tree; return whether it went by itself."""
    members = process.tree()
    if not process.alive:
        kill(members)  # nobody is left to pass a request on
        return True
    for member in members:
        member.signal(signal.SIGCONT)  # a paused server cannot hear the request
    process.signal(number)
    willing = wait_until(lambda: not process.alive, grace)
    if not willing or not wait_until(lambda: not any(m.alive for m in members), SETTLE):
        kill(members)
    return willing


def kill(members: Iterable[Process]) -> None:
    """End processes without asking, and wait until the kernel has taken them away."""
    remaining = list(members)
    for member in remaining:
        member.signal(signal.SIGKILL)
    if not wait_until(lambda: not any(member.alive for member in remaining), 10):
        alive = [member.pid for member in remaining if member.alive]
        raise StackError(f"processes {alive} are still there 10 s after SIGKILL")


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Ask again and again until the condition holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def require_free(host: str, port: int, variable: str) -> None:
    """Refuse a port that something already listens on, and say how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Lacking(
                f"port {host}:{port} cannot be taken ({error.strerror}): stop what listens there,"
                f" or set {variable} to another port"
            ) from error


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for a message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return f"(no log at {log})"
    return f"last lines of {log}:\n" + "\n".join(f"  {line}" for line in text.splitlines()[-lines:])
