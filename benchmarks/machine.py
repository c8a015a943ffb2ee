"""Which machine a measurement was made on."""

import platform
import re
from typing import Any

from relecture.provenance import cores, installed, memory, processor

PACKAGES = ("torch", "pytorch-lightning", "snakemake", "numpy", "scikit-learn")


def describe() -> dict[str, Any]:
    """Processor, cores, memory, accelerator and versions."""
    import torch

    gpu = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gib": round(memory(), 1),
        "gpu": gpu,
        "python": platform.python_version(),
        **{name: installed(name) for name in PACKAGES},
    }


def name(machine: dict[str, Any]) -> str:
    """A file name for the machine: `amd-epyc-2-cores`."""
    words = f"{machine['gpu'] or machine['processor']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
