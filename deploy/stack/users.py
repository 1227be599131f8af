"""Who the servers run as: never root, because Elasticsearch and PostgreSQL refuse to."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import Lacking, StackError

NAME = "claimdesk-stack"


@dataclass(frozen=True)
class Account:
    """The user of the server processes; all None means: whoever runs the command."""

    name: str | None = None
    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """The supplementary groups: none for an account of our own."""
        return None if self.uid is None else []

    def run(self, command: Sequence[str | Path], **env: str) -> str:
        """Run a short command as this account and return what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={**os.environ, **env},
            user=self.uid,
            group=self.gid,
            extra_groups=self.groups,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip() or "nothing"
            raise StackError(f"{command[0]} ended with {done.returncode} and said: {said}")
        return done.stdout

    def give(self, folder: Path) -> Path:
        """Make a folder, private to this account, and hand it everything inside."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            for path in [folder, *folder.rglob("*")]:
                if not path.is_symlink():
                    os.chown(path, self.uid, self.gid)
        folder.chmod(0o700)
        return folder

    def require_access(self, path: Path) -> None:
        """Refuse a path this account cannot reach, and name the folder that shuts it out."""
        if self.uid is None:
            return
        for folder in [*reversed(path.parents), path]:
            flag = "-x" if folder.is_dir() else "-r"
            try:
                self.run(["/usr/bin/test", flag, folder])
            except StackError:
                raise Lacking(
                    f"user {self.name} cannot enter {folder}, so the servers cannot run from {path}:"
                    f" `chmod o+x {folder}`, or choose another folder with --dir"
                ) from None


def server_account() -> Account:
    """Return the account for the servers; as root, a system user of our own or else nobody."""
    if os.geteuid() != 0:
        return Account()
    entry = _find(NAME)
    if entry is None and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")):
        made = [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
        ]
        subprocess.run([*made, "--shell", "/usr/sbin/nologin", NAME], check=False)
        entry = _find(NAME)
    entry = entry or _find("nobody")
    if entry is None:
        raise Lacking(f"no account to run servers as: create a system user called {NAME}")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
