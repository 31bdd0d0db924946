"""Loudness and lag, as a front end shows them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

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


class LagMeter:
    """How much sound waits for the recogniser, without asking the source.

    When the recogniser had to wait for a block, it has caught up; from then on, time that passes faster than
    sound is worked on is lag. So the clocks of sound card and computer may drift apart without harm.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without lag; `clock` gives seconds."""
        self._clock = clock
        self._caught_up_s = clock()
        self._worked_s = 0.0
        self._shown_s = 0.0

    def caught_up(self) -> None:
        """Note that there was nothing to work on."""
        self._caught_up_s, self._worked_s = self._clock(), 0.0

    def worked(self, sound_s: float) -> None:
        """Note that so much sound has been worked on."""
        self._worked_s += sound_s

    def news(self) -> float | None:
        """The lag in seconds, to a tenth, if it is another than last time; else None."""
        lag_s = round(max(0.0, self._clock() - self._caught_up_s - self._worked_s), 1)
        if lag_s == self._shown_s:
            return None
        self._shown_s = lag_s
        return lag_s
