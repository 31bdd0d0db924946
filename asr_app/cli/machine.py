"""What machine this is, for figures that mean nothing without it."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Any


def describe_machine(device: str) -> dict[str, Any]:
    """Processor, memory, system and versions; with a graphics card, its name.

    Args:
        device: The device in use, as `Recognizer.device_name` gives it.
    """
    import torch

    machine: dict[str, Any] = {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_mb": memory_mb(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    if hasattr(os, "getloadavg"):
        # A busy machine is a slow one: the reader has to know.
        machine["load_average"] = round(os.getloadavg()[0], 2)
    if device != "cpu":
        machine["graphics_card"] = torch.cuda.get_device_name(device)
    return machine


def processor_name() -> str:
    """The processor's trade name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def memory_mb() -> int | None:
    """Main memory in millions of bytes, where the system tells it."""
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6)
    except (AttributeError, ValueError, OSError):
        return None


def peak_memory_mb() -> float | None:
    """The most memory this process has held, in millions of bytes, where the system tells it."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in units of 1024 bytes, macOS in bytes.
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
