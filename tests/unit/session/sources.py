"""Sources of sound that do what a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.errors import MicrophoneError

Samples = NDArray[np.float32]
BLOCK = 512


@dataclass(frozen=True)
class Device:
    """What a microphone says of itself."""

    name: str


class ScriptedMicrophone:
    """Gives blocks as fast as they are read, then does what is said at its end.

    Attributes:
        device: Its name.
        is_open: Whether it captures.
        reads: How often it was read.
    """

    def __init__(
        self,
        samples: Samples,
        then: Callable[[], None] = lambda: None,
        name: str = "Desk",
        on_read: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.device = Device(name)
        self.is_open = False
        self.reads = 0
        self._blocks = iter([samples[start : start + BLOCK] for start in range(0, len(samples), BLOCK)])
        self._then = then
        self._on_read = on_read

    def start(self) -> None:
        self.is_open = True

    def read(self, timeout_s: float) -> Samples | None:
        self._on_read(self.reads)
        self.reads += 1
        block = next(self._blocks, None)
        if block is None and self.is_open:
            self._then()
            threading.Event().wait(timeout_s)
        return block

    def stop(self) -> None:
        self.is_open = False


def unplugged() -> None:
    """What a microphone that has gone does."""
    raise MicrophoneError("The microphone has gone.", "Connect it again.")


class Opener:
    """Opens one microphone after the other; an error in their place is raised.

    Attributes:
        searched_s: What each `reopen` was told.
    """

    def __init__(self, microphones: Iterable[ScriptedMicrophone | MicrophoneError]) -> None:
        self._microphones = iter(microphones)
        self.searched_s: list[float] = []

    def __call__(self) -> ScriptedMicrophone:
        microphone = next(self._microphones)
        if isinstance(microphone, MicrophoneError):
            raise microphone
        return microphone

    def reopen(self, searched_s: float) -> ScriptedMicrophone:
        self.searched_s.append(searched_s)
        return self()
