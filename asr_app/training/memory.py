"""How a training process gets its memory, set before torch is loaded."""

from __future__ import annotations

import ctypes
import os
import sys

# Names in glibc's <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4


def keep_memory() -> bool:
    """Keep freed memory in the process and back it by large pages, where the system is Linux with glibc.

    Every step makes and frees the same few gigabytes of activations. As it is, glibc hands each large block
    back to the system, and the next step pays for fresh pages, zeroed one by one: a quarter of a step's time
    on two processor cores. Has no effect on what torch has allocated already.

    Returns:
        Whether glibc took the settings.
    """
    if sys.platform != "linux":
        return False
    # torch reads this at its first allocation: transparent huge pages for tensors.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, -1), (_M_TOP_PAD, 256 << 20))
    return all([mallopt(name, value) == 1 for name, value in settings])
