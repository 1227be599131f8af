"""A new embedded file, opened for the first time by many processes in the same moment."""

import subprocess
import sys
from pathlib import Path

import pytest

OPENERS = {
    "desk": "from services.adapters.sql import make_engine, writing\n"
    "with writing(make_engine(f'sqlite:///{path}')): pass",
    "log": "from services.adapters.embedded_log import EmbeddedLog\n"
    "from services.runtime.clock import SystemClock\n"
    "from schemas.topics import TOPICS\n"
    "EmbeddedLog(Path(path), SystemClock()).ensure(TOPICS)",
}
# All wait for the file `go`, so that they really start together.
PROGRAM = """
import sys, time
from pathlib import Path
path, go = sys.argv[1:3]
import sqlalchemy, services.adapters.sql, services.adapters.embedded_log
Path(f"{go}.{sys.argv[3]}").touch()
while not Path(go).exists(): time.sleep(0.0005)
"""


@pytest.mark.parametrize("kind", OPENERS)
def test_all_first_users_of_a_file_get_it(tmp_path: Path, kind: str) -> None:
    path, go = tmp_path / "new.db", tmp_path / "go"
    program = PROGRAM + OPENERS[kind]
    users = [
        subprocess.Popen([sys.executable, "-c", program, str(path), str(go), str(number)])
        for number in range(6)
    ]
    while len(list(tmp_path.glob("go.*"))) < len(users):
        assert all(user.poll() is None for user in users)
    go.touch()
    assert [user.wait(60) for user in users] == [0] * len(users)
