"""What every command line of the package does around its work: threads, orphans, errors."""

import os
import socket
import sys
import threading
import time

import typer

from relecture.errors import UserError

#: Names the Snakemake process a job belongs to, as "host:process id". The Snakefile sets it.
OWNER = "RELECTURE_OWNER"


class Command(typer.Typer):
    """A typer application whose user errors are one message and exit code 1, not a traceback."""

    def __init__(self, help: str):
        super().__init__(help=help, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
        self.callback()(_prepare)

    def __call__(self, *args, **kwargs):
        try:
            return super().__call__(*args, **kwargs)
        except UserError as error:
            sys.exit(f"relecture: {error}")


def _prepare(threads: int = typer.Option(1, help="CPU threads this command may use.")) -> None:
    # BLAS and OpenMP read these when NumPy or PyTorch is imported, which happens inside the commands.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # deterministic matrix products on CUDA
    os.environ.setdefault("MPLBACKEND", "agg")
    _end_with_the_owner()


def _end_with_the_owner(seconds: float = 0.5) -> None:
    """End this process soon after the Snakemake process it belongs to is gone.

    A killed Snakemake leaves its jobs running as orphans; they would write beside the jobs of the next run.
    """
    host, _, owner = os.environ.get(OWNER, "").rpartition(":")
    if not owner or host != socket.gethostname():  # by hand, or on another node of a cluster
        return

    def watch() -> None:
        while True:
            try:
                os.kill(int(owner), 0)
            except ProcessLookupError:
                print("relecture: Snakemake is gone, so this job ends too", file=sys.stderr)
                os._exit(1)
            time.sleep(seconds)

    threading.Thread(target=watch, daemon=True, name="owner-watch").start()
