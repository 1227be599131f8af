"""What happened to a task after it was made, on its page and in the queue."""

from pathlib import Path

import httpx

from schemas.evidence_change import Change, EvidenceChange
from tests.support.desk import (
    NOW,
    People,
    make_article,
    make_match,
    make_task,
    running_desk,
    sqlite_url,
    store_at,
)


def test_the_page_tells_what_changed_and_counts_every_sighting(tmp_path: Path) -> None:
    with store_at(sqlite_url(tmp_path)) as store:
        for number in range(25):
            store.upsert(make_task(article=make_article(f"a{number:02}"), evidence=[make_match()]))
        reason = "<b>The count was wrong.</b>"
        store.change_evidence(
            EvidenceChange(evidence_id="e1", change=Change.WITHDRAWN, reason=reason, at=NOW), NOW
        )
        with running_desk(store) as url:
            cookies = People(store).cookie()
            page = httpx.get(f"{url}/tasks/{make_task().id}", cookies=cookies, timeout=30).text
            queue = httpx.get(f"{url}/", cookies=cookies, timeout=30).text
    assert "Evidence was withdrawn: “What the bridge cost (e1)” (Audit Office)." in page
    assert "&lt;b&gt;The count was wrong.&lt;/b&gt;" in page
    assert "2 May 2024, 12:00 UTC, priority" in page
    assert "The first and the newest of 25 sightings." in page
    assert "25 sightings" in queue
