"""One voice out of several channels: an interface with two inputs has a microphone on one of them only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import StreamingResampler
from asr_app.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector

Samples = NDArray[np.float32]

_SPEECH = 0.5
_JOIN_DB = 6.0
"""A channel whose speech is at most so much weaker than the strongest one's takes part in the mean."""

_LEAVE_DB = 10.0
"""One that takes part stays in until it is so much weaker."""

_MEMORY_WINDOWS = 80.0
"""Speech is judged over about so many windows of 32 ms with speech, the older ones counting less."""

_FIRST_WINDOWS = 5
"""So many windows of speech are needed before anything is chosen."""

_SAME = 1e-4
"""Channels whose difference has less than this share of their power carry the same."""

_NOTHING = 1e-10
"""Power of a channel without a signal, -100 dB."""


class ChannelPicker:
    """Turns blocks of any rate and several channels into 16 kHz mono.

    Channels that carry the same, or a voice about as strong, are averaged; where the voice is on one channel
    only, that one is taken. Only where the channels differ does voice activity judge them, so that a mono
    microphone that is announced as stereo costs nothing. A change of mind is blended over one block.

    Attributes:
        chosen: Numbers, from 0, of the channels taken; all of them until speech was heard.
    """

    def __init__(self, source_rate_hz: int, channels: int) -> None:
        """Expect blocks of this rate with so many channels, one or more."""
        self._resamplers = [StreamingResampler(source_rate_hz, 1) for _ in range(channels)]
        self._detectors = [VoiceActivityDetector() for _ in range(channels)] if channels > 1 else []
        self._waiting: Samples = np.zeros((0, channels), np.float32)
        self._speech_power = np.zeros(channels)
        self._speech_windows = 0
        self.chosen = tuple(range(channels))
        self._weights: Samples = np.full(channels, 1 / channels, np.float32)

    def push(self, block: Samples) -> Samples:
        """Take a block, float32 (n, channels), and give what can be computed so far, (m,) at 16 kHz."""
        block = np.asarray(block, np.float32).reshape(len(block), -1)
        return self._mix([each.push(block[:, number]) for number, each in enumerate(self._resamplers)])

    def finish(self) -> Samples:
        """Give what is still inside, (m,); nothing can be pushed afterwards."""
        return self._mix([each.finish() for each in self._resamplers])

    def _mix(self, parts: list[Samples]) -> Samples:
        if len(parts) == 1:
            return parts[0]
        sound = np.stack(parts, axis=1)  # (m, channels)
        self._judge(sound)
        wanted = np.zeros(sound.shape[1], np.float32)
        wanted[list(self.chosen)] = 1 / len(self.chosen)
        before, self._weights = self._weights, wanted
        if np.array_equal(before, wanted):
            mixed: Samples = sound @ wanted
            return mixed
        ramp = np.linspace(0, 1, len(sound), dtype=np.float32)[:, None]
        blended: Samples = (sound * (before + ramp * (wanted - before))).sum(axis=1)
        return blended

    def _judge(self, sound: Samples) -> None:
        """Hear which channels carry speech, in whole windows."""
        self._waiting = np.concatenate([self._waiting, sound])
        while len(self._waiting) >= WINDOW_SAMPLES:
            window, self._waiting = self._waiting[:WINDOW_SAMPLES], self._waiting[WINDOW_SAMPLES:]
            power = np.mean(np.square(window, dtype=np.float64), axis=0)
            if _all_the_same(window, power):
                heard = power if self._speech_windows else None
            else:
                heard = self._heard(window, power)
            if heard is not None and heard.any():
                self._speech_power += (heard - self._speech_power) / min(
                    self._speech_windows + 1, _MEMORY_WINDOWS
                )
                self._speech_windows += 1
                if self._speech_windows >= _FIRST_WINDOWS:
                    self._choose()

    def _heard(self, window: Samples, power: NDArray[np.float64]) -> NDArray[np.float64]:
        """The power (channels,) of those that carry speech in this window, 0 for the others."""
        is_speech = [
            power[number] > _NOTHING and float(detector.push(window[:, number])[-1]) >= _SPEECH
            for number, detector in enumerate(self._detectors)
        ]
        return np.where(is_speech, power, 0.0)

    def _choose(self) -> None:
        strongest = float(self._speech_power.max())
        if strongest <= 0:
            return
        bounds = [_LEAVE_DB if number in self.chosen else _JOIN_DB for number in range(len(self._detectors))]
        if self._speech_windows == _FIRST_WINDOWS:
            bounds = [_JOIN_DB] * len(bounds)  # that all took part until now was no choice
        self.chosen = tuple(
            number
            for number, power in enumerate(self._speech_power)
            if power > strongest * 10 ** (-bounds[number] / 10)
        )


def _all_the_same(window: Samples, power: NDArray[np.float64]) -> bool:
    loudest = float(power.max())
    if loudest <= _NOTHING:
        return True
    difference = np.mean(np.square(window - window[:, :1], dtype=np.float64), axis=0)
    return bool((difference <= _SAME * loudest).all())
