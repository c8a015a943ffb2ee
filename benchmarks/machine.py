"""Which machine a measurement was made on."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "pytorch-lightning", "snakemake", "numpy", "scikit-learn")


def describe() -> dict[str, Any]:
    """Processor, cores, memory, accelerator and versions."""
    import psutil
    import torch

    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "gpu": gpu,
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def name(machine: dict[str, Any]) -> str:
    """A file name for the machine: `amd-epyc-2-cores`."""
    words = f"{machine['gpu'] or machine['processor']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except ImportError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
