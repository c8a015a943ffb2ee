"""Runs Snakemake and its jobs in forks of one process that has imported the slow packages before.

A job of the tiny run computes for a moment, but first imports NumPy, Matplotlib or Lightning, for one to four
seconds; a run has 150 jobs. With `job_server`, the command `relecture` of the rules is a client. It hands its
arguments, working folder, environment and open files to the server, and ends with the exit code of the job. Neither
the package itself nor MLflow is imported before the fork: each job loads its own, and reports what it has loaded. With
`starter`, Snakemake starts in the same way, for tests of what it plans or that it ends well.

Tests of what only a process of its own shows (signals, kills, the entry point) run without a server.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

PRELOADED = (
    *("numpy", "pandas", "pyarrow.parquet", "scipy.stats", "matplotlib.pyplot", "matplotlib.backends.backend_svg"),
    *("sklearn.cluster", "sklearn.mixture", "sklearn.linear_model", "sklearn.metrics", "statsmodels.api"),
    *("torch", "pytorch_lightning", "kornia.augmentation", "captum.attr", "cv2", "PIL.Image"),
    *("typer", "pydantic", "psutil", "yaml", "tqdm", "rich"),
)
#: For jobs of tracking: what MLflow imports when a store is opened.
TRACKING = (
    *("pandas", "torch", "mlflow", "mlflow.pyfunc"),
    *("mlflow.store.tracking.sqlalchemy_store", "mlflow.store.model_registry.sqlalchemy_store"),
)
#: As the command line of the package sets them for a job with one thread, before it imports anything.
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **{
        "OMP_WAIT_POLICY": "PASSIVE",
        "MPLBACKEND": "agg",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "PYTHONUNBUFFERED": "1",
    },
}
#: For Snakemake. (The last of them are what the package imports for its configuration.)
STARTER = ("snakemake.cli", "snakemake.workflow", "snakemake.scheduling.job_scheduler", "grimp", "requests", "typer")
MODULES = {"relecture": "relecture.__main__", "snakemake": "snakemake.cli"}
CLIENT = """#!{python} -IS
import json, os, socket, sys

server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
job = {{"program": {program!r}, "arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
job = json.dumps(job).encode()
socket.send_fds(server, [len(job).to_bytes(8, "big")], [0, 1, 2])
server.sendall(job)
sys.exit(int(server.recv(8) or b"1"))
"""


@contextlib.contextmanager
def job_server(folder: Path, *preloaded: str) -> Iterator[str]:
    """Start a server and yield the Python with which to start Snakemake, so that its jobs run in forks.

    Each job writes `loaded/<process id>-....json` in the folder: its arguments, the files of the package and the other
    modules that it has loaded itself.
    """
    reports, environment = folder / "loaded", folder / "venv"
    reports.mkdir(parents=True, exist_ok=True)
    _copy_environment(environment)
    with _serving(reports, *preloaded) as address:
        _write_client(environment / "bin/relecture", "relecture", address)
        yield str(environment / "bin/python")
    shutil.rmtree(environment)


@contextlib.contextmanager
def starter(folder: Path) -> Iterator[Path]:
    """Start a server and yield the folder with the commands `snakemake` and `relecture`, which run in forks of it.

    They are not for tests that send signals: those do not reach the fork.
    """
    folder.mkdir()
    with _serving(folder, *STARTER) as address:
        for program in MODULES:
            _write_client(folder / program, program, address)
        yield folder


@contextlib.contextmanager
def _serving(reports: Path, *preloaded: str) -> Iterator[Path]:
    """Start a server and yield its address."""
    address = Path(tempfile.mkdtemp(prefix="jobs-"), "socket")  # its path must be short
    command = [sys.executable, "-P", __file__, str(address), str(reports), *preloaded]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(
        command, env=variables | ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(address.parent)


def _write_client(path: Path, program: str, address: Path) -> None:
    path.write_text(CLIENT.format(python=sys.executable, address=str(address), program=program))
    path.chmod(0o755)


def _copy_environment(path: Path) -> None:
    """Make a virtual environment with the packages of this one; the rules find `relecture` beside its Python."""
    (path / "bin").mkdir(parents=True)
    (path / "pyvenv.cfg").write_bytes((Path(sys.prefix) / "pyvenv.cfg").read_bytes())
    (path / "lib").symlink_to(Path(sys.prefix) / "lib")
    (path / "bin/python").symlink_to(sys.executable)


def serve(address: str, reports: Path, preloaded: list[str]) -> None:
    """Import `preloaded`, then fork for every client until standard input ends, because the tests were killed."""
    for name in preloaded:
        importlib.import_module(name)
    if "snakemake.cli" in preloaded:
        sys.modules["snakemake.cli"].get_argument_parser()  # which loads its plug-ins, ours as well: a job has its own
        for name in [name for name in sys.modules if name.partition(".")[0].endswith("relecture")]:
            del sys.modules[name]
    before = set(sys.modules)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(8)
        print("ready", flush=True)
        while True:
            if sys.stdin in select.select([listener, sys.stdin], [], [])[0]:
                os.killpg(0, signal.SIGKILL)
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _serve_one(client, reports, before)
            client.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _serve_one(client: socket.socket, reports: Path, before: set[str]) -> None:
    """Run the job of a client in one more fork, and send the client its exit code."""
    length, files, _, _ = socket.recv_fds(client, 8, 3)
    content = b""
    while len(content) < int.from_bytes(length, "big"):
        content += client.recv(1 << 16)
    job = os.fork()
    if job == 0:
        client.close()
        _run(json.loads(content), files, reports, before)
    _, status = os.waitpid(job, 0)
    with contextlib.suppress(OSError):  # the client may have been killed
        client.sendall(str(os.waitstatus_to_exitcode(status) & 0xFF).encode())
    os._exit(0)


def _run(job: dict, files: list[int], reports: Path, before: set[str]) -> None:
    """Become the job: the files, folder and environment of the client, and its program with its arguments."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    # Those of the server remember that they were files, or pipes, and what they can do.
    sys.stdout, sys.stderr = (os.fdopen(number, "w", 1, "utf-8", closefd=False) for number in (1, 2))
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.path[:0] = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.argv = [job["program"], *job["arguments"]]
    os.execv = _stay_snakemake
    random.seed()  # or all jobs would draw the same
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    code = 1
    try:
        importlib.import_module(MODULES[job["program"]]).main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    if job["program"] == "relecture":
        _report(job["arguments"], reports, before)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _stay_snakemake(python: str, command: list[str]) -> None:
    """Run Snakemake in this process, which `relecture run` would replace."""
    assert command[:3] == [python, "-m", "snakemake"]
    sys.argv = command[2:]
    importlib.import_module("snakemake.cli").main()


def _report(arguments: list[str], reports: Path, before: set[str]) -> None:
    modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items() if name not in before}
    files = [file for name, file in modules.items() if name.partition(".")[0] == "relecture" and file]
    loaded = {"arguments": arguments, "files": files, "modules": [name for name in modules if "." not in name]}
    (reports / f"{os.getpid()}-{os.urandom(4).hex()}.json").write_text(json.dumps(loaded))


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
