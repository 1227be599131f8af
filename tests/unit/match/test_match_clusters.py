"""Claims join those that say the same, late evidence finds them, and a reviewer's choice is followed."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.article import ArticleRef
from schemas.claim import ArticleClaims, Claim
from schemas.cluster_choice import ChoiceKind, ClusterChoice
from schemas.evidence import Evidence, EvidenceKind
from schemas.evidence_change import Change, EvidenceChange
from schemas.match import ArticleMatches
from services.adapters.sqlite_claims import SqliteClaimStore
from services.adapters.sqlite_evidence import SqliteEvidenceStore
from services.evidence.documents import to_documents
from services.language.analysis import Analyser
from services.language.wording import wording_id
from services.match.choices import choose
from services.match.clusters import Placed, place
from services.match.rematch import rematch
from services.match.service import Forgetting
from services.ports.evidence_store import retracted
from services.runtime.clock import FakeClock
from tests.support.desk import NOW

BRIDGE = "The Lakeport bridge cost 12 million euros."
PARAPHRASE = "The bridge in Lakeport cost 12 million euros."
DEARER = "The bridge in Lakeport cost 21 million euros."


@pytest.fixture
def claims(tmp_path: Path) -> SqliteClaimStore:
    return SqliteClaimStore(tmp_path / "claims.db")


@pytest.fixture
def store(tmp_path: Path) -> SqliteEvidenceStore:
    return SqliteEvidenceStore(tmp_path / "evidence.db")


def article(name: str, *said: str | tuple[str, str], revision: int = 1) -> ArticleClaims:
    rows = [(one, None) if isinstance(one, str) else one for one in said]
    return ArticleClaims(
        article=ArticleRef(id=name, revision=revision),
        claims=[
            Claim(id=f"{name}-{text}", span=(n, n + 1), text=text, speaker=speaker)
            for n, (text, speaker) in enumerate(rows)
        ],
    )


def placed(claims: SqliteClaimStore, analyser: object, event: ArticleClaims) -> Sequence[Placed]:
    return place(event, claims=claims, analyser=analyser, clock=FakeClock(NOW))  # type: ignore[arg-type]


def cluster(claims: SqliteClaimStore, analyser: object, event: ArticleClaims) -> str:
    (found,) = placed(claims, analyser, event)
    assert found.cluster_id is not None
    return found.cluster_id


def test_the_first_sighting_has_the_cluster_of_its_wording_and_a_paraphrase_joins(
    claims: SqliteClaimStore, analyser: Analyser
) -> None:
    event = article("a", BRIDGE)
    first = cluster(claims, analyser, event)
    assert first == wording_id(event.claims[0])
    assert cluster(claims, analyser, article("b", PARAPHRASE)) == first
    assert cluster(claims, analyser, article("c", f"“{BRIDGE.upper()}”")) == first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BRIDGE, DEARER),
        ("Unemployment fell to 5% in May 2024.", "Unemployment fell to 6% in May 2024."),
        ("Lorn attacked Corvia in 2021.", "Corvia attacked Lorn in 2021."),
        ((BRIDGE, "Ada Hallam"), (PARAPHRASE, "Ben Okuda")),
        ("The Lakeport bridge was closed.", "The Lakeport bridge was not closed."),
    ],
)
def test_what_differs_does_not_join(
    claims: SqliteClaimStore, analyser: Analyser, one: Any, other: Any
) -> None:
    assert cluster(claims, analyser, article("a", one)) != cluster(
        claims, analyser, article("b", other)
    )


def test_a_claim_of_nobody_does_not_bring_two_speakers_together(
    claims: SqliteClaimStore, analyser: Analyser
) -> None:
    first = cluster(claims, analyser, article("a", (BRIDGE, "Ada Hallam")))
    assert cluster(claims, analyser, article("b", PARAPHRASE)) == first
    assert cluster(claims, analyser, article("c", (PARAPHRASE, "Ben Okuda"))) != first


def test_paraphrases_within_one_article_join(claims: SqliteClaimStore, analyser: Analyser) -> None:
    one, other, third = placed(claims, analyser, article("a", BRIDGE, PARAPHRASE, DEARER))
    assert one == other != third


def test_the_same_event_again_and_a_later_revision_get_the_same_answer(
    claims: SqliteClaimStore, analyser: Analyser
) -> None:
    events = [article("a", BRIDGE), article("b", PARAPHRASE)]
    first = [placed(claims, analyser, event) for event in events]
    assert [placed(claims, analyser, event) for event in reversed(events)] == first[::-1]
    assert placed(claims, analyser, article("b", PARAPHRASE, revision=2)) == first[1]


class Speechless:
    """An analyser whose encoder is out."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser

    def terms(self, texts: Any) -> list[list[str]]:
        return self._analyser.terms(texts)

    def vectors(self, texts: Sequence[str]) -> Any:
        raise RuntimeError("no encoder")


def test_without_the_encoder_copies_still_join(
    claims: SqliteClaimStore, analyser: Analyser
) -> None:
    first = cluster(claims, analyser, article("a", BRIDGE))
    joined = cluster(claims, analyser, article("b", PARAPHRASE))
    assert joined == first
    mute = Speechless(analyser)
    assert cluster(claims, mute, article("c", PARAPHRASE)) == first
    assert cluster(claims, mute, article("d", DEARER)) != first


def test_a_merge_and_a_split_are_followed_and_an_undo_as_well(
    claims: SqliteClaimStore, analyser: Analyser
) -> None:
    bridge = cluster(claims, analyser, article("a", BRIDGE))
    dearer = cluster(claims, analyser, article("b", DEARER))
    merge = ClusterChoice(
        id="m", kind=ChoiceKind.MERGE, source=dearer, target=bridge, reviewer="rita", at=NOW
    )
    assert list(choose(merge, claims=claims)) == []
    (found,) = placed(claims, analyser, article("c", DEARER))
    assert found == Placed(bridge, dearer)
    split = merge.model_copy(
        update={
            "id": "s",
            "kind": ChoiceKind.SPLIT,
            "source": bridge,
            "target": "new",
            "wordings": [wording_id(article("x", BRIDGE).claims[0])],
        }
    )
    choose(split, claims=claims)
    assert cluster(claims, analyser, article("d", BRIDGE)) == "new"
    assert cluster(claims, analyser, article("e", PARAPHRASE)) == "new"
    undo = {"id": "u", "kind": ChoiceKind.UNDO, "undo_of": "m", "at": NOW + timedelta(minutes=1)}
    choose(merge.model_copy(update=undo), claims=claims)
    assert cluster(claims, analyser, article("f", DEARER)) == dearer


def test_old_claims_are_forgotten(claims: SqliteClaimStore, analyser: Analyser) -> None:
    cluster(claims, analyser, article("a", BRIDGE))
    clock = FakeClock(NOW + timedelta(days=29))
    assert Forgetting(claims, clock, days=30).forget() == 0
    assert Forgetting(claims, FakeClock(NOW + timedelta(days=31)), days=30).forget() == 1
    assert claims.count() == 0


# Late evidence

AUDIT = Evidence(
    id="audit", kind=EvidenceKind.REPORT, claim="The Lakeport bridge cost 9 million euros."
)


def late(
    store: SqliteEvidenceStore,
    claims: SqliteClaimStore,
    analyser: Analyser,
    change: Change = Change.ADDED,
) -> list[ArticleMatches]:
    event = EvidenceChange(evidence_id="audit", change=change)
    return list(rematch(event, store=store, claims=claims, analyser=analyser))


def test_late_evidence_finds_the_claims_that_it_speaks_to_one_of_each_cluster(
    store: SqliteEvidenceStore, claims: SqliteClaimStore, analyser: Analyser
) -> None:
    bridge = cluster(claims, analyser, article("a", BRIDGE))
    cluster(claims, analyser, article("b", PARAPHRASE))
    dearer = cluster(claims, analyser, article("c", DEARER))
    cluster(claims, analyser, article("d", "A violinist from Peru won the prize."))
    store.upsert(to_documents([AUDIT], analyser))
    found = late(store, claims, analyser)
    assert {row.cluster_id for event in found for row in event.claims} == {bridge, dearer}
    assert all(event.because[0].evidence_id == "audit" for event in found)
    assert all(
        "audit" in {match.evidence.id for match in row.matches}
        for event in found
        for row in event.claims
    )
    assert late(store, claims, analyser) == found


def test_withdrawn_and_unknown_items_find_nothing(
    store: SqliteEvidenceStore, claims: SqliteClaimStore, analyser: Analyser
) -> None:
    cluster(claims, analyser, article("a", BRIDGE))
    assert late(store, claims, analyser) == []
    store.upsert(to_documents([AUDIT], analyser))
    assert late(store, claims, analyser, Change.WITHDRAWN) == []
    store.upsert([retracted(AUDIT, "wrong")])
    assert late(store, claims, analyser) == []
