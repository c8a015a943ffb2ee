"""Which state of the source is running."""

import subprocess
from functools import cache


@cache
def git_commit() -> str | None:
    """The commit of the current folder, `-dirty` with uncommitted changes; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
