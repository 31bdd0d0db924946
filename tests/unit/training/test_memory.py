"""Memory settings of a training process."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from asr_app.training.memory import keep_memory
if {kept}:
    assert keep_memory()
import numpy as np
np.ones(1 << 25)  # the first block of this size, in either case
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    np.ones(1 << 24)  # 128 MiB, freed at once
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's settings")
def test_freed_blocks_are_used_again_without_asking_the_system() -> None:
    faults = [
        int(subprocess.check_output([sys.executable, "-c", PROGRAM.format(kept=kept)])) for kept in (0, 1)
    ]
    assert faults[1] < 0.1 * faults[0] or faults[1] < 100
