"""The `place` fixture: a test runs once on each event log."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.logs import Place, new_prefix

EACH_LOG = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.fixture(params=EACH_LOG)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[Place]:
    """A new log: a file of its own, or a prefix of its own on the test broker."""
    if request.param == "embedded":
        made = Place("embedded", tmp_path)
    else:
        made = Place("kafka", tmp_path, require("CLAIMDESK_TEST_KAFKA"), new_prefix())
    yield made
    made.close()
