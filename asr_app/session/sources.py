"""Where a dictation's sound comes from."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class SourceEnded(Exception):
    """The source has come to its end by itself: a recording that was played, say."""


class AudioSource(Protocol):
    """What a session needs of a microphone. One thread uses it; it is started once."""

    def start(self) -> None:
        """Begin to capture.

        Raises:
            AsrAppError: It cannot be opened.
        """
        ...

    def read(self, timeout_s: float) -> Samples | None:
        """Give the next block, (n,) float32 at 16 kHz.

        Returns:
            None when none came in time or, after `stop`, when all that was captured has been given.

        Raises:
            AsrAppError: The source has gone; what it had given before has been read by then.
            SourceEnded: It has no more to give.
        """
        ...

    def stop(self) -> None:
        """End capturing; what was captured can still be read. Does nothing the second time."""
        ...


class FileSource:
    """Plays a recording as if it were being spoken now.

    A block can be read as soon as its last sample would have been spoken.

    Attributes:
        path: The recording.
    """

    def __init__(self, path: Path, speed: float = 1.0, block_ms: int = 32) -> None:
        """Play `path`; at twice the speed of life, say, with `speed` 2."""
        self.path = path
        self._speed = speed
        self._block_s = block_ms / 1000
        self._blocks: Generator[Samples] | None = None
        self._next: Samples | None = None
        self._given = 0
        self._began_s = 0.0
        self._stopped_s: float | None = None
        # Waited on instead of sleeping, so that `stop` from another thread would be noticed at once.
        self._stopping = threading.Event()

    def start(self) -> None:
        """Open the recording.

        Raises:
            MediaError: It cannot be decoded.
        """
        if self._blocks is not None:
            raise RuntimeError("a FileSource can be started once")
        self._blocks = self._decode()
        self._next = next(self._blocks, None)
        self._began_s = time.monotonic()

    def read(self, timeout_s: float) -> Samples | None:
        """See `AudioSource.read`."""
        if self._blocks is None:
            raise RuntimeError("the FileSource has not been started")
        if self._next is None:
            if self._stopped_s is None:
                raise SourceEnded
            return None
        due_s = self._began_s + (self._given + 1) * self._block_s / self._speed
        if self._stopped_s is not None:
            if due_s > self._stopped_s:
                self._blocks.close()
                return None
        elif (wait_s := due_s - time.monotonic()) > 0:
            self._stopping.wait(min(wait_s, timeout_s))
            if wait_s > timeout_s or self._stopped_s is not None:
                return None
        block, self._next = self._next, next(self._blocks, None)
        self._given += 1
        return block

    def stop(self) -> None:
        """See `AudioSource.stop`: blocks that were due by now are still given."""
        if self._stopped_s is None:
            self._stopped_s = time.monotonic()
            self._stopping.set()

    def _decode(self) -> Generator[Samples]:
        from asr_app.audio.media import stream_samples

        yield from stream_samples(self.path, block_s=self._block_s)
