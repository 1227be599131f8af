"""The measures are right on cases that can be counted by hand."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.extract.evaluation import (
    evaluate_attribution,
    evaluate_seed,
    is_far,
    match,
    overlap,
    tokens,
)
from services.runtime.errors import UserError

if TYPE_CHECKING:
    from spacy.language import Language


def test_overlap_is_shared_over_all() -> None:
    text = "one two three four"
    assert overlap(tokens(text, [(0, 13)]), tokens(text, [(4, 18)])) == 0.5


def test_pairs_are_one_to_one_and_best_first() -> None:
    gold = [frozenset({1, 2}), frozenset({1, 2, 3})]
    found = [frozenset({1, 2, 3}), frozenset({9})]
    assert match(gold, found, 0.5) == {1: 0}


@pytest.mark.parametrize(
    ("text", "source", "content", "far"),
    [
        ("Berg said it rained.", (0, 4), (10, 19), False),
        ("Berg left. It rained.", (0, 4), (11, 20), True),
        ("Berg left\n\nIt rained", (0, 4), (11, 20), True),
        ('"Did it rain?" Berg asked.', (15, 19), (0, 14), False),
    ],
)
def test_far_sources(
    text: str, source: tuple[int, int], content: tuple[int, int], far: bool
) -> None:
    assert is_far(text, [source], [content]) is far


def annotated(tmp_path: Path) -> Path:
    text = 'Robert Berg said the dam was safe. "It is old," Mary Quist said. Nobody left.'
    rows = [
        {"source": [[0, 11]], "content": [[17, 33]]},
        {"source": [[0, 11]], "content": [[35, 47]]},
        {"source": [], "content": [[64, 76]]},
        {"source": [[48, 58]]},
    ]
    path = tmp_path / "texts.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"id": "a", "text": text, "attributions": rows}) + "\n")
    return path


def test_attribution_counts(tmp_path: Path, nlp: "Language") -> None:
    found = evaluate_attribution(annotated(tmp_path), nlp)
    assert found.articles == 1
    assert (found.content.recall.hits, found.content.recall.total) == (2, 3)
    assert (found.quoted.recall.hits, found.quoted.precision.total) == (1, 1)
    # The second source is annotated as Berg, who did not say it.
    assert (found.source.hits, found.source.total) == (1, 2)


def test_seed_counts(tmp_path: Path, nlp: "Language") -> None:
    text = "Robert Berg said on Monday that the dam was safe. It rained a lot. Read more: it broke."
    gold = {
        "article": "a.txt",
        "published_at": "2024-06-05T00:00:00+00:00",
        "not_claims": [{"text": "", "span": [67, 87]}],
        "claims": [
            {"text": "the dam was safe", "speaker": "Robert Berg", "span": [32, 48]},
            {"text": "It rained a lot", "speaker": "Mary Quist", "span": [50, 65]},
            {"text": "said on Monday", "speaker": None, "span": [12, 26]},
        ],
    }
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    found = evaluate_seed(tmp_path, nlp)
    assert (found.claims.hits, found.claims.total) == (2, 3)
    assert (found.speakers.hits, found.speakers.total) == (1, 2)
    assert found.trespasses == ()
    assert [result.wrong for result in found.results][:2] == [(), ("speaker",)]


def test_wrong_files_are_named(tmp_path: Path, nlp: "Language") -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"broken\.jsonl, line 1"):
        evaluate_attribution(broken, nlp)
    broken.write_text('{"id": "a", "text": "It rained.", "attributions": []}\n', encoding="utf-8")
    with pytest.raises(UserError, match="nothing to measure"):
        evaluate_attribution(broken, nlp)
    with pytest.raises(UserError, match=r"gold\.json"):
        evaluate_seed(tmp_path, nlp)
