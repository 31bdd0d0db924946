"""The samples of a dictation on their way from the recorder to the recogniser."""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

import numpy as np

from asr_app.audio.journal import Pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import JournalError

MEMORY_S = 30.0
"""So much sound waits in memory; what waits longer is read back from the journal."""

_MOST_SAMPLES = 4096
"""Given at once: so often commands are looked at while catching up."""


class Written(Protocol):
    """The part of a journal that samples are read back from."""

    @property
    def written_samples(self) -> int:
        """How many samples lie in the file."""

    def read(self, first: int, count: int) -> Pcm:
        """Give some of them; may raise `OSError`."""


class Tape:
    """Samples in order, none left out: one thread appends, another reads.

    However far the reader falls behind, no more than `memory_s` of sound lies in memory, but for what the
    journal has not been able to write.
    """

    def __init__(self, journal: Written | None, memory_s: float = MEMORY_S) -> None:
        """Begin an empty tape; without a journal everything that waits is in memory."""
        self._journal = journal
        self._most_in_memory = round(memory_s * SAMPLE_RATE_HZ)
        self._changed = threading.Condition()
        self._blocks: deque[Pcm] = deque()
        self._first = 0  # position of the first sample in memory
        self._end = 0
        self._position = 0
        self._has_ended = False

    @property
    def captured_samples(self) -> int:
        """How many samples have been appended."""
        return self._end

    @property
    def waiting_samples(self) -> int:
        """How many of them have not been read."""
        return self._end - self._position

    @property
    def samples_in_memory(self) -> int:
        """How many of them lie in memory."""
        return self._end - self._first

    @property
    def is_over(self) -> bool:
        """Whether everything has been read, and nothing more will come."""
        return self._has_ended and self._position == self._end

    def append(self, pcm: Pcm) -> None:
        """Add samples, which the journal has been given before."""
        with self._changed:
            self._blocks.append(pcm)
            self._end += len(pcm)
            self._forget()
            self._changed.notify_all()

    def end(self) -> None:
        """Say that nothing more will come."""
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def read(self, timeout_s: float) -> Pcm | None:
        """Give the next samples, waiting for some at most `timeout_s`; None when there are none.

        Raises:
            JournalError: The disk does not give back what was written to it.
        """
        with self._changed:
            if self._position == self._end and not self._has_ended:
                self._changed.wait(timeout_s)
            if self._position == self._end:
                return None
            first, position = self._first, self._position
            if position >= first:
                pcm = self._take()
                self._position += len(pcm)
                self._forget()
                return pcm
        # Not with the lock: the recorder does not wait for the disk on our account.
        pcm = self._read_back(position, min(_MOST_SAMPLES, first - position))
        self._position += len(pcm)
        return pcm

    def _read_back(self, position: int, count: int) -> Pcm:
        problem: object = "it is shorter than it should be"
        try:
            pcm = self._journal.read(position, count) if self._journal is not None else np.zeros(0, np.int16)
        except OSError as error:
            problem, pcm = error, np.zeros(0, np.int16)
        if len(pcm) == 0:
            raise JournalError(
                f"The recording cannot be read back from the disk ({problem}).",
                "What was captured is kept; “asr-app recover” transcribes it when the disk is well.",
            )
        return pcm

    def _take(self) -> Pcm:
        """Samples from the position on, out of memory; one block when the reader keeps up."""
        parts, count, start = [], 0, self._first
        for block in self._blocks:
            if start + len(block) > self._position:
                parts.append(block[max(0, self._position - start) :])
                count += len(parts[-1])
                if count >= _MOST_SAMPLES:
                    break
            start += len(block)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _forget(self) -> None:
        """Let go of blocks that have been read, and of the oldest that can be read back."""
        written = 0 if self._journal is None else self._journal.written_samples
        while self._blocks:
            end = self._first + len(self._blocks[0])
            is_read = end <= self._position
            too_many = self._end - self._first > self._most_in_memory
            if not is_read and not (too_many and end <= written):
                return
            self._blocks.popleft()
            self._first = end
