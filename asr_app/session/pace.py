"""How often partial text comes, so that a slow machine keeps up with the voice."""

from __future__ import annotations

from dataclasses import dataclass

STEPS_S: tuple[float | None, ...] = (0.32, 0.64, 1.28, None)
"""How much the live pass hears at a time (`StreamingRecognizer.set_pace`), the quickest first; None: it
rests, so that there is no partial text, only the final one."""

BEHIND_S = 1.0
"""So far behind, partial text becomes rarer."""

FAR_BEHIND_S = 3.0
"""So far behind, it stops."""

CALM_LAG_S = 0.5
CALM_LOAD = 0.6
CALM_S = 15.0
"""After so much sound without lag, and with time to spare, it becomes more frequent again."""

LONGEST_CALM_S = 240.0
SETTLE_S = 2.0
"""A change shows its effect after so much sound at the earliest."""


@dataclass(frozen=True)
class Pace:
    """How the live pass works.

    Attributes:
        chunk_s: How much it hears at a time; None: it rests.
    """

    chunk_s: float | None


class Pacer:
    """Chooses a pace from the measured speed. It holds no clock: times come with each call.

    A step to a quicker pace that turned out to be too quick is tried again only after twice the calm, so that
    a machine on the edge does not swing to and fro.
    """

    def __init__(self) -> None:
        self._step = 0
        self._calm_s = 0.0
        self._needed_calm_s = CALM_S
        self._since_change_s = SETTLE_S
        self._was_quickened = False
        self._load = 0.0

    @property
    def pace(self) -> Pace:
        """The pace now."""
        return Pace(STEPS_S[self._step])

    @property
    def load(self) -> float:
        """Time worked for each second of sound, over the last seconds."""
        return self._load

    def worked(self, sound_s: float, busy_s: float, lag_s: float) -> Pace | None:
        """Note that so much sound took so long, and that so much waits; gives the pace if it changes."""
        share = min(1.0, sound_s / 5.0)
        self._load += share * (busy_s / max(sound_s, 1e-6) - self._load)
        self._since_change_s += sound_s
        is_calm = lag_s < CALM_LAG_S and self._load < CALM_LOAD
        self._calm_s = self._calm_s + sound_s if is_calm else 0.0
        last = len(STEPS_S) - 1
        if lag_s >= FAR_BEHIND_S and self._step < last:
            return self._change(last)
        if lag_s >= BEHIND_S and self._step < last - 1 and self._since_change_s >= SETTLE_S:
            return self._change(self._step + 1)
        if self._step and self._calm_s >= self._needed_calm_s:
            return self._change(self._step - 1)
        return None

    def _change(self, step: int) -> Pace:
        is_slower = step > self._step
        if is_slower and self._was_quickened:
            self._needed_calm_s = min(LONGEST_CALM_S, 2 * self._needed_calm_s)
        self._was_quickened = not is_slower
        self._step, self._calm_s, self._since_change_s = step, 0.0, 0.0
        return self.pace
