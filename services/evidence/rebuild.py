"""Everything in the store analysed anew."""

from collections.abc import Callable, Sequence

from schemas.evidence import Evidence
from services.evidence.documents import to_documents
from services.language.analysis import Analyser
from services.ports.evidence_store import Document, EvidenceStore, retracted


def rebuild(
    store: EvidenceStore,
    analyser: Analyser,
    progress: Callable[[int], None],
    *,
    restart: bool = False,
) -> None:
    """Rebuild `store` with this release's analysis; see `EvidenceStore.rebuild`."""

    def analyse(items: Sequence[Evidence]) -> list[Document]:
        live = [item for item in items if item.withdrawn is None]
        gone = [retracted(item, item.withdrawn) for item in items if item.withdrawn is not None]
        return [*to_documents(live, analyser), *gone]

    store.rebuild(analyse, progress, restart=restart)
