"""Seconds since the program was started, not since Python began to run our code."""

from __future__ import annotations

import os
import time
from pathlib import Path

START_VARIABLE = "ASR_APP_START_TIME"
"""Environment variable: the Unix time (seconds) at which a starter began, to count its own work too."""

_LOADED_S = time.time()


def process_start_s() -> float:
    """The Unix time (seconds) at which this process was started; 10 ms exact on Linux.

    Elsewhere, and without `START_VARIABLE`, it is the time at which this module was loaded.
    """
    try:
        return float(os.environ[START_VARIABLE])
    except (KeyError, ValueError):
        pass
    try:
        # The command's name, the second field, may hold spaces and parentheses: count after the last one.
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks = int(fields[19])  # starttime, field 22 of proc(5)
        since_boot_s = ticks / os.sysconf("SC_CLK_TCK")
        return time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - since_boot_s)
    except (OSError, ValueError, IndexError, AttributeError):
        return _LOADED_S


def since_start_s() -> float:
    """Seconds since `process_start_s`."""
    return time.time() - process_start_s()
