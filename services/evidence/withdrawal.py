"""Taking evidence back: by id, or because its publisher no longer has it; and bringing it back."""

from collections.abc import Iterable, Sequence
from itertools import islice

from schemas.evidence import Evidence, EvidenceKind
from services.evidence.changes import Announcing
from services.evidence.documents import to_documents
from services.evidence.load import BATCH, Names, change_of
from services.language.analysis import Analyser
from services.ports.evidence_store import EvidenceStore, retracted
from services.runtime.errors import UserError

MOST_SHARE, MOST_FREE = 0.5, 10
"""A feed may leave out this share of a publisher's items, or this many, before it counts as cut short."""


def withdraw(
    ids: Sequence[str], reason: str, *, store: EvidenceStore, announcing: Announcing
) -> int:
    """Withdraw items at the revision they have; how many were not withdrawn before.

    Raises UserError naming the ids that the store does not have; nothing is withdrawn then.
    """
    found = _known(ids, store)
    return _withdraw([one for one in found if one.withdrawn is None], reason, store, announcing)


def restore(
    ids: Sequence[str], *, store: EvidenceStore, analyser: Analyser, announcing: Announcing
) -> int:
    """Bring withdrawn items back as a new revision; how many were withdrawn. Raises UserError as `withdraw`."""
    back = [
        one.model_copy(update={"withdrawn": None, "revision": one.revision + 1})
        for one in _known(ids, store)
        if one.withdrawn is not None
    ]
    if back:
        with announcing.around([change_of(one, one) for one in back]):
            store.upsert(to_documents(back, analyser))
    return len(back)


def missing(names: Names, store: EvidenceStore, *, anyway: bool = False) -> list[Evidence]:
    """Fact-checks of the publishers in `names` that the files they come from no longer hold.

    Raises UserError when the files cannot tell: a part of them was not read, or they lack so much of a
    publisher (see MOST_SHARE) that they are hardly all of it; `anyway` passes over the latter.
    """
    if names.unreadable:
        raise UserError(
            f"nothing was withdrawn: {names.unreadable} rejected rows do not say what they are about, so "
            "what is missing is not known; mend them, and load the whole again"
        )
    one = next(iter(names.publishers)) if len(names.publishers) == 1 else None
    standing: dict[str, int] = {}
    gone: dict[str, list[Evidence]] = {}
    for item in store.scan(one):
        counts = item.kind is EvidenceKind.FACT_CHECK and item.withdrawn is None
        if not counts or item.publisher not in names.publishers:
            continue
        standing[item.publisher] = standing.get(item.publisher, 0) + 1
        if not names.has(item):
            gone.setdefault(item.publisher, []).append(item)
    for publisher, items in gone.items():
        if len(items) > max(MOST_FREE, MOST_SHARE * standing[publisher]) and not anyway:
            raise UserError(
                f"nothing was withdrawn: {len(items)} of {standing[publisher]} items of {publisher} are not "
                "in what was loaded, which looks like a part of a feed; --anyway withdraws them"
            )
    return [item for items in gone.values() for item in items]


def withdraw_missing(
    items: Iterable[Evidence], source: str, *, store: EvidenceStore, announcing: Announcing
) -> int:
    """Withdraw what `missing` found; how many those were."""
    rest, count = iter(items), 0
    while batch := list(islice(rest, BATCH)):
        count += _withdraw(batch, f"its publisher no longer has it in {source}", store, announcing)
    return count


def _withdraw(
    items: Sequence[Evidence], reason: str, store: EvidenceStore, announcing: Announcing
) -> int:
    gone = [retracted(item, reason) for item in items]
    if not gone:
        return 0
    with announcing.around([change_of(one.evidence, one.evidence) for one in gone]):
        return store.upsert(gone).withdrawn


def _known(ids: Sequence[str], store: EvidenceStore) -> list[Evidence]:
    found = store.get(list(dict.fromkeys(ids)))
    if lacking := sorted(set(ids) - {one.id for one in found}):
        raise UserError(
            f"no evidence has the id {', '.join(map(repr, lacking[:5]))}: `claimdesk evidence search "
            "TEXT` lists ids"
        )
    return found
