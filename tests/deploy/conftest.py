"""Make `deploy` importable however the tests are started."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


@pytest.fixture(autouse=True)
def without_settings_of_a_running_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that runs beside the tests, on ports of its own, must not speak into them."""
    for name in os.environ:
        if name.startswith("CLAIMDESK_STACK_"):
            monkeypatch.delenv(name)
