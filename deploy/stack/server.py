"""What every server of the stack is asked to do, and the life cycle they share."""

import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.stack import processes
from deploy.stack.errors import StackError
from deploy.stack.processes import Process, Record
from deploy.stack.settings import HOST, PREFIX, Settings
from deploy.stack.users import Account, server_account


@dataclass(frozen=True)
class Launch:
    """How to start a server: its command line and what its environment adds to the caller's."""

    command: Sequence[str]
    env: Mapping[str, str]


class Server(ABC):
    """One server; subclasses say how to install, configure and question it."""

    name: ClassVar[str]
    ports: ClassVar[tuple[str, ...]]
    stop_signal: ClassVar[int] = signal.SIGTERM
    stop_grace: ClassVar[float] = 30.0

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def install(self) -> str:
        """Put the program files in place if they are not there yet; return one line about it."""

    @abstractmethod
    def require_installed(self) -> None:
        """Refuse to go on when `install` has not been run."""

    @abstractmethod
    def prepare(self, account: Account) -> Launch:
        """Render the configuration, initialise the data once, and say how to start."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server does its work right now."""

    @abstractmethod
    def exports(self, test: bool) -> dict[str, str]:
        """Return the settings that point Claimdesk, or its tests, at this server."""

    def finish(self, account: Account) -> None:  # noqa: B027 (most have nothing to do)
        """Do what is only possible once the server answers, such as creating a database."""

    def port(self, name: str) -> int:
        """Return a port: the one the running server was started with, else the chosen one."""
        record = self.record()
        if record is not None and record.process.alive and name in record.ports:
            return record.ports[name]
        return self.settings.ports[name]

    def record(self) -> Record | None:
        """Return what the last start left behind."""
        return processes.read_record(self.settings.record(self.name))

    def process(self) -> Process | None:
        """Return the running server's process."""
        record = self.record()
        return record.process if record is not None and record.process.alive else None

    def check(self) -> None:
        """Refuse what would keep the server from starting, before anything is started."""
        if self.process() is not None:
            return
        self.stop()  # an earlier start may have left a part of itself behind
        self.require_installed()
        for name in self.ports:
            processes.require_free(HOST, self.settings.ports[name], PREFIX + name)

    def start(self) -> None:
        """Start the server unless it runs already; does not wait until it answers."""
        if self.process() is not None:
            return
        self.check()
        account = server_account()
        self.settings.directory.mkdir(parents=True, exist_ok=True)
        account.require_access(self.settings.directory)
        data = account.give(self.settings.data(self.name))
        (data.parent).chmod(0o755)
        launch = self.prepare(account)
        process = processes.launch(
            launch.command,
            log=self.settings.log(self.name),
            cwd=data,
            env={**self.settings.environment, "HOME": str(data), **launch.env},
            account=account,
        )
        taken = {name: self.settings.ports[name] for name in self.ports}
        Record(process.pid, process.started, taken).write(self.settings.record(self.name))

    def wait(self, seconds: float) -> float:
        """Wait until the server answers; return how long that took."""
        began = time.monotonic()
        while not self.answers():
            if self.process() is None:
                raise StackError(f"{self.name} ended while starting; {self._log_tail()}")
            if time.monotonic() - began > seconds:
                raise StackError(
                    f"{self.name} runs but does not answer after {seconds:.0f} s (`stack.py stop"
                    f" {self.name}` ends it); {self._log_tail()}"
                )
            time.sleep(0.2)
        self.finish(server_account())
        return time.monotonic() - began

    def stop(self) -> str:
        """Stop the server, by force after a grace; return one line about it."""
        record, path = self.record(), self.settings.record(self.name)
        if record is None or not record.process.tree():
            stale = path.exists()
            path.unlink(missing_ok=True)
            return "was gone already" if stale else "is not running"
        willing = processes.stop(record.process, self.stop_signal, self.stop_grace)
        path.unlink(missing_ok=True)
        return "stopped" if willing else f"killed: it did not stop within {self.stop_grace:.0f} s"

    def kill(self) -> str:
        """End the server without asking, as a crash would."""
        process = self.process()
        if process is None:
            raise StackError(f"{self.name} is not running, so it cannot be killed")
        processes.kill(process.tree())
        self.settings.record(self.name).unlink(missing_ok=True)
        return "killed"

    def pause(self, resume: bool = False) -> str:
        """Freeze the server, or let it go on: it keeps its port but answers nothing."""
        process = self.process()
        if process is None:
            raise StackError(f"{self.name} is not running, so it cannot be paused or resumed")
        for member in process.tree():
            member.signal(signal.SIGCONT if resume else signal.SIGSTOP)
        return "resumed" if resume else "paused"

    def purge(self) -> None:
        """Remove the data; the program files stay."""
        if self.process() is not None:
            raise StackError(f"{self.name} still runs, so its data stays: stop it first")
        if (data := self.settings.data(self.name)).exists():
            shutil.rmtree(data)
        self.settings.log(self.name).unlink(missing_ok=True)

    def _log_tail(self) -> str:
        return processes.tail(self.settings.log(self.name))


def replace_folder(partial: Path, target: Path) -> None:
    """Put a finished folder in place of what an earlier or interrupted run left."""
    if target.exists():
        shutil.rmtree(target)
    partial.replace(target)
