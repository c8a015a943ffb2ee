"""Makes every job of the finished run report, when it ends, which modules it has loaded.

Python imports this module at its start, in every process whose PYTHONPATH names this folder.
"""

import atexit
import json
import os
import sys
from pathlib import Path


def report() -> None:
    """Write the command, the files of the package and the top-level modules that were loaded."""
    _, program, *arguments = sys.orig_argv
    if Path(program).name == "relecture":
        modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
        files = [file for name, file in modules.items() if name.partition(".")[0] == "relecture" and file]
        loaded = {"arguments": arguments, "files": files, "modules": [name for name in modules if "." not in name]}
        Path(os.environ["LOADED_MODULES"], f"{os.getpid()}-{os.urandom(4).hex()}.json").write_text(json.dumps(loaded))


if "LOADED_MODULES" in os.environ:
    atexit.register(report)
