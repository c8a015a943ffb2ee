"""Describe the machine of a measurement."""

import platform
import re

from relecture.provenance import cores, installed, memory, processor

PACKAGES = ("torch", "pytorch-lightning", "snakemake", "numpy", "scikit-learn")

#: Processor, cores, memory_gib, gpu, python, and the version of each package.
Machine = dict[str, str | float | None]


def describe() -> Machine:
    """Return processor, cores, memory, GPU (None without one) and versions."""
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


def file_stem(machine: Machine) -> str:
    """Return a file name for the machine, without suffix: `amd-epyc-2-cores`."""
    words = f"{machine['gpu'] or machine['processor']} {machine['cores']} cores"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
