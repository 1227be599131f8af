"""PostgreSQL: the system's own programs, or those in the `pgserver` wheel."""

import importlib.util
import re
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.stack.errors import Lacking, StackError
from deploy.stack.processes import Process
from deploy.stack.server import Launch, Server, replace_folder
from deploy.stack.settings import HOST, Settings
from deploy.stack.users import Account

SYSTEM_FOLDER = Path("/usr/lib/postgresql")
OLDEST = 14
NEEDED = ("initdb", "postgres", "pg_isready", "psql")
# For development, on the loopback address only: no secret, but the same way in as in production.
USER = DATABASE = "claimdesk"
PASSWORD = "claimdesk"  # noqa: S105
ALERT_KEY = "Y2xhaW1kZXNrLWRldmVsb3BtZW50LW9ubHkta2V5ISE="
"""Encrypts the secrets of alerts in the database; public, as is the password."""


def system_programs(wanted: str, folder: Path = SYSTEM_FOLDER) -> Path | None:
    """Return the system's program folder: the wanted major version, else the newest that will do."""
    found = {
        int(path.name): path / "bin"
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.name.isdigit() and int(path.name) >= OLDEST and complete(path / "bin")
    }
    return found.get(int(wanted)) or found.get(max(found, default=0))


def complete(programs: Path) -> bool:
    """Whether a folder holds a server and the clients that `up` needs."""
    return all((programs / name).is_file() for name in NEEDED)


def remove_dead_lock(lock: Path) -> None:
    """Remove the lock of a server that was killed and whose process nobody has collected yet.

    PostgreSQL takes such a zombie for a running server and would not start.
    """
    if lock.is_file() and Process.of(int(lock.read_text(encoding="ascii").split()[0])) is None:
        lock.unlink()


def wheel_folder() -> Path | None:
    """Return where the running interpreter has the `pgserver` package, without importing it."""
    spec = importlib.util.find_spec("pgserver")
    return Path(spec.origin).parent if spec is not None and spec.origin else None


class PostgreSQL(Server):
    """Tasks, verdicts and subscriptions."""

    name = "postgresql"
    ports = ("POSTGRESQL_PORT",)
    # Fast shutdown: end the clients' sessions. SIGTERM would wait until they leave by themselves.
    stop_signal = signal.SIGINT

    def __init__(self, settings: Settings, system_folder: Path = SYSTEM_FOLDER) -> None:
        super().__init__(settings)
        self.system_folder = system_folder

    @property
    def copied(self) -> Path:
        """Our copy of the wheel's programs: any user can reach it, whichever interpreter runs us."""
        return self.settings.installed(self.name) / "wheel"

    def programs(self) -> Path | None:
        """Return the program folder in force: named by the environment, the system's, our copy."""
        if chosen := self.settings.option("POSTGRESQL_BIN", ""):
            if not complete(Path(chosen)):
                raise Lacking(f"CLAIMDESK_STACK_POSTGRESQL_BIN={chosen} lacks one of {NEEDED}")
            return Path(chosen)
        if system := system_programs(self.settings.version("POSTGRES"), self.system_folder):
            return system
        copied = self.copied / "pgserver" / "pginstall" / "bin"
        return copied if complete(copied) else None

    def install(self) -> str:
        """Take what is there; copy the wheel's programs only when the system has none."""
        if programs := self.programs():
            return f"using {self._version(programs)} in {programs}"
        source = wheel_folder()
        if source is None or not complete(source / "pginstall" / "bin"):
            raise Lacking(
                f"PostgreSQL {OLDEST} or newer was not found in {self.system_folder}, and this Python"
                " has no pgserver package: install Debian's `postgresql`, or"
                " `python3 -m pip install pgserver`"
            )
        partial = self.copied.with_name("partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source / "pginstall", partial / "pgserver" / "pginstall", symlinks=True)
        # The programs look for their libraries beside the package, where the wheel keeps them.
        libraries = source.parent / "pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / "pgserver.libs", symlinks=True)
        replace_folder(partial, self.copied)
        programs = self.programs()
        if programs is None:
            raise StackError(f"the copy of pgserver in {self.copied} is incomplete")
        return f"installed {self._version(programs)} from the pgserver package"

    def require_installed(self) -> None:
        """Refuse to go on without the programs."""
        self._programs()

    def prepare(self, account: Account) -> Launch:
        """Initialise the cluster the first time."""
        programs = self._programs()
        account.require_access(programs / "postgres")
        data = self.settings.data(self.name)
        cluster = data / "cluster"
        if not (cluster / "PG_VERSION").is_file():
            shutil.rmtree(cluster, ignore_errors=True)
            secret = data / "password"
            secret.write_text(PASSWORD + "\n", encoding="utf-8")
            account.give(data)
            init: list[str | Path] = [
                "-D",
                cluster,
                "-U",
                USER,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
            account.run([programs / "initdb", *init, "-A", "scram-sha-256", "--pwfile", secret])
            secret.unlink()
        self._require_same_version(programs, cluster)
        remove_dead_lock(cluster / "postmaster.pid")
        options = [
            "-D",
            str(cluster),
            "-h",
            HOST,
            "-p",
            str(self.settings.ports["POSTGRESQL_PORT"]),
        ]
        return Launch([str(programs / "postgres"), *options, "-c", "unix_socket_directories="], {})

    def finish(self, account: Account) -> None:
        """Create the database the first time."""
        psql: list[str | Path] = [
            self._programs() / "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
        ]
        where = ["-h", HOST, "-p", str(self.port("POSTGRESQL_PORT")), "-U", USER, "-d", "postgres"]
        databases = account.run([*psql, *where, "-l"], PGPASSWORD=PASSWORD)
        if not any(line.startswith(f"{DATABASE}|") for line in databases.splitlines()):
            create = f'CREATE DATABASE "{DATABASE}"'
            account.run([*psql, *where, "-c", create], PGPASSWORD=PASSWORD)

    def answers(self) -> bool:
        """Whether the server accepts connections."""
        programs = self.programs()
        if programs is None:
            return False
        port = str(self.port("POSTGRESQL_PORT"))
        command = [str(programs / "pg_isready"), "-q", "-h", HOST, "-p", port, "-t", "2"]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def exports(self, test: bool) -> dict[str, str]:
        """Return the database's settings."""
        address = f"{HOST}:{self.port('POSTGRESQL_PORT')}"
        url = f"postgresql+psycopg://{USER}:{PASSWORD}@{address}/{DATABASE}"
        if test:
            return {"CLAIMDESK_TEST_POSTGRESQL": url}
        return {"CLAIMDESK_DATABASE_URL": url, "CLAIMDESK_ALERT_KEYS": ALERT_KEY}

    def _programs(self) -> Path:
        programs = self.programs()
        if programs is None:
            raise Lacking("postgresql is not installed: run `stack.py install` first")
        return programs

    def _version(self, programs: Path) -> str:
        command = [str(programs / "postgres"), "--version"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def _require_same_version(self, programs: Path, cluster: Path) -> None:
        numbers = re.search(r"\d+", self._version(programs))
        made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if numbers is None or numbers.group() != made_by:
            raise Lacking(
                f"{cluster} was made by PostgreSQL {made_by}, but {programs} is"
                f" {self._version(programs)}: start afresh with `stack.py up --fresh`"
            )
