"""What root does by hand in a data directory that belongs to the server's user stays that user's."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.server import binary

SERVER = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_who_looks_at_tasks_first_makes_nothing_that_the_server_cannot_open():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        data = Path(directory) / "data"
        data.mkdir()
        os.chown(data, SERVER, SERVER)
        environment = {"PATH": os.environ["PATH"], "FOCUST_DATA_DIR": str(data)}
        command = [binary(), "tasks", "list"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
        made = list(data.rglob("*"))
        assert data / "state/focust.db" in made
        assert {path.lstat().st_uid for path in made} == {SERVER}
