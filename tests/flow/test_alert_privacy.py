"""What a reviewer has written or decided leaves only when it was published, and then without the notes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx

from schemas.topics import TOPICS
from services.alert.links import feed_addresses, feed_hash, new_feed_secret
from services.app import App
from services.cli.run import run_services
from services.review.service import VerdictOutbox
from services.runtime.settings import Settings
from tests.support.alert_site import running_site
from tests.support.alerts import make_subscription
from tests.support.desk import decide, make_task, take


def test_an_unpublished_verdict_is_in_no_feed(tmp_path: Path) -> None:
    app = App(Settings(data_dir=tmp_path))
    app.admin.ensure(TOPICS)
    secret = new_feed_secret()
    app.alert_store.add(make_subscription(feed_hash=feed_hash(secret)))
    now = datetime.now(UTC)
    app.task_store.upsert(make_task())
    decide(app.task_store, take(app.task_store, "reviewer-ana", now=now), "PRIVATE words", now=now)

    run_services(app, ["alert"], once=True)
    assert read(app, secret) == []

    VerdictOutbox(app.task_store, app.producer, app.clock).publish()
    run_services(app, ["alert"], once=True)
    (item,) = read(app, secret)
    assert "Rated false" in item
    for private in ("PRIVATE", "reviewer-ana"):
        assert private not in item
        assert private not in (tmp_path / "alerts.log").read_text()
    app.close()


def read(app: App, secret: str) -> list[str]:
    """The items of the feed as its readers get them, from the site itself."""
    with running_site(app.alert_store, app.settings.data_dir) as url:
        answer = httpx.get(feed_addresses(url, secret)["json"], trust_env=False)
    return [json.dumps(item) for item in answer.json()["items"]]
