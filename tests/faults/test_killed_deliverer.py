"""Deliveries survive SIGKILL: every alert arrives, and one that comes twice has the same id."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from standardwebhooks import Webhook

from services.alert.service import LEASE
from services.ports.alert_store import DeliveryState
from services.runtime.clock import SystemClock
from tests.support.alerts import SECRET, alert_store, make_notification, make_subscription
from tests.support.receiver import receiving

COUNT = int(os.environ.get("CLAIMDESK_TEST_DELIVERIES", "300"))
"""Alerts; 10,000 take some minutes."""


def start(folder: Path, lead: timedelta) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.deliver", str(folder), str(lead.total_seconds())],
        cwd=Path(__file__).parents[2],
    )


def test_every_alert_arrives_although_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    store = alert_store(tmp_path)
    now = SystemClock().now()
    names = [f"n{number}" for number in range(COUNT)]
    with receiving() as receiver:
        for number in range(3):
            store.add(make_subscription(f"s{number}", webhook_url=f"{receiver.url}/{number}"))
        for number, name in enumerate(names):
            store.owe(make_notification(name, f"s{number % 3}"), now)
        # Each process is killed when so many more have arrived: in the middle of its work.
        for death, share in enumerate((0.13, 0.33, 0.57)):
            process = start(tmp_path, death * LEASE)
            receiver.wait_for(int(COUNT * share), seconds=600)
            process.kill()
            process.wait()
        process = start(tmp_path, 3 * LEASE)
        while len({asked.headers["webhook-id"] for asked in receiver.requests}) < COUNT:
            receiver.wait_for(len(receiver.requests) + 1)
        while store.deliveries([DeliveryState.OWED]):
            assert process.poll() is None, "the deliverer died by itself"
        process.kill()
        process.wait()
    ids = Counter(asked.headers["webhook-id"] for asked in receiver.requests)
    assert sorted(ids) == sorted(names)
    for asked in receiver.requests:
        # The clock of the last processes runs ahead, so the signature is checked without the age.
        sent = asked.headers["webhook-id"]
        assert json.loads(asked.body)["data"]["id"] == sent
    Webhook(SECRET).verify(receiver.requests[0].body, receiver.requests[0].headers)
    # One worker serves the origin, so each death can repeat no more than the one that was under way.
    assert sum(ids.values()) <= COUNT + 3
    logged = {json.loads(row)["id"] for row in (tmp_path / "alerts.log").read_text().splitlines()}
    assert logged == set(names)
    assert {row.state for row in store.deliveries(limit=2 * COUNT)} == {DeliveryState.DELIVERED}


def test_a_digest_keeps_its_id_and_its_alerts_however_often_its_sender_is_killed(
    tmp_path: Path,
) -> None:
    store = alert_store(tmp_path)
    now = SystemClock().now()
    with receiving() as receiver:
        store.add(make_subscription(webhook_url=receiver.url))
        names = [f"n{number}" for number in range(250)]
        for name in names:
            store.owe(make_notification(name), now, at=now, digest="d")
        for death in range(2):
            process = start(tmp_path, death * LEASE)
            receiver.wait_for(len(receiver.requests) + 1)
            process.kill()
            process.wait()
            # What comes late joins no digest that may be on its way.
            late = f"late{death}"
            store.owe(make_notification(late), now, at=now, digest="d")
            names.append(late)
        process = start(tmp_path, 2 * LEASE)
        while store.deliveries([DeliveryState.OWED]):
            assert process.poll() is None, "the deliverer died by itself"
        process.kill()
        process.wait()
    got: dict[str, set[tuple[str, ...]]] = {}
    for asked in receiver.requests:
        data = json.loads(asked.body)["data"]
        assert data["id"] == asked.headers["webhook-id"]
        got.setdefault(data["id"], set()).add(tuple(alert["id"] for alert in data["alerts"]))
    assert all(len(members) == 1 for members in got.values()), "an id stood for two digests"
    assert sorted(name for (members,) in got.values() for name in members) == sorted(names)
