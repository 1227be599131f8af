"""The local stack's own logic, on made-up folders and harmless processes: no server is started."""

import base64
import io
import os
import socket
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from deploy import healthcheck
from deploy.stack import commands, elasticsearch, java, kafka, postgresql, processes, server, users
from deploy.stack.errors import Lacking, StackError
from deploy.stack.processes import Process, Record
from deploy.stack.settings import DEFAULT_PORTS, Settings, read_ports, read_versions

STACK = Path(__file__).resolve().parents[2] / "deploy" / "stack" / "stack.py"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "state", {"PATH": "/usr/bin:/bin"})


# --- settings -------------------------------------------------------------------------------------


def test_versions_are_read(tmp_path: Path) -> None:
    file = tmp_path / "versions.env"
    file.write_text("# why\n\nKAFKA_VERSION=1.2.3\n")
    assert read_versions(file) == {"KAFKA_VERSION": "1.2.3"}


@pytest.mark.parametrize("line", ["KAFKA_VERSION", "KAFKA_VERSION=", 'KAFKA_VERSION="1"', "=1"])
def test_a_bad_version_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "versions.env"
    file.write_text(f"A=1\n{line}\n")
    with pytest.raises(Lacking, match=r"versions\.env:2"):
        read_versions(file)


def test_ports_default_and_give_way_to_the_environment() -> None:
    assert read_ports({}) == DEFAULT_PORTS
    assert read_ports({"CLAIMDESK_STACK_KAFKA_PORT": "29092"})["KAFKA_PORT"] == 29092


@pytest.mark.parametrize("value", ["", "x", "0", "65536", "-1", "19200"])
def test_a_bad_or_shared_port_is_refused(value: str) -> None:
    with pytest.raises(Lacking, match="CLAIMDESK_STACK_KAFKA_PORT"):
        read_ports({"CLAIMDESK_STACK_KAFKA_PORT": value})


def test_an_explicit_directory_wins(tmp_path: Path) -> None:
    env = {"CLAIMDESK_STACK_DIR": str(tmp_path / "env")}
    assert Settings.load(None, env).directory == tmp_path / "env"
    assert Settings.load(tmp_path / "given", env).directory == tmp_path / "given"


# --- configuration --------------------------------------------------------------------------------


def test_kafka_properties_make_a_broker_of_one() -> None:
    text = kafka.render_properties(19092, 19093, Path("/state/logs"))
    rendered = dict(line.split("=", 1) for line in text.splitlines())
    assert rendered["process.roles"] == "broker,controller"
    assert rendered["controller.quorum.voters"] == "1@127.0.0.1:19093"
    assert rendered["listeners"] == "PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093"
    assert rendered["auto.create.topics.enable"] == "false"
    assert rendered["group.initial.rebalance.delay.ms"] == "0"
    copies = [
        value for key, value in rendered.items() if "replication.factor" in key or "isr" in key
    ]
    assert len(copies) >= 5
    assert set(copies) == {"1"}


def test_cluster_ids_have_kafkas_form_and_differ() -> None:
    ids = {kafka.cluster_id() for _ in range(20)}
    assert len(ids) == 20
    assert {len(one) for one in ids} == {22}


def test_elasticsearch_config_is_valid_yaml_on_the_loopback_address() -> None:
    text = elasticsearch.render_config(19200, 19300, Path('/a "b"/data'), Path("/a/logs"))
    config = yaml.safe_load(text)
    assert config["path.data"] == '/a "b"/data'
    assert config["network.host"] == "127.0.0.1"
    assert config["http.port"] == 19200
    assert config["discovery.type"] == "single-node"
    assert config["xpack.security.enabled"] is False
    assert config["cluster.routing.allocation.disk.threshold_enabled"] is False
    assert not any(key.startswith("xpack.ml") for key in config)


def test_unpack_keeps_what_is_executable(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        for name, mode in (("top/bin/run", 0o700), ("top/config/x.yml", 0o660)):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | mode) << 16
            bundle.writestr(entry, "content")
    elasticsearch.unpack(archive, tmp_path / "home")
    assert (tmp_path / "home/bin/run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "home/config/x.yml").stat().st_mode & 0o777 == 0o644


# --- Java -----------------------------------------------------------------------------------------


def make_java(folder: Path, name: str, version: str, *modules: str) -> Path:
    home = folder / name
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch()
    lines = f'JAVA_VERSION="{version}"\nMODULES="java.base {" ".join(modules)}"\n'
    (home / "release").write_text(lines)
    return home


def test_elasticsearch_gets_a_new_enough_java_with_the_vector_module(tmp_path: Path) -> None:
    make_java(tmp_path, "a-17", "17.0.15", java.VECTOR)
    make_java(tmp_path, "b-21-jre", "21.0.1")
    wanted = make_java(tmp_path, "c-25", "25.0.3", java.VECTOR)
    found = java.find_java({}, 21, java.VECTOR, folder=tmp_path)
    assert found.home == wanted
    assert found.version == 25


def test_kafka_gets_the_first_that_will_do(tmp_path: Path) -> None:
    make_java(tmp_path, "a-8", "1.8.0_402")
    wanted = make_java(tmp_path, "b-17", "17.0.15")
    assert java.find_java({}, 17, folder=tmp_path).home == wanted


@pytest.mark.parametrize("variable", ["ES_JAVA_HOME", "JAVA_HOME"])
def test_a_named_java_is_looked_at_first(tmp_path: Path, variable: str) -> None:
    make_java(tmp_path / "jvm", "a-25", "25", java.VECTOR)
    named = make_java(tmp_path / "mine", "x", "21.0.2", java.VECTOR)
    assert java.find_java({variable: str(named)}, 21, java.VECTOR, tmp_path / "jvm").home == named


def test_what_was_rejected_is_named_with_the_reason(tmp_path: Path) -> None:
    make_java(tmp_path, "a-17", "17.0.15", java.VECTOR)
    make_java(tmp_path, "b-21-jre", "21.0.1")
    (tmp_path / "c-empty").mkdir()
    with pytest.raises(Lacking) as caught:
        java.find_java({"ES_JAVA_HOME": "/nowhere"}, 21, java.VECTOR, folder=tmp_path)
    message = str(caught.value)
    for part in (
        "ES_JAVA_HOME",
        "a-17: Java 17",
        "b-21-jre: Java 21 without",
        "c-empty: no bin/java",
    ):
        assert part in message


def test_missing_maven_is_said(settings: Settings, tmp_path: Path) -> None:
    bare = Settings(settings.directory, settings.versions, settings.ports, {"PATH": str(tmp_path)})
    with pytest.raises(Lacking, match="Maven"):
        java.copy_artifacts(bare, "kafka", tmp_path / "out")


# --- PostgreSQL -----------------------------------------------------------------------------------


def make_postgresql(folder: Path, major: str) -> Path:
    programs = folder / major / "bin"
    programs.mkdir(parents=True)
    for name in postgresql.NEEDED:
        (programs / name).touch()
    return programs


def test_the_wanted_major_version_comes_before_a_newer_one(tmp_path: Path) -> None:
    wanted, newer = make_postgresql(tmp_path, "16"), make_postgresql(tmp_path, "17")
    make_postgresql(tmp_path, "13")
    assert postgresql.system_programs("16", tmp_path) == wanted
    assert postgresql.system_programs("18", tmp_path) == newer


def test_too_old_or_incomplete_is_none(tmp_path: Path) -> None:
    make_postgresql(tmp_path, "13")
    (tmp_path / "16" / "bin").mkdir(parents=True)
    assert postgresql.system_programs("16", tmp_path) is None
    assert postgresql.system_programs("16", tmp_path / "absent") is None


def test_no_postgresql_at_all_names_both_remedies(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "wheel_folder", lambda: None)
    with pytest.raises(
        Lacking, match=r"Debian's `postgresql`, or `python3 -m pip install pgserver`"
    ):
        postgresql.PostgreSQL(settings, tmp_path).install()


def test_the_lock_of_a_dead_server_is_removed_and_that_of_a_live_one_kept(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n/data\n")
    postgresql.remove_dead_lock(lock)
    assert lock.exists()
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    assert processes.wait_until(lambda: Process.of(zombie.pid) is None, 5)
    lock.write_text(f"{zombie.pid}\n/data\n")
    postgresql.remove_dead_lock(lock)
    assert not lock.exists()
    zombie.wait()


# --- env ------------------------------------------------------------------------------------------


def run_env(*arguments: str, capsys: pytest.CaptureFixture[str], state: Path) -> dict[str, str]:
    assert commands.main(["env", "--dir", str(state), *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("export ") for line in lines)
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)


def test_env_points_the_services_at_the_servers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMDESK_STACK_POSTGRESQL_PORT", "25432")
    exported = run_env(capsys=capsys, state=tmp_path)
    assert len(base64.urlsafe_b64decode(exported.pop("CLAIMDESK_ALERT_KEYS"))) == 32
    assert exported == {
        "CLAIMDESK_BROKER": "kafka",
        "CLAIMDESK_KAFKA_BOOTSTRAP": "127.0.0.1:19092",
        "CLAIMDESK_STORE": "elasticsearch",
        "CLAIMDESK_ELASTICSEARCH_URL": "http://127.0.0.1:19200",
        "CLAIMDESK_DATABASE_URL": "postgresql+psycopg://claimdesk:claimdesk@127.0.0.1:25432/claimdesk",
    }


def test_env_for_tests_names_only_their_variables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = set(run_env("--test", capsys=capsys, state=tmp_path))
    assert names == {f"CLAIMDESK_TEST_{name.upper()}" for name in commands.SERVERS}
    only = run_env("--test", "--only", "kafka", capsys=capsys, state=tmp_path)
    assert set(only) == {"CLAIMDESK_TEST_KAFKA"}


# --- command line ---------------------------------------------------------------------------------


def test_status_of_nothing_says_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["status", "--dir", str(tmp_path)]) == commands.NOT_ALL_UP
    assert capsys.readouterr().out.split() == [
        w for n in commands.SERVERS for w in (n, "down", "-")
    ]


def test_starting_before_installing_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["start", "kafka", "--dir", str(tmp_path)]) == Lacking.exit_code
    assert "stack.py install" in capsys.readouterr().err


def test_down_twice_is_no_failure(tmp_path: Path) -> None:
    assert commands.main(["down", "--purge", "--dir", str(tmp_path)]) == 0
    assert commands.main(["down", "--dir", str(tmp_path)]) == 0


@pytest.mark.parametrize("arguments", [["up", "--only", "mysql"], ["stop", "mysql"], ["stop"], []])
def test_an_unknown_server_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        commands.main(arguments)
    assert caught.value.code == 2


def test_the_script_runs_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(STACK), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "exit codes" in done.stdout


# --- processes ------------------------------------------------------------------------------------


class Sleeper(server.Server):
    """A server that only sleeps, with a child, so that the life cycle can be seen."""

    name = "kafka"
    ports = ()
    stop_grace = 3.0
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"

    def install(self) -> str:
        return "nothing to install"

    def require_installed(self) -> None:
        """It always is."""

    def prepare(self, account: users.Account) -> server.Launch:
        return server.Launch([sys.executable, "-c", self.script], {})

    def answers(self) -> bool:
        process = self.process()
        return process is not None and len(process.tree()) == 2

    def exports(self, test: bool) -> dict[str, str]:
        return {}


@pytest.fixture
def sleeper(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sleeper]:
    monkeypatch.setattr(server, "server_account", users.Account)
    monkeypatch.setattr(processes, "SETTLE", 0.2)
    one = Sleeper(settings)
    yield one
    one.stop()


def started(sleeper: Sleeper) -> list[Process]:
    sleeper.start()
    sleeper.wait(10)
    process = sleeper.process()
    assert process is not None
    return process.tree()


def gone(members: list[Process]) -> bool:
    return processes.wait_until(lambda: not any(member.alive for member in members), 5)


def test_stop_ends_the_whole_tree(sleeper: Sleeper) -> None:
    members = started(sleeper)
    assert sleeper.stop() == "stopped"
    assert gone(members)
    assert not sleeper.settings.record("kafka").exists()
    assert sleeper.stop() == "is not running"


def test_a_server_that_will_not_stop_is_killed(sleeper: Sleeper) -> None:
    sleeper.script = "import signal; signal.signal(15, signal.SIG_IGN); " + sleeper.script
    members = started(sleeper)
    sleeper.stop_grace = 0.2  # type: ignore[misc]  # this one only
    assert sleeper.stop().startswith("killed")
    assert gone(members)


def test_up_starts_nothing_when_one_server_cannot_start(
    sleeper: Sleeper, settings: Settings
) -> None:
    with pytest.raises(Lacking, match="is not installed"):
        commands.up([sleeper, kafka.Kafka(settings)], SimpleNamespace(fresh=False, timeout=5))  # type: ignore[arg-type]
    assert sleeper.process() is None


def test_starting_twice_keeps_the_first(sleeper: Sleeper) -> None:
    members = started(sleeper)
    assert started(sleeper) == members


def test_a_killed_server_is_found_gone(sleeper: Sleeper) -> None:
    members = started(sleeper)
    members[0].signal(9)
    assert processes.wait_until(lambda: sleeper.process() is None, 5)
    assert sleeper.stop() == "stopped"  # its child was still there
    assert gone(members)


def test_kill_and_pause_need_a_running_server(sleeper: Sleeper) -> None:
    with pytest.raises(StackError, match="not running"):
        sleeper.kill()
    with pytest.raises(StackError, match="not running"):
        sleeper.pause()
    members = started(sleeper)
    assert sleeper.kill() == "killed"
    assert gone(members)


def test_a_paused_server_is_alive_but_stopped_and_can_go_on(sleeper: Sleeper) -> None:
    members = started(sleeper)

    def states() -> set[str]:
        stats = [
            Path(f"/proc/{m.pid}/stat").read_text().rpartition(")")[2].split()[0] for m in members
        ]
        return set(stats)

    sleeper.pause()
    assert processes.wait_until(lambda: states() == {"T"}, 5)
    sleeper.pause(resume=True)
    assert processes.wait_until(lambda: states() == {"S"}, 5)
    sleeper.pause()
    sleeper.stop()
    assert gone(members)


def test_a_server_that_ends_at_once_shows_its_log(sleeper: Sleeper) -> None:
    sleeper.script = "import time; print('cannot read its configuration'); time.sleep(0.3)"
    sleeper.start()
    with pytest.raises(
        StackError, match=r"ended while starting(.|\n)*cannot read its configuration"
    ):
        sleeper.wait(10)


def test_data_of_a_running_server_is_not_purged(sleeper: Sleeper) -> None:
    started(sleeper)
    with pytest.raises(StackError, match="still runs"):
        sleeper.purge()
    sleeper.stop()
    sleeper.purge()
    assert not sleeper.settings.data("kafka").exists()


def test_a_strangers_process_with_the_recorded_id_is_left_alone(settings: Settings) -> None:
    stranger = subprocess.Popen(["sleep", "30"])
    try:
        now = Process.of(stranger.pid)
        assert now is not None
        Record(now.pid, now.started - 1, {}).write(settings.record("kafka"))
        assert Sleeper(settings).stop() == "was gone already"
        assert now.alive
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pid": "x"}'])
def test_a_damaged_record_counts_as_none(settings: Settings, text: str) -> None:
    path = settings.record("kafka")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert processes.read_record(path) is None
    assert Sleeper(settings).stop() == "was gone already"


def test_a_taken_port_is_refused_with_the_variable_to_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Lacking, match=f"127.0.0.1:{port}.*SOME_PORT"):
            processes.require_free("127.0.0.1", port, "SOME_PORT")
    processes.require_free("127.0.0.1", port, "SOME_PORT")


# --- answers --------------------------------------------------------------------------------------


def serve(responses: list[bytes]) -> int:
    """Answer one connection a response on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener:
            for response in responses:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(response)

    threading.Thread(target=run, daemon=True).start()
    return int(listener.getsockname()[1])


def framed(body: bytes) -> bytes:
    return struct.pack(">ii", len(body) + 4, 1) + body


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([framed(b"\0\0rest"), framed(struct.pack(">i", 1))], True),
        ([framed(b"\0\0rest"), framed(struct.pack(">i", 0))], False),  # no live broker yet
        ([framed(b"\0\x23rest"), framed(struct.pack(">i", 1))], False),  # an error code
        ([b""], False),
        ([b"HTTP/1.0 400 Bad Request\r\n\r\n"], False),
    ],
)
def test_kafka_answers(settings: Settings, responses: list[bytes], expected: bool) -> None:
    ports = {**settings.ports, "KAFKA_PORT": serve(responses)}
    broker = kafka.Kafka(Settings(settings.directory, settings.versions, ports, {}))
    assert broker.answers() is expected


def test_elasticsearch_answers_only_with_its_primaries(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = elasticsearch.Elasticsearch(settings)
    for body, expected in (
        (b'{"status": "green", "timed_out": false}', True),
        (b'{"status": "yellow", "timed_out": false}', True),
        (b'{"status": "red", "timed_out": true}', False),
        (b"not JSON", False),
    ):
        opener = SimpleNamespace(open=lambda url, timeout, body=body: io.BytesIO(body))
        monkeypatch.setattr(elasticsearch, "DIRECT", opener)
        assert store.answers() is expected


def test_the_containers_health_check() -> None:
    port = serve([b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.0 503 Busy\r\n\r\nthe broker is down"])
    assert healthcheck.check("readyz", str(port)) is None
    assert "the broker is down" in str(healthcheck.check("readyz", str(port)))
    assert "did not answer" in str(healthcheck.check("readyz", str(port)))
