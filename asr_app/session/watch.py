"""Notices what is wrong with the sound itself: too loud, or nothing at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.events import Notice, NoticeCleared, Topic

FULL_SCALE = 0.99
"""A sample this loud is taken for one that was cut off."""

CLIPPED_RUN = 3
"""So many of them in a row are no coincidence."""

CLIPPED_BLOCKS = 3
CLIPPED_WITHIN_S = 3.0
CLEAN_S = 10.0

SILENT_BELOW = 1e-4
"""-80 dB: below the noise of any microphone that is switched on."""

SILENT_FROM_START_S = 4.0
SILENT_LATER_S = 10.0
"""Longer, because headsets that suppress noise give perfect silence while nobody speaks."""

CLIPPED = Notice(
    Topic.CLIPPING,
    "The microphone is too loud, so that your voice is distorted.",
    "Turn it down in the system's sound settings, or speak from further away.",
)
SILENT = Notice(
    Topic.SILENCE,
    "The microphone gives nothing but silence; is it muted?",
    "Look at the switch on the microphone and at the system's sound settings.",
)


class SoundWatch:
    """Looks at every block; time is counted in samples."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._clipped_s: list[float] = []
        self._is_clipping = False
        self._silent_since_s = 0.0
        self._has_heard = False
        self._is_silent = False

    def push(self, block: NDArray[np.float32]) -> list[Notice | NoticeCleared]:
        """Take a block (n,) in -1…1 and give what the person should hear about now."""
        self._now_s += len(block) / SAMPLE_RATE_HZ
        loudness = np.abs(block)
        peak = float(loudness.max(initial=0.0))
        return self._clipping(loudness if peak >= FULL_SCALE else None) + self._silence(peak)

    def _clipping(self, loudness: NDArray[np.float32] | None) -> list[Notice | NoticeCleared]:
        if loudness is not None and _has_run(loudness >= FULL_SCALE, CLIPPED_RUN):
            recent = [time_s for time_s in self._clipped_s if time_s > self._now_s - CLIPPED_WITHIN_S]
            self._clipped_s = [*recent, self._now_s]
            if len(self._clipped_s) >= CLIPPED_BLOCKS and not self._is_clipping:
                self._is_clipping = True
                return [CLIPPED]
        if self._is_clipping and self._now_s - self._clipped_s[-1] > CLEAN_S:
            self._is_clipping = False
            return [NoticeCleared(Topic.CLIPPING)]
        return []

    def _silence(self, peak: float) -> list[Notice | NoticeCleared]:
        if peak >= SILENT_BELOW:
            was_silent, self._is_silent = self._is_silent, False
            self._silent_since_s, self._has_heard = self._now_s, True
            return [NoticeCleared(Topic.SILENCE)] if was_silent else []
        bound_s = SILENT_LATER_S if self._has_heard else SILENT_FROM_START_S
        if not self._is_silent and self._now_s - self._silent_since_s >= bound_s:
            self._is_silent = True
            return [SILENT]
        return []


def _has_run(flags: NDArray[np.bool_], length: int) -> bool:
    """Whether so many in a row are set."""
    if len(flags) < length:
        return False
    together = flags[: len(flags) - length + 1].copy()
    for shift in range(1, length):
        together &= flags[shift : len(flags) - length + 1 + shift]
    return bool(together.any())
