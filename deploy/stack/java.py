"""Find a Java that can run a server, and run Maven."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import Lacking, StackError
from deploy.stack.settings import Settings

JVM_FOLDER = Path("/usr/lib/jvm")
POM = Path(__file__).with_name("pom.xml")
VECTOR = "jdk.incubator.vector"


@dataclass(frozen=True)
class Java:
    """One Java installation, as its `release` file describes it."""

    home: Path
    version: int
    modules: frozenset[str]

    @property
    def program(self) -> Path:
        """The java program."""
        return self.home / "bin" / "java"


def inspect(home: Path) -> Java | None:
    """Read a Java home's `release` file; anything without a java program is None."""
    if not (home / "bin" / "java").is_file():
        return None
    try:
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        release = ""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', release, re.MULTILINE))
    numbers = re.match(r"(?:1\.)?(\d+)", fields.get("JAVA_VERSION", ""))
    version = int(numbers.group(1)) if numbers else 0
    return Java(home, version, frozenset(fields.get("MODULES", "").split()))


def homes(environment: Mapping[str, str], folder: Path = JVM_FOLDER) -> Iterator[Path]:
    """Yield where a Java may be: the two variables, the usual folder, the search path."""
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if value := environment.get(variable):
            yield Path(value)
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.is_dir())
    if program := shutil.which("java", path=environment.get("PATH", "")):
        yield Path(program).resolve().parents[1]


def find_java(
    environment: Mapping[str, str],
    at_least: int,
    module: str | None = None,
    folder: Path = JVM_FOLDER,
) -> Java:
    """Return the first Java that is new enough and has the module, or say what was looked at."""
    seen: dict[Path, str] = {}
    for home in homes(environment, folder):
        java = inspect(home)
        if java is None:
            seen[home] = "no bin/java"
        elif java.version < at_least:
            seen[home] = f"Java {java.version or 'of unknown version'}"
        elif module and module not in java.modules:
            seen[home] = f"Java {java.version} without {module}"
        else:
            return java
    looked = "".join(f"\n  {home}: {why}" for home, why in seen.items()) or " nothing"
    wanted = (
        f"a full JDK {at_least} or newer with {module}" if module else f"Java {at_least} or newer"
    )
    variable = "ES_JAVA_HOME" if module else "JAVA_HOME"
    raise Lacking(
        f"{wanted} was not found: install one, or point {variable} at it."
        f" Looked at {variable}, {folder} and the search path and found:{looked}"
    )


def find_elasticsearch_java(environment: Mapping[str, str]) -> Java:
    """Return a Java for Elasticsearch, whose vector search needs an incubating module."""
    return find_java(environment, at_least=21, module=VECTOR)


def find_kafka_java(environment: Mapping[str, str]) -> Java:
    """Return a Java for Kafka."""
    return find_java(environment, at_least=17)


def copy_artifacts(settings: Settings, profile: str, target: Path, *options: str) -> None:
    """Let Maven copy the artifacts of one profile of pom.xml into a folder."""
    maven = shutil.which("mvn", path=settings.environment.get("PATH", ""))
    if maven is None:
        raise Lacking("Maven (`mvn`) was not found on the search path: install it (Debian: maven)")
    properties = {
        "maven-dependency-plugin.version": settings.version("MAVEN_DEPENDENCY_PLUGIN"),
        "kafka.version": settings.version("KAFKA"),
        "scala.version": settings.version("SCALA"),
        "log4j.version": settings.version("LOG4J"),
        "elasticsearch.version": settings.version("ELASTICSEARCH"),
        "outputDirectory": str(target),
    }
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(POM), f"-P{profile}", "dependency:copy-dependencies"]
        + [f"-D{name}={value}" for name, value in properties.items()]
        + list(options),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=dict(settings.environment),
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise StackError(f"Maven could not fetch {profile} (exit code {done.returncode}):\n{said}")
