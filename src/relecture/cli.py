"""What all command lines share: threads, the end of orphaned jobs, parsing of configuration, errors."""

import contextlib
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from relecture.config_model import ConfigModel
from relecture.errors import UserError

#: Required options of commands: `out: PathOption` is `--out PATH`.
PathOption = Annotated[Path, typer.Option(show_default=False)]
TextOption = Annotated[str, typer.Option(show_default=False)]

Model = TypeVar("Model", bound=ConfigModel)

#: Environment variable with the Snakemake process that a job belongs to, "host:process id"; set by the Snakefile.
OWNER = "RELECTURE_OWNER"


class Command(typer.Typer):
    """A typer application whose user errors are one message and exit code 1, not a traceback."""

    def __init__(self, help: str, **options: Any) -> None:
        super().__init__(
            help=help, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, **options
        )
        self.callback()(_prepare)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; print a user error as one message and exit with code 1."""
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
    exit_with_parent()


def parse_config(model: type[Model], text: str) -> Model:
    """Parse the value of `--config-json`; UserError if it is not a valid configuration of this job."""
    try:
        return model.model_validate_json(text)
    except ValueError as error:  # pydantic's ValidationError is one
        raise UserError(f"--config-json is not a valid {model.__name__}: {error}") from error


def owner_mark() -> str:
    """Return the mark of this process as the owner of jobs, which the Snakefile puts into RELECTURE_OWNER."""
    return f"{socket.gethostname()}:{os.getpid()}"


def exit_with_parent(seconds: float = 0.5) -> None:
    """End this process soon after the Snakemake process that it belongs to has ended.

    A killed Snakemake leaves its jobs running as orphans, which would write the same files as the next run.
    """
    host, _, owner = os.environ.get(OWNER, "").rpartition(":")
    if not owner.isdigit() or host != socket.gethostname():  # started by hand, or on another node of a cluster
        return
    import psutil

    def end() -> NoReturn:
        with contextlib.suppress(OSError):  # the terminal may be closed
            os.write(2, b"relecture: Snakemake has ended, so this job ends too\n")
        os._exit(1)

    def watch(snakemake: psutil.Process) -> None:
        # A killed process that no parent waits for, as in many containers, stays in the list as a zombie.
        with contextlib.suppress(psutil.NoSuchProcess):
            while snakemake.is_running() and snakemake.status() != psutil.STATUS_ZOMBIE:
                time.sleep(seconds)
        end()

    try:
        snakemake = psutil.Process(int(owner))
    except psutil.NoSuchProcess:
        end()
    threading.Thread(target=watch, args=[snakemake], daemon=True, name="owner-watch").start()
