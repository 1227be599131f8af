"""The marks that extraction has to reach on the development data, which is not in this repository."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.extract.evaluation import evaluate_attribution, evaluate_seed

if TYPE_CHECKING:
    from spacy.language import Language

pytestmark = pytest.mark.seed


def test_seed_article(nlp: "Language", require: Callable[[str], str]) -> None:
    found = evaluate_seed(Path(require("CLAIMDESK_TEST_DATA")) / "seed", nlp)
    assert found.claims.hits >= 22
    for ratio in (found.speakers, found.chains, found.dates, found.due):
        assert ratio.hits == ratio.total
    assert found.trespasses == ()


def test_annotated_news(nlp: "Language", require: Callable[[str], str]) -> None:
    folder = Path(require("CLAIMDESK_TEST_DATA")) / "attribution"
    found = evaluate_attribution(folder / "polnear_dev.jsonl.gz", nlp)
    assert found.content.f1 >= 0.62
    assert found.quoted.f1 >= 0.85
    assert found.source.value >= 0.80
    assert found.source_out_of_sentence.value >= 0.60
