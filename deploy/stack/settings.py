"""Where the stack lives, which versions it installs and which ports it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import Lacking

REPOSITORY = Path(__file__).resolve().parents[2]
VERSIONS_FILE = REPOSITORY / "deploy" / "versions.env"
DEFAULT_DIR = REPOSITORY / ".stack"

# Away from the servers' usual ports, so that a system's own server does not stand in the way.
DEFAULT_PORTS = {
    "KAFKA_PORT": 19092,
    "KAFKA_CONTROLLER_PORT": 19093,
    "ELASTICSEARCH_PORT": 19200,
    "ELASTICSEARCH_TRANSPORT_PORT": 19300,
    "POSTGRESQL_PORT": 15432,
}
PREFIX = "CLAIMDESK_STACK_"
HOST = "127.0.0.1"


def read_versions(path: Path = VERSIONS_FILE) -> dict[str, str]:
    """Read plain KEY=VALUE lines; comments and blank lines are skipped."""
    versions: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        key, separator, value = text.partition("=")
        if not separator or not key or not value or value != value.strip("\"' "):
            raise Lacking(f"{path}:{number}: expected KEY=VALUE without quotes, found {text!r}")
        versions[key] = value
    return versions


def read_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """Take each port from CLAIMDESK_STACK_<NAME>, else its default."""
    ports: dict[str, int] = {}
    for name, default in DEFAULT_PORTS.items():
        text = environment.get(PREFIX + name, str(default))
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
            raise Lacking(f"{PREFIX}{name}={text!r} is not a port: give a number from 1 to 65535")
        ports[name] = int(text)
    if len(set(ports.values())) < len(ports):
        taken = ", ".join(f"{PREFIX}{name}={port}" for name, port in ports.items())
        raise Lacking(f"two servers would share a port: {taken}")
    return ports


@dataclass(frozen=True)
class Settings:
    """Everything the servers need to know about this stack."""

    directory: Path
    versions: Mapping[str, str]
    ports: Mapping[str, int]
    environment: Mapping[str, str]

    @classmethod
    def load(
        cls, directory: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read versions.env and the environment; an explicit directory wins over the environment."""
        env = os.environ if environment is None else environment
        chosen = directory or Path(env.get(PREFIX + "DIR") or DEFAULT_DIR)
        return cls(chosen.resolve(), read_versions(), read_ports(env), dict(env))

    def version(self, name: str) -> str:
        """Return the version called NAME_VERSION in versions.env."""
        try:
            return self.versions[f"{name}_VERSION"]
        except KeyError:
            raise Lacking(f"{VERSIONS_FILE} has no {name}_VERSION line") from None

    def option(self, name: str, default: str) -> str:
        """Return CLAIMDESK_STACK_<NAME>, or the default when it is unset or empty."""
        return self.environment.get(PREFIX + name) or default

    def installed(self, server: str) -> Path:
        """Return the folder of a server's program files."""
        return self.directory / server

    def data(self, server: str) -> Path:
        """Return the folder of a server's data and its rendered configuration."""
        return self.directory / "data" / server

    def log(self, server: str) -> Path:
        """Return the file that holds a server's output."""
        return self.directory / "log" / f"{server}.log"

    def record(self, server: str) -> Path:
        """Return the file that says which process is the server."""
        return self.directory / "run" / f"{server}.json"
