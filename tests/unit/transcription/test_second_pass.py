from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.errors import Cancelled
from asr_app.transcription.second_pass import SecondPass, Stretch
from asr_app.transcription.types import Segment

Samples = NDArray[np.float32]
NOTHING = np.zeros(0, np.float32)
WAIT_S = 10


def never() -> bool:
    return False


class Decoder:
    """Gives empty segments; each pass waits until it may go on.

    Attributes:
        may_end: Lets the passes end.
        began: Released once for each pass that has begun.
        threads: Of the passes.
    """

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.may_end.set()
        self.began = threading.Semaphore(0)
        self.threads: list[threading.Thread] = []

    def __call__(self, stretch: Stretch, _samples: Samples, stops: Callable[[], bool]) -> Segment:
        self.threads.append(threading.current_thread())
        self.began.release()
        while not self.may_end.wait(0.005):
            if stops():
                raise Cancelled("stopped")
        return Segment((), stretch[0] / 16_000, stretch[1] / 16_000)


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


def test_a_guess_that_comes_true_is_the_result(decoder: Decoder) -> None:
    passes = SecondPass(decoder)
    passes.guess((0, 16_000), NOTHING)
    assert passes.take((0, 16_000), NOTHING, never) == Segment((), 0.0, 1.0)
    assert (passes.guesses, passes.hits) == (1, 1)
    assert decoder.threads != [threading.current_thread()]


def test_one_that_does_not_is_thrown_away(decoder: Decoder) -> None:
    passes = SecondPass(decoder)
    passes.guess((0, 16_000), NOTHING)
    assert passes.take((0, 32_000), NOTHING, never) == Segment((), 0.0, 2.0)
    assert (passes.guesses, passes.hits) == (1, 0)
    passes.close()


def test_a_dropped_guess_stops_by_itself(decoder: Decoder) -> None:
    decoder.may_end.clear()
    passes = SecondPass(decoder)
    passes.guess((0, 16_000), NOTHING)
    assert decoder.began.acquire(timeout=WAIT_S)
    assert passes.guessed == (0, 16_000)
    passes.drop()
    assert passes.guessed is None
    decoder.threads[0].join(WAIT_S)
    assert not decoder.threads[0].is_alive()


def test_closing_waits_for_all_of_them(decoder: Decoder) -> None:
    decoder.may_end.clear()
    passes = SecondPass(decoder)
    for end in (1, 2, 3):
        passes.guess((0, end), NOTHING)
        assert decoder.began.acquire(timeout=WAIT_S)
    passes.close()
    assert not any(thread.is_alive() for thread in decoder.threads)


def test_waiting_for_a_guess_can_be_stopped(decoder: Decoder) -> None:
    decoder.may_end.clear()
    passes = SecondPass(decoder)
    passes.guess((0, 16_000), NOTHING)
    with pytest.raises(Cancelled):
        passes.take((0, 16_000), NOTHING, lambda: True)


def test_what_goes_wrong_reaches_who_asks_for_the_result() -> None:
    def fail(_stretch: Stretch, _samples: Samples, _stops: Callable[[], bool]) -> Segment:
        raise RuntimeError("out of memory")

    passes = SecondPass(fail)
    passes.guess((0, 16_000), NOTHING)
    with pytest.raises(RuntimeError, match="out of memory"):
        passes.take((0, 16_000), NOTHING, never)
