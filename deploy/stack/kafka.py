"""Kafka in KRaft mode: one process that is both broker and controller."""

import shutil
import socket
import struct
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from deploy.stack.errors import Lacking
from deploy.stack.java import copy_artifacts, find_kafka_java
from deploy.stack.server import Launch, Server, replace_folder
from deploy.stack.settings import HOST
from deploy.stack.users import Account

API_VERSIONS, METADATA = 18, 3

LOGGING = """\
appenders = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %m (%c)%n
rootLogger.level = INFO
rootLogger.appenderRefs = console
rootLogger.appenderRef.console.ref = console
"""


def render_properties(port: int, controller_port: int, log_dir: Path) -> str:
    """Return server.properties for a broker of one, which therefore keeps single copies."""
    properties = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": log_dir,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # Fewer partitions of the internal topics: the first consumer group starts sooner.
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 4,
    }
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def cluster_id() -> str:
    """Return a new cluster id in the form Kafka wants: 16 random bytes in URL-safe base 64."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")


def request(api: int, version: int, body: bytes = b"") -> bytes:
    """Frame one request of Kafka's wire protocol (header version 1)."""
    client = b"claimdesk-stack"
    message = struct.pack(">hhih", api, version, 1, len(client)) + client + body
    return struct.pack(">i", len(message)) + message


def round_trip(address: tuple[str, int], message: bytes, timeout: float = 2.0) -> bytes:
    """Send one framed request and return the response after its correlation id."""
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(message)
        with connection.makefile("rb") as stream:
            (length,) = struct.unpack(">i", _exactly(stream.read(4), 4))
            return _exactly(stream.read(length), length)[4:]


def _exactly(data: bytes, length: int) -> bytes:
    if len(data) != length:
        raise ConnectionError(f"the broker closed after {len(data)} of {length} bytes")
    return data


class Kafka(Server):
    """The event log."""

    name = "kafka"
    ports = ("KAFKA_PORT", "KAFKA_CONTROLLER_PORT")

    @property
    def libs(self) -> Path:
        """The folder of the jar files, named by version so that a new version is a new folder."""
        version = self.settings.version
        return self.settings.installed(self.name) / f"{version('KAFKA')}_{version('SCALA')}"

    def install(self) -> str:
        """Let Maven copy Kafka and what it depends on."""
        find_kafka_java(self.settings.environment)
        if self.libs.is_dir():
            return f"{self.libs.name} is installed already"
        partial = self.libs.with_name("partial")
        shutil.rmtree(partial, ignore_errors=True)
        copy_artifacts(self.settings, "kafka", partial)
        count = len(list(partial.glob("*.jar")))
        replace_folder(partial, self.libs)
        return f"installed {self.libs.name} ({count} jars)"

    def require_installed(self) -> None:
        """Refuse to go on without the jar files."""
        if not self.libs.is_dir():
            raise Lacking(f"kafka is not installed in {self.libs}: run `stack.py install` first")

    def prepare(self, account: Account) -> Launch:
        """Write the configuration and format the log directory the first time."""
        java = find_kafka_java(self.settings.environment)
        account.require_access(java.program)
        data = self.settings.data(self.name)
        config, logging, logs = (
            data / n for n in ("server.properties", "log4j2.properties", "logs")
        )
        ports = self.settings.ports
        config.write_text(
            render_properties(ports["KAFKA_PORT"], ports["KAFKA_CONTROLLER_PORT"], logs),
            encoding="utf-8",
        )
        logging.write_text(LOGGING, encoding="utf-8")
        account.give(data)
        jvm = [f"-Dlog4j2.configurationFile={logging}", "-cp", f"{self.libs}/*"]
        if not (logs / "meta.properties").is_file():
            tool = [str(java.program), *jvm, "kafka.tools.StorageTool", "format"]
            account.run([*tool, "-t", cluster_id(), "-c", config])
        heap = self.settings.option("KAFKA_HEAP", "512m")
        command = [str(java.program), f"-Xmx{heap}", *jvm, "kafka.Kafka", str(config)]
        return Launch(command, {})

    def answers(self) -> bool:
        """Whether the broker answers ApiVersions and names at least one live broker."""
        address = (HOST, self.port("KAFKA_PORT"))
        try:
            versions = round_trip(address, request(API_VERSIONS, 0))
            metadata = round_trip(address, request(METADATA, 1, struct.pack(">i", 0)))
        except (OSError, struct.error):
            return False
        return versions[:2] == b"\x00\x00" and struct.unpack(">i", metadata[:4])[0] > 0

    def exports(self, test: bool) -> dict[str, str]:
        """Return the broker's settings."""
        bootstrap = f"{HOST}:{self.port('KAFKA_PORT')}"
        if test:
            return {"CLAIMDESK_TEST_KAFKA": bootstrap}
        return {"CLAIMDESK_BROKER": "kafka", "CLAIMDESK_KAFKA_BOOTSTRAP": bootstrap}
