"""Fixtures that every room's tests share: the language parts, and the real servers by name."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spacy.language import Language

    from services.language.analysis import Analyser
    from services.language.encoder import Encoder

REQUIRE_ALL = os.environ.get("CLAIMDESK_TEST_REQUIRE_ALL") == "1"


def lacking(name: str) -> None:
    """Skip, naming what the machine lacks; fail where nothing may be skipped."""
    if REQUIRE_ALL:
        pytest.fail(f"{name} is not set, and CLAIMDESK_TEST_REQUIRE_ALL=1 allows no skips")
    pytest.skip(f"{name} is not set")


@pytest.fixture(scope="session")
def require() -> Callable[[str], str]:
    """The value of an environment variable that names a real server, or a skip that says which."""

    def value_of(name: str) -> str:
        value = os.environ.get(name)
        if not value:
            lacking(name)
        return str(value)

    return value_of


@pytest.fixture(scope="session")
def nlp() -> "Language":
    """The default pipeline, loaded once."""
    from services.language.pipeline import load_pipeline

    return load_pipeline()


@pytest.fixture(scope="session")
def encoder() -> "Encoder":
    """The sentence encoder, loaded once."""
    from services.language.encoder import load_encoder

    return load_encoder()


@pytest.fixture(scope="session")
def analyser(nlp: "Language", encoder: "Encoder") -> "Analyser":
    """Terms and vectors."""
    from services.language.analysis import Analyser

    return Analyser(nlp, encoder)
