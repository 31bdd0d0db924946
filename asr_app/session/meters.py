"""Loudness and lag, as a front end shows them."""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.events import LagChanged, LevelChanged

SILENCE_DB = -100.0


def level_db(samples: NDArray[np.float32]) -> tuple[float, float]:
    """Root mean square and peak of samples (n,), in dB below full scale, not below -100."""
    if len(samples) == 0:
        return SILENCE_DB, SILENCE_DB
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return _db(rms), _db(float(np.abs(samples).max()))


def _db(amplitude: float) -> float:
    if not amplitude > 0:
        return SILENCE_DB
    return max(SILENCE_DB, 20 * math.log10(amplitude))


class LevelMeter:
    """The level since somebody last looked; one thread fills it, another looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._level: LevelChanged | None = None

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take a block (n,) in -1…1."""
        rms_db, peak_db = level_db(samples)
        with self._lock:
            if self._level is not None:
                peak_db = max(peak_db, self._level.peak_db)
            self._level = LevelChanged(rms_db, peak_db)

    def take(self) -> LevelChanged | None:
        """The power of the last block and the peak of all since the last call; None without any."""
        with self._lock:
            level, self._level = self._level, None
            return level


class LagMeter:
    """How far the recogniser is behind, as it is shown."""

    def __init__(self) -> None:
        self._shown_s = 0.0

    def news(self, waiting_samples: int) -> LagChanged | None:
        """The lag in seconds, to a tenth, if it is another than last time; else None."""
        lag_s = round(waiting_samples / SAMPLE_RATE_HZ, 1)
        if lag_s == self._shown_s:
            return None
        self._shown_s = lag_s
        return LagChanged(lag_s)
