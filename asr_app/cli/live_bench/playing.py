"""Speech on a known clock: played to the session as if it were spoken now, or into a real sound server."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.devices import find_input_device
from asr_app.audio.microphone import Microphone
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MicrophoneError
from asr_app.session.sources import SourceEnded

Samples = NDArray[np.float32]

_BLOCK = 512


class PlayedSpeech:
    """A source that gives each block when its last sample would have been spoken.

    Attributes:
        began_s: When the first sample was spoken, on the clock of `time.monotonic`.
        offset_samples: Where in the recording the speech begins: at once.
    """

    def __init__(self, samples: Samples) -> None:
        """Play samples (n,)."""
        self.began_s = 0.0
        self.offset_samples = 0
        self._samples = samples
        self._given = 0
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to speak."""
        self.began_s = time.monotonic()

    def read(self, timeout_s: float) -> Samples | None:
        """See `AudioSource.read`."""
        block = self._samples[self._given : self._given + _BLOCK]
        if not len(block):
            if self._stopping.is_set():
                return None
            raise SourceEnded
        due_s = self.began_s + (self._given + len(block)) / SAMPLE_RATE_HZ
        wait_s = due_s - time.monotonic()
        if wait_s > 0:
            self._stopping.wait(min(wait_s, timeout_s))
            if wait_s > timeout_s or self._stopping.is_set():
                return None
        self._given += len(block)
        return block

    def stop(self) -> None:
        """See `AudioSource.stop`."""
        self._stopping.set()


class HeardMicrophone(Microphone):
    """A microphone that remembers what it gave and when, to find out when each sample was spoken."""

    def __init__(self, name: str | None) -> None:
        """Listen to the microphone of that name; None: the system's choice."""
        super().__init__(find_input_device(name))
        self._blocks: list[Samples] = []
        self._count = 0
        self._earliest_s = float("inf")

    def read(self, timeout_s: float) -> Samples | None:
        """See `Microphone.read`."""
        block = super().read(timeout_s)
        if block is not None:
            self._blocks.append(block)
            self._count += len(block)
            # No block comes before it was spoken: the quickest one tells most about the clock.
            self._earliest_s = min(self._earliest_s, time.monotonic() - self._count / SAMPLE_RATE_HZ)
        return block

    @property
    def began_s(self) -> float:
        """When the first sample was heard, but for the delay of the quickest block, on `time.monotonic`."""
        return self._earliest_s

    def find(self, samples: Samples) -> int:
        """Where in what was heard samples (n,) that were played begin, by cross-correlation.

        Raises:
            MicrophoneError: They are not to be found in it.
        """
        heard = np.concatenate(self._blocks) if self._blocks else np.zeros(1, np.float32)
        size = 1 << (len(heard) + len(samples)).bit_length()
        product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(samples, size))
        likeness = np.fft.irfft(product, size)[: len(heard)]
        place = int(likeness.argmax())
        part = heard[place : place + len(samples)]
        energy = float(np.linalg.norm(part) * np.linalg.norm(samples[: len(part)]))
        if not energy or likeness[place] / energy < 0.5:
            raise MicrophoneError(
                "What was played did not arrive at the microphone.",
                "Check that --microphone listens to the output that --through plays into.",
            )
        return place


@contextlib.contextmanager
def played_into(sink: str, samples: Samples) -> Iterator[subprocess.Popen[bytes]]:
    """Play samples (n,) into an output of PulseAudio or PipeWire.

    Yields:
        The player; `wait()` returns when the last sample has been played.

    Raises:
        MicrophoneError: The player is not installed.
    """
    if shutil.which("paplay") is None:
        raise MicrophoneError("The program “paplay” is missing.", "Install pulseaudio-utils.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes((samples * 32767).clip(-32768, 32767).astype("<i2").tobytes())
        with subprocess.Popen(["paplay", f"--device={sink}", str(path)], stdin=subprocess.DEVNULL) as player:
            try:
                yield player
            finally:
                player.terminate()
