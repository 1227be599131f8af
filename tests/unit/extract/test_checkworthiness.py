"""Check-worthiness: the shipped artefact, what it ranks above what, and the training recipe."""

import json
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from services.extract import checkworthiness
from services.extract.checkworthiness import ARTEFACT, Model, WrongModel, load, save, shipped
from services.extract.checkworthiness_features import BUCKETS, DENSE, features_of

FROZEN_BUCKETS = 9991740
"""The sum of one sentence's buckets."""

WORTHY = [
    "Unemployment fell to 4 per cent in Elmford last year.",
    "The city spent 30 million crowns on a stadium that was never used.",
    "Crime has doubled since the police station closed in 2019.",
    "Measles killed an estimated 900 people in the valley in 2023.",
]
IDLE = [
    "Good evening and thank you all for coming.",
    "What would you say to that?",
    "I love this town and I always will.",
    "Let me think about it.",
]


def test_claims_with_facts_score_above_small_talk(nlp: Language) -> None:
    spans = [doc[:] for doc in nlp.pipe(WORTHY + IDLE)]
    scores = shipped().probabilities(spans)
    assert scores[: len(WORTHY)].min() > 0.7
    assert scores[len(WORTHY) :].max() < 0.2


def test_a_span_scores_alike_alone_and_among_others(nlp: Language) -> None:
    doc = nlp(" ".join(WORTHY))
    sentences = list(doc.sents)
    together = shipped().probabilities(sentences)
    alone = [shipped().probabilities([sentence])[0] for sentence in sentences]
    assert np.allclose(together, alone, atol=1e-6)


def test_empty_and_white_spans_are_survived(nlp: Language) -> None:
    doc = nlp("  \n ")
    assert ((scores := shipped().probabilities([doc[:], doc[0:0]])) >= 0).all()
    assert (scores <= 1).all()
    assert shipped().probabilities([]).shape == (0,)


def test_features_are_the_same_in_every_process(nlp: Language) -> None:
    # Were the hash of a bucket to change, the shipped weights would fit nothing.
    features = features_of([nlp("Rents rose by 5 per cent.")[:]])
    assert len(features.buckets) == len(features.rows) == len(features.values)
    assert int(features.buckets.sum()) == FROZEN_BUCKETS
    lengths = np.bincount(features.rows, weights=features.values.astype(float) ** 2)
    assert lengths[0] == pytest.approx(4)  # four blocks, each a unit vector


def test_the_shipped_artefact_is_what_its_description_says() -> None:
    described = json.loads(ARTEFACT.with_suffix(".json").read_text())
    assert load(ARTEFACT).hashed.shape == (BUCKETS, 2)
    assert described["measured"]["f1"] >= 0.91
    assert described["measured"]["calibration_error"] <= 0.05
    assert ARTEFACT.stat().st_size < 3_000_000
    card = (ARTEFACT.parent / "MODEL_CARD.md").read_text()
    for figure in ("f1", "calibration_error"):
        assert str(described["measured"][figure]) in card
    assert described["trained_on"]["sha256"] in card
    assert "CC BY 4.0" in card


def _model() -> Model:
    random = np.random.default_rng(7)
    return Model(
        random.normal(size=(BUCKETS, 2)).astype(np.float16).astype(np.float32),
        random.normal(size=(len(DENSE), 2)).astype(np.float32),
        random.normal(size=2).astype(np.float32),
    )


def test_an_artefact_is_read_as_it_was_written(tmp_path: Path) -> None:
    model, path = _model(), tmp_path / "model.npz"
    save(model, path, {"measured": "nothing"})
    read = load(path)
    for name in ("hashed", "dense", "bias"):
        assert np.array_equal(getattr(read, name), getattr(model, name))
    first = path.read_bytes()
    save(model, path, {"measured": "nothing"})
    assert path.read_bytes() == first


def test_a_damaged_artefact_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save(_model(), path, {})
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(WrongModel, match=r"model\.npz"):
        load(path)


def test_an_artefact_for_other_features_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.npz"
    save(_model(), path, {})
    monkeypatch.setattr(checkworthiness, "VERSION", 99)
    with pytest.raises(WrongModel, match="train it again"):
        load(path)


def _write_table(path: Path, rows: list[tuple[str, str]]) -> None:
    lines = ["Sentence_id,Text,Verdict"]
    lines += [f'{number},"{text}",{verdict}' for number, (text, verdict) in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_recipe_trains_measures_and_repeats_itself(tmp_path: Path, nlp: Language) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra `train`, is not installed")
    from services.extract.train import read_claimbuster, train, without

    rows = [(f"In {1990 + n} the town lost {n * 7 + 3} jobs.", "1") for n in range(12)]
    rows += [(f"I thank you, my friend number {n}.", "-1") for n in range(12)]
    rows += [(f"I was in Elmford on day {n} with my uncle.", "0") for n in range(12)]
    held_out = [("In 2011 the town lost 940 jobs.", "1"), ("I thank you, my friend.", "-1")]
    _write_table(tmp_path / "claimbuster_crowdsourced.csv", [*rows, held_out[0]])
    _write_table(tmp_path / "claimbuster_groundtruth.csv", held_out)

    report = train(tmp_path, tmp_path / "one", nlp)
    train(tmp_path, tmp_path / "two", nlp)
    assert report.f1 == 1.0
    one, two = (tmp_path / name / ARTEFACT.name for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert json.loads(one.with_suffix(".json").read_text())["trained_on"]["sentences"] == len(rows)
    (score,) = load(one).probabilities([nlp("In 2003 the town lost 55 jobs.")[:]])
    assert score > 0.5

    crowd = read_claimbuster(tmp_path / "claimbuster_crowdsourced.csv")
    truth = read_claimbuster(tmp_path / "claimbuster_groundtruth.csv")
    assert held_out[0][0] not in without(crowd, truth).texts


def test_wrong_training_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn, of the extra `train`, is not installed")
    from services.extract.train import main

    assert main([str(tmp_path), str(tmp_path / "out")]) == 2
    assert "claimbuster_crowdsourced.csv" in capsys.readouterr().err
    assert main([]) == 2
