"""The virtual microphone `./dev test` starts: what is played into it, PortAudio records.

`./dev test` runs a private PulseAudio server whose default source is the monitor of the null sink `vmic`,
points ALSA's devices `pulse` and `default` at it, and sets ASR_APP_TEST_VIRTUAL_MIC=1.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

SINK = "vmic"


def is_running() -> bool:
    """Whether the tests were started with a virtual microphone."""
    return os.environ.get("ASR_APP_TEST_VIRTUAL_MIC") == "1"


class VirtualMicrophone:
    """Speaks into the microphone by playing WAV or FLAC files."""

    def play(self, path: Path) -> None:
        """Play a whole file, in real time, and return when its last sample has been heard."""
        with self.playing(path) as player:
            if player.wait() != 0:
                raise RuntimeError(f"paplay could not play {path}: {player.communicate()[1].decode()}")

    @contextlib.contextmanager
    def playing(self, path: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Play a file in the background; leaving the block stops it.

        Yields:
            The player; `wait()` returns when the last sample has been heard.
        """
        player = subprocess.Popen(
            ["paplay", f"--device={SINK}", str(path)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        with player:
            try:
                yield player
            finally:
                player.terminate()
