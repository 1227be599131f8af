"""The re-ranker's training: what it learns from, what it leaves out, and what it reports."""

import json
from pathlib import Path

import numpy as np
import pytest

from services.match.features import words
from services.match.probability import BIAS, RERANKER, WEIGHTS
from services.match.training import PRIOR, Examples, Fitted, fit, read_pairs, report, variants
from services.runtime.errors import UserError

COLUMNS = list(PRIOR)


def made(number: int = 400) -> Examples:
    """Ten candidates a claim; the right one is near in meaning, and its speaker agrees."""
    chance = np.random.default_rng(3)
    features = chance.uniform(0, 0.6, (number, len(COLUMNS)))
    truth = np.arange(number) % 10 == 0
    features[truth, COLUMNS.index("cosine")] += 0.35
    features[truth, COLUMNS.index("speaker")] = 1.0
    features[~truth, COLUMNS.index("speaker")] = -1.0
    return Examples(features, np.arange(number) // 10, truth)


def test_the_fit_learns_and_stays_near_the_weights_set_by_hand() -> None:
    model = fit(made())
    assert model.weights["speaker"] > PRIOR["speaker"]
    assert all(abs(model.weights[name] - PRIOR[name]) < 2 for name in COLUMNS)


def test_the_fit_is_calibrated_where_it_was_made() -> None:
    data = made(2_000)
    mean = 1 / (1 + np.exp(-(data.features @ list(fit(data).weights.values()) + fit(data).bias)))
    # A bias that nothing holds makes the mean probability the share of right candidates.
    assert mean.mean() == pytest.approx(data.truth.mean(), abs=1e-3)


def test_the_report_counts_abstention_and_calibration() -> None:
    rows = np.zeros((4, len(COLUMNS)))
    rows[:, COLUMNS.index("cosine")] = [1.0, 0.0, 0.4, 0.0]
    data = Examples(rows, np.array([0, 0, 1, 1]), np.array([True, False, False, True]))
    model = Fitted({**dict.fromkeys(COLUMNS, 0.0), "cosine": 10.0}, -5.0)
    figures = report(model, data, (0.2, 0.5))
    assert figures["p1"] == 0.5
    assert (figures["precision@0.2"], figures["recall@0.2"]) == (0.5, 0.5)
    assert (figures["precision@0.5"], figures["recall@0.5"]) == (1.0, 0.5)
    likely = [0.9933, 0.0067, 0.2689, 0.0067]
    expected = (abs(likely[0] - 1) + abs(likely[1] + likely[3] - 1) + likely[2]) / 4
    assert figures["ece"] == pytest.approx(expected, abs=1e-3)


def test_a_row_that_is_no_pair_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"id": "a-1", "claim": "Rain fell."}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"pairs.jsonl:1"):
        read_pairs(path)


def test_variants_keep_the_claim_and_differ() -> None:
    found = variants("The “Tarn” held 18 million litres in May, a record for the year.")
    assert len(set(found)) == len(found)
    assert all("18" in one for one in found)


def test_the_model_that_ships_says_what_it_was_made_from() -> None:
    model = json.loads(RERANKER.read_text(encoding="utf-8"))
    assert set(WEIGHTS) == set(PRIOR)
    assert model["card"]["data"].startswith("the project's own pairs")
    assert model["card"]["measured on the held-out part"]["ece"] < 0.05
    assert model["bias"] == BIAS < 0


def test_a_long_text_needs_its_words_in_one_passage() -> None:
    assert words(1.0, 0.2) < words(0.8, 0.9)
    assert words(0.7, 0.0) == 0.7
