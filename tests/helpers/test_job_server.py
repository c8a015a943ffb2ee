"""The server ends with the tests that have started it, however they end."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PARENT = """
import sys, time
from pathlib import Path
from job_server import job_server

with job_server(Path(sys.argv[1])) as python:
    print(python, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_a_server_does_not_outlive_killed_tests(end, tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        assert tests.stdout.readline() == f"{tmp_path}/venv/bin/python\n"
        (server,) = psutil.Process(tests.pid).children()
        assert "job_server.py" in " ".join(server.cmdline())
        getattr(tests, end)()
    server.wait(timeout=20)
    assert not server.is_running()
