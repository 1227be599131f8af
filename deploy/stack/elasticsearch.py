"""Elasticsearch: the real server in the small distribution its own integration tests use.

It has no language analysers, no percolator and no ES|QL; Claimdesk uses none of them.
"""

import json
import shutil
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from deploy.stack.errors import Lacking, StackError
from deploy.stack.java import copy_artifacts, find_elasticsearch_java
from deploy.stack.server import Launch, Server, replace_folder
from deploy.stack.settings import HOST
from deploy.stack.users import Account

# Straight to the loopback address, whatever proxy the environment names.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def render_config(port: int, transport_port: int, data: Path, logs: Path) -> str:
    """Return elasticsearch.yml for a node of one that only the loopback address reaches."""
    config: dict[str, object] = {
        "cluster.name": "claimdesk-stack",
        "node.name": "claimdesk-stack-1",
        "path.data": str(data),
        "path.logs": str(logs),
        "network.host": HOST,
        "http.port": port,
        "transport.port": transport_port,
        "discovery.type": "single-node",
        "xpack.security.enabled": False,
        # A development machine's disk is often nearly full; refusing writes there helps nobody.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in config.items())


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip with its executable bits; the single top folder becomes the target."""
    with zipfile.ZipFile(archive) as bundle:
        for entry in bundle.infolist():
            path = Path(bundle.extract(entry, target.parent))
            mode = (entry.external_attr >> 16) & 0o777
            # Another user runs it, so everybody may read it.
            path.chmod(0o755 if entry.is_dir() or mode & 0o100 else 0o644)
        tops = {entry.filename.split("/")[0] for entry in bundle.infolist()}
    if len(tops) != 1:
        raise StackError(f"{archive} should hold one top folder and holds {sorted(tops)}")
    replace_folder(target.parent / tops.pop(), target)


class Elasticsearch(Server):
    """The evidence store."""

    name = "elasticsearch"
    ports = ("ELASTICSEARCH_PORT", "ELASTICSEARCH_TRANSPORT_PORT")

    @property
    def home(self) -> Path:
        """The program folder, named by version."""
        return self.settings.installed(self.name) / self.settings.version("ELASTICSEARCH")

    def install(self) -> str:
        """Let Maven copy the distribution, then unpack it."""
        find_elasticsearch_java(self.settings.environment)
        if self.home.is_dir():
            return f"{self.home.name} is installed already"
        partial = self.home.with_name("partial")
        shutil.rmtree(partial, ignore_errors=True)
        copy_artifacts(self.settings, "elasticsearch", partial, "-DexcludeTransitive=true")
        archives = list(partial.glob("*.zip"))
        if len(archives) != 1:
            raise StackError(f"expected one zip in {partial}, found {len(archives)}")
        unpack(archives[0], partial / "unpacked")
        replace_folder(partial / "unpacked", self.home)
        shutil.rmtree(partial)
        return f"installed {self.home.name}"

    def require_installed(self) -> None:
        """Refuse to go on without the program files."""
        if not self.home.is_dir():
            raise Lacking(
                f"elasticsearch is not installed in {self.home}: run `stack.py install` first"
            )

    def prepare(self, account: Account) -> Launch:
        """Write the configuration folder; the node itself initialises its data."""
        java = find_elasticsearch_java(self.settings.environment)
        account.require_access(java.program)
        data = self.settings.data(self.name)
        config = data / "config"
        config.mkdir(exist_ok=True)
        for name in ("jvm.options", "log4j2.properties"):
            shutil.copyfile(self.home / "config" / name, config / name)
        (config / "jvm.options.d").mkdir(exist_ok=True)
        ports = self.settings.ports
        text = render_config(
            ports["ELASTICSEARCH_PORT"],
            ports["ELASTICSEARCH_TRANSPORT_PORT"],
            data / "indices",
            data / "logs",
        )
        (config / "elasticsearch.yml").write_text(text, encoding="utf-8")
        (data / "tmp").mkdir(exist_ok=True)
        (data / "logs").mkdir(exist_ok=True)
        account.give(data)
        heap = self.settings.option("ELASTICSEARCH_HEAP", "1g")
        env = {
            "ES_JAVA_HOME": str(java.home),
            "ES_PATH_CONF": str(config),
            "ES_TMPDIR": str(data / "tmp"),
            "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}",
        }
        return Launch([str(self.home / "bin" / "elasticsearch")], env)

    def answers(self) -> bool:
        """Whether the cluster says that every primary shard is there."""
        url = f"{self._url()}/_cluster/health?wait_for_status=yellow&timeout=1s"
        try:
            with DIRECT.open(url, timeout=5) as response:
                health = json.load(response)
        except (OSError, ValueError):  # URLError is an OSError
            return False
        return health.get("status") in ("yellow", "green") and not health.get("timed_out")

    def exports(self, test: bool) -> dict[str, str]:
        """Return the store's settings."""
        if test:
            return {"CLAIMDESK_TEST_ELASTICSEARCH": self._url()}
        return {"CLAIMDESK_STORE": "elasticsearch", "CLAIMDESK_ELASTICSEARCH_URL": self._url()}

    def _url(self) -> str:
        return f"http://{HOST}:{self.port('ELASTICSEARCH_PORT')}"
