"""Resident memory of each process once it works: `claimdesk up`, and each service by itself."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bench.corpus import DEMO

SERVICES = ("extract", "match", "triage", "review", "alert")
STARTUP = 60  # seconds


def measure_memory() -> dict[str, Any]:
    """Megabytes resident of each process after it worked through the demonstration's articles."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"CLAIMDESK_DATA_DIR": folder, "CLAIMDESK_HTTP_PORT": "0"}
        _command(["evidence", "load", str(DEMO / "evidence.jsonl")], environment)
        _command(["ingest", str(DEMO / "articles")], environment)
        found = {
            f"MB, claimdesk run {name}": _resident(["run", name], environment) for name in SERVICES
        }
        _command(["ingest", str(DEMO / "articles")], environment)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"CLAIMDESK_DATA_DIR": folder, "CLAIMDESK_HTTP_PORT": "0"}
        _command(["evidence", "load", str(DEMO / "evidence.jsonl")], environment)
        _command(["ingest", str(DEMO / "articles")], environment)
        found["MB, claimdesk up (goal under 900)"] = _resident(["up"], environment)
    return found


def _command(words: list[str], environment: dict[str, str]) -> None:
    subprocess.run([_claimdesk(), *words], env=environment, check=True, capture_output=True)


def _claimdesk() -> str:
    return str(Path(sys.executable).with_name("claimdesk"))


def _resident(words: list[str], environment: dict[str, str]) -> int:
    """The peak of a process that is given the time to drain what waits for it."""
    port = _free_port()
    process = subprocess.Popen(
        [_claimdesk(), *words],
        env=environment | {"CLAIMDESK_HEALTH_PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port)
        peak, still = 0, 0
        while still < 10:  # two seconds without work
            before = sum(psutil.Process(process.pid).cpu_times()[:2])
            time.sleep(0.2)
            busy = sum(psutil.Process(process.pid).cpu_times()[:2]) - before
            still = 0 if busy > 0.05 else still + 1
            peak = max(peak, psutil.Process(process.pid).memory_info().rss)
        return round(peak / 1e6)
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    end = time.monotonic() + STARTUP
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("a service did not become ready")
