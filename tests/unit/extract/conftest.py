"""Extraction as the tests of this room use it: one text in, what was found out."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

    from services.extract.extraction import Extraction

Extract = Callable[..., "Extraction"]


@pytest.fixture(scope="session")
def extracted(nlp: "Language") -> Extract:
    """Extract from a text, published at an ISO time if given."""
    from services.extract.extraction import Source, extract

    def run(text: str, published_at: str | None = None) -> "Extraction":
        published = datetime.fromisoformat(published_at) if published_at else None
        return extract(Source("article", text, published), nlp)

    return run
