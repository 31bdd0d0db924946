"""The full-context pass begun before it is certain that the utterance is over.

Between the last sound of an utterance and the moment when the quiet has lasted long enough to call it over
lie some tenths of a second, in which the processor has nothing to do. All samples of the utterance are there:
the pass is made meanwhile, on a thread of its own. If speech goes on after all, what was made is thrown away;
if not, the final text is ready or nearly so. The result is the same either way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from asr_app.errors import Cancelled
from asr_app.transcription.types import Segment

Samples = NDArray[np.float32]
Stretch = tuple[int, int]
"""Of a recording: its first sample and the one after its last."""

Decode = Callable[[Stretch, Samples, Callable[[], bool]], Segment]
"""Is given where an utterance is, its samples (n,) and what says whether to stop; raises `Cancelled` then."""

_LOOK_S = 0.02
"""So often whoever waits for a pass looks whether to stop."""


class _Guess:
    """One pass on a thread of its own.

    Attributes:
        stretch: Of the recording.
        dropped: Nobody wants the result any more.
    """

    def __init__(self, stretch: Stretch, samples: Samples, decode: Decode) -> None:
        self.stretch = stretch
        self.dropped = threading.Event()
        self._segment: Segment | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._work, args=(samples, decode), name="second pass", daemon=True
        )
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether its thread has ended."""
        return not self._thread.is_alive()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end of its thread and say whether it has come."""
        self._thread.join(timeout_s)
        return self.is_over

    def result(self) -> Segment:
        """Give the segment, or raise what went wrong; only when it is over."""
        if self._error is not None:
            raise self._error
        assert self._segment is not None
        return self._segment

    def _work(self, samples: Samples, decode: Decode) -> None:
        try:
            self._segment = decode(self.stretch, samples, self.dropped.is_set)
        # Whatever it is belongs to the thread that asks for the result.
        except BaseException as error:
            self._error = error


class SecondPass:
    """Guesses where an utterance ends, at most one guess at a time. Belongs to one thread.

    Attributes:
        guesses: How many have been made.
        hits: How many of them came true.
    """

    def __init__(self, decode: Decode) -> None:
        """Make the passes with this."""
        self.guesses = 0
        self.hits = 0
        self._decode = decode
        self._guess: _Guess | None = None
        self._leaving: list[_Guess] = []

    @property
    def guessed(self) -> Stretch | None:
        """The stretch of the guess that is neither dropped nor used; None without one."""
        return None if self._guess is None else self._guess.stretch

    def guess(self, stretch: Stretch, samples: Samples) -> None:
        """Begin the pass over samples (n,) that may turn out to be the utterance."""
        self.drop()
        self.guesses += 1
        self._guess = _Guess(stretch, samples, self._decode)

    def drop(self) -> None:
        """Speech goes on: forget the guess. Its thread ends by itself, soon."""
        if self._guess is not None:
            self._guess.dropped.set()
            self._leaving = [guess for guess in self._leaving if not guess.is_over] + [self._guess]
            self._guess = None

    def take(self, stretch: Stretch, samples: Samples, stops: Callable[[], bool]) -> Segment:
        """Give the segment of an utterance: the guessed one if it is this stretch, else made now.

        Raises:
            Cancelled: `stops` said so.
        """
        guess = self._guess
        if guess is None or guess.stretch != stretch:
            self.drop()
            return self._decode(stretch, samples, stops)
        while not guess.wait(_LOOK_S):
            if stops():
                self.close()
                raise Cancelled("The work was stopped.")
        self._guess = None
        self.hits += 1
        return guess.result()

    def close(self) -> None:
        """Forget everything and wait for the threads."""
        self.drop()
        for guess in self._leaving:
            guess.wait()
        self._leaving = []
