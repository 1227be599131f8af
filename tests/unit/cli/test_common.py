"""What every command shares."""

from pathlib import Path

import pytest

from services.app import App
from services.cli.common import guarded, make_app
from services.runtime.errors import UserError


@pytest.mark.parametrize("failure", [None, UserError("wrong use")])
def test_a_command_that_ends_lets_go_of_what_it_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: UserError | None
) -> None:
    events: list[str] = []
    monkeypatch.setattr(App, "close", lambda _app: events.append("closed"))

    def command() -> None:
        make_app(data_dir=tmp_path)
        events.append("ran")
        if failure:
            raise failure

    assert guarded(command) == (2 if failure else 0)
    assert events == ["ran", "closed"]
