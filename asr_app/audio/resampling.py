"""Any rate and channel count to 16 kHz mono, one block at a time."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 16_000
"""The rate at which everything after this point works."""

_QUALITY = "HQ"


class StreamingResampler:
    """Turns blocks of one rate and channel count into 16 kHz mono (the mean of the channels).

    However the input is split over calls, the outputs joined are the same: soxr keeps its filter's state. All
    of the input has come out after `finish`: `round(n * 16000 / source_rate_hz)` samples for n samples in,
    give or take one.

    Attributes:
        source_rate_hz: Samples per second of the input.
        channels: Channels of the input.
    """

    def __init__(self, source_rate_hz: int, channels: int) -> None:
        if source_rate_hz <= 0 or channels <= 0:
            raise ValueError(f"{source_rate_hz} Hz with {channels} channels is not audio")
        self.source_rate_hz = source_rate_hz
        self.channels = channels
        self._stream: soxr.ResampleStream | None = None
        if source_rate_hz != SAMPLE_RATE_HZ:
            self._stream = soxr.ResampleStream(
                source_rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32", quality=_QUALITY
            )

    def push(self, block: Samples) -> Samples:
        """Take a block and give what can be computed so far.

        Args:
            block: float32 `(n, channels)`, or `(n,)` when there is one channel; any n, also 0.

        Returns:
            float32 `(m,)` at 16 kHz. The filter looks ahead, so that the last few milliseconds stay inside
            until more samples arrive or `finish` is called.
        """
        return self._resample(self._mix(block), last=False)

    def finish(self) -> Samples:
        """Give what is still inside, float32 `(m,)`; nothing can be pushed afterwards."""
        return self._resample(np.zeros(0, np.float32), last=True)

    def _mix(self, block: Samples) -> Samples:
        block = np.asarray(block, np.float32)
        if block.ndim == 1:
            block = block[:, None]
        if block.shape[1] != self.channels:
            raise ValueError(
                f"A block of {block.shape[1]} channels was given, {self.channels} were announced"
            )
        mono = block[:, 0] if self.channels == 1 else block.mean(axis=1, dtype=np.float32)
        return np.ascontiguousarray(mono)

    def _resample(self, mono: Samples, *, last: bool) -> Samples:
        if self._stream is None:
            return mono
        return np.asarray(self._stream.resample_chunk(mono, last=last), np.float32)
