"""Fixtures of this folder: `place` is a new event log, `url` an empty database, once of each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.desk import postgresql_schema, sqlite_url
from tests.support.places import place

__all__ = ["place", "url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, require: Callable[[str], str]
) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
    else:
        with postgresql_schema(require("CLAIMDESK_TEST_POSTGRESQL")) as own:
            yield own
