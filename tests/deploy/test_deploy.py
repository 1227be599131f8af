"""The deployment files keep their rules; nothing here needs a network, a server or a container engine."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SIX = ("ingest", "extract", "match", "triage", "review", "alert")
SERVERS = ("kafka", "elasticsearch", "postgresql")


def read_env(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


VERSIONS = read_env(DEPLOY / "versions.env")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EVERY = pytest.mark.parametrize("name", list(SERVICES))


# --- versions -------------------------------------------------------------------------------------


def deployment_files() -> list[Path]:
    kept = {".py", ".xml", ".yml", ".yaml", ".md", ".env", ".sh", ".json", ""}
    found = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix in kept]
    found += [ROOT / "docker-compose.yml", ROOT / ".dockerignore"]
    return [
        path for path in found if path.name != "versions.env" and "__pycache__" not in path.parts
    ]


@pytest.mark.parametrize("path", deployment_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_repeats_a_version(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    dotted = {key: value for key, value in VERSIONS.items() if value.count(".") >= 2}
    repeated = [
        key
        for key, value in dotted.items()
        if re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", text)
    ]
    assert not repeated, f"{path} repeats {repeated}: read deploy/versions.env instead"


def test_versions_are_plain_and_all_used() -> None:
    assert all(re.fullmatch(r"\d+(\.\d+)*", value) for value in VERSIONS.values())
    used = "".join(path.read_text(encoding="utf-8") for path in deployment_files())
    stack_keys = set(re.findall(r'version\("([A-Z0-9_]+)"\)', used))
    unused = [
        k
        for k in VERSIONS
        if f"${{{k}" not in used and k.removesuffix("_VERSION") not in stack_keys
    ]
    assert not unused


def test_pom_takes_every_version_as_a_property() -> None:
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    pom = ET.parse(DEPLOY / "stack" / "pom.xml").getroot()
    written = [
        element.findtext("m:version", "", space)
        for kind in ("dependency", "plugin")
        for element in pom.iterfind(f".//m:{kind}", space)
    ]
    assert len(written) == 4
    assert all(re.fullmatch(r"\$\{[a-z0-9.-]+\}", version) for version in written)
    passed = (DEPLOY / "stack" / "java.py").read_text(encoding="utf-8")
    assert all(f'"{version[2:-1]}"' in passed for version in written)


# --- docker-compose.yml ---------------------------------------------------------------------------


def test_the_services_are_the_three_servers_the_setup_and_the_six() -> None:
    assert set(SERVICES) == {*SERVERS, "setup", *SIX}


@EVERY
def test_image_version_comes_from_the_environment_only(name: str) -> None:
    image = SERVICES[name]["image"]
    if image == "claimdesk:local":
        return
    repository, _, tag = image.partition(":")
    assert "." not in repository.split("/")[0], "no registry host: the engine's default is meant"
    variable = re.fullmatch(r"\$\{([A-Z_]+):\?[^}]+\}", tag)
    assert variable
    assert variable.group(1) in VERSIONS


def test_no_variable_of_a_version_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for key in VERSIONS:
        assert not re.search(rf"\$\{{{key}:?-", text)


def test_the_image_is_built_once_from_the_dockerfile() -> None:
    builders = [name for name, service in SERVICES.items() if "build" in service]
    assert builders == ["setup"]
    assert SERVICES["setup"]["build"]["dockerfile"] == "deploy/Dockerfile"
    assert {SERVICES[name]["image"] for name in ("setup", *SIX)} == {"claimdesk:local"}


@EVERY
def test_ports_are_published_on_the_loopback_address_only(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert all(str(port).startswith("127.0.0.1:") for port in ports)
    assert bool(ports) == (name in {*SERVERS, "review", "alert"})


@EVERY
def test_runs_unprivileged(name: str) -> None:
    service = SERVICES[name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert group.isdigit()
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not set(service) & {"privileged", "pid", "ipc", "network_mode", "devices"}


@EVERY
def test_root_file_system_is_read_only_where_the_image_allows(name: str) -> None:
    writable = {"kafka", "elasticsearch"}  # the compose file says why
    assert SERVICES[name].get("read_only", False) is (name not in writable)
    if name not in writable:
        assert any(entry.startswith("/tmp:") for entry in SERVICES[name]["tmpfs"])


@EVERY
def test_has_a_health_check_limits_and_a_restart_policy(name: str) -> None:
    service = SERVICES[name]
    if name == "setup":  # runs once and ends
        assert service["healthcheck"] == {"disable": True}
        assert service["restart"] == "no"
    else:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert service["healthcheck"]["start_period"]
        assert service["restart"] == "unless-stopped"
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["logging"]["options"]["max-size"]


@EVERY
def test_volumes_are_named(name: str) -> None:
    sources = [volume.split(":")[0] for volume in SERVICES[name]["volumes"]]
    assert sources
    assert set(sources) <= set(COMPOSE["volumes"])


def test_every_declared_volume_and_network_is_used() -> None:
    for kind in ("volumes", "networks"):
        used = {item.split(":")[0] for service in SERVICES.values() for item in service[kind]}
        assert used == set(COMPOSE[kind])


def test_services_wait_for_the_servers_and_the_setup() -> None:
    for name in ("setup", *SIX):
        waits = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}
        expected = dict.fromkeys(SERVERS, "service_healthy")
        if name != "setup":
            expected["setup"] = "service_completed_successfully"
        assert waits == expected


def test_each_of_the_six_runs_its_own_service() -> None:
    for name in SIX:
        assert SERVICES[name]["command"] == ["run", name]
        assert "entrypoint" not in SERVICES[name]


def test_a_service_gets_the_time_that_its_stop_may_take() -> None:
    from services.adapters.faust_step import GRACE_SECONDS, STOP_SECONDS

    for name in SIX:
        given = float(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert given > GRACE_SECONDS + STOP_SECONDS


def test_setup_makes_tables_topics_and_indices() -> None:
    (line,) = SERVICES["setup"]["command"]
    steps = [step.strip() for step in line.split("&&")]
    assert steps == ["claimdesk db migrate", "claimdesk topics ensure", "claimdesk evidence setup"]


def test_services_get_production_settings_and_no_literal_password() -> None:
    for name in ("setup", *SIX):
        environment = SERVICES[name]["environment"]
        assert environment["CLAIMDESK_BROKER"] == "kafka"
        assert environment["CLAIMDESK_STORE"] == "elasticsearch"
        assert re.fullmatch(
            r"postgresql\+psycopg://\w+@postgresql:5432/\w+", environment["CLAIMDESK_DATABASE_URL"]
        )
    for service in SERVICES.values():
        for key, value in service["environment"].items():
            if "PASSWORD" in key:
                assert re.fullmatch(r"\$\{CLAIMDESK_DATABASE_PASSWORD:\?[^}]+\}", value)
            if "KEYS" in key:
                assert re.fullmatch(r"\$\{CLAIMDESK_ALERT_KEYS:\?[^}]+\}", value)


def test_only_services_that_fetch_send_or_serve_can_reach_the_outside() -> None:
    assert COMPOSE["networks"]["stores"]["internal"] is True
    outside = {name for name in ("setup", *SIX) if "edge" in SERVICES[name]["networks"]}
    assert outside == {"ingest", "review", "alert"}


def compose_command() -> list[str] | None:
    """Find Compose 2 or newer; version 1 does not know today's format."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = [*command, "version", "--short"]
            done = subprocess.run(asked, check=False, capture_output=True, text=True)
            if done.returncode == 0 and not done.stdout.lstrip("v").startswith("1."):
                return command
    return None


def test_the_compose_file_keeps_to_the_specification_and_to_compose_where_there_is_one() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    command = compose_command()
    if command is None:
        return
    files = ["--env-file", "deploy/versions.env", "--env-file", "deploy/development.env"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CLAIMDESK_")}
    done = subprocess.run(
        [*command, *files, "config", "--quiet"],
        cwd=ROOT, env=clean, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# --- Dockerfile -----------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = re.sub(
        r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    lines = text.replace("\\\n", " ").splitlines()
    pairs = [line.strip().split(None, 1) for line in lines if line.strip()]
    return [(word.upper(), " ".join(rest.split())) for word, rest in pairs]


DOCKERFILE = instructions()


def final_stage() -> list[tuple[str, str]]:
    starts = [index for index, (word, _) in enumerate(DOCKERFILE) if word == "FROM"]
    return DOCKERFILE[starts[-1] :]


def test_dockerfile_takes_versions_as_arguments_without_defaults() -> None:
    arguments = {rest for word, rest in DOCKERFILE if word == "ARG"}
    assert arguments == {"PYTHON_VERSION", "UV_VERSION"}
    assert arguments == set(SERVICES["setup"]["build"]["args"])
    bases = [rest.split()[0] for word, rest in DOCKERFILE if word == "FROM"]
    assert bases == ["python:${PYTHON_VERSION}-slim"] * 2


def test_dockerfile_installs_only_what_the_lock_names() -> None:
    runs = " && ".join(rest for word, rest in DOCKERFILE if word == "RUN")
    installs = re.findall(r"(?:uv )?pip install [^&]*", runs)
    assert [line.strip() for line in installs] == [
        'pip install --no-cache-dir "uv==${UV_VERSION}"',
        "uv pip install --no-deps --no-build --require-hashes -r requirements.lock",
        "uv pip install --no-deps /dist/*.whl",
    ]
    assert "claimdesk models build" in runs


def test_final_image_is_small_unprivileged_and_checked() -> None:
    stage = final_stage()
    words = [word for word, _ in stage]
    runs = " ".join(rest for word, rest in stage if word == "RUN")
    assert not re.search(r"apt-get|apk |pip |curl|wget|gcc|build-essential", runs)
    copied = [rest for word, rest in stage if word == "COPY"]
    assert copied[0] == "--from=builder /opt/claimdesk /opt/claimdesk"
    assert dict(stage)["USER"] == SERVICES["ingest"]["user"]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word in {"RUN", "COPY"})
    assert dict(stage)["ENTRYPOINT"] == '["claimdesk"]'
    assert "HEALTHCHECK" in words
    assert "LABEL" in words


def test_dockerfile_avoids_what_linters_refuse() -> None:
    for word, rest in DOCKERFILE:
        assert word not in {"ADD", "MAINTAINER", "SHELL"}
        if word in {"CMD", "ENTRYPOINT"}:
            assert rest.startswith("["), "exec form: signals reach the process"
        if word == "WORKDIR":
            assert rest.startswith("/")
        if word == "FROM":
            assert " AS " in rest
            assert ":latest" not in rest
        if word == "RUN":
            assert not re.search(r"\bsudo\b|\bcd /", rest)


def test_hadolint_accepts_the_dockerfile() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    program = str(beside) if beside.is_file() else shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run(
        [program, str(DEPLOY / "Dockerfile")], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_build_context_holds_what_the_image_copies_and_little_else() -> None:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source.removeprefix("./")
        for word, rest in DOCKERFILE
        if word == "COPY" and not rest.startswith("--from")
        for source in shlex.split(rest)[:-1]
    }
    assert copied == allowed
    excluded = [rule for rule in rules[1:] if not rule.startswith("!")]
    for path in (".git", ".env", ".stack", ".venv", "services/.env"):
        assert any(fnmatch(f"/{path}", f"*{rule.removeprefix('**')}") for rule in excluded)
