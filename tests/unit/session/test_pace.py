"""How often partial text comes, in a simulation: time is counted, not waited for."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.session.pace import CALM_S, STEPS_S, Pacer

BLOCK_S = 0.032


class Machine:
    """A computer that hears sound at the speed of life and works at its own.

    Attributes:
        paces: Each change: when on the sound's clock, and the pace.
    """

    def __init__(self, cost: Callable[[float, float | None], float]) -> None:
        self.cost = cost
        self.pacer = Pacer()
        self.now_s = self.done_s = 0.0
        self.lags: list[float] = []
        self.paces: list[tuple[float, float | None]] = []

    def run(self, sound_s: float) -> None:
        end_s = self.done_s + sound_s
        while self.done_s < end_s:
            self.now_s = max(self.now_s, self.done_s + BLOCK_S)  # the block has to be spoken first
            busy_s = BLOCK_S * self.cost(self.done_s, self.pacer.pace.chunk_s)
            self.now_s += busy_s
            self.done_s += BLOCK_S
            lag_s = max(0.0, self.now_s - self.done_s)
            self.lags.append(lag_s)
            pace = self.pacer.worked(BLOCK_S, busy_s, lag_s)
            if pace is not None:
                self.paces.append((self.done_s, pace.chunk_s))


def test_a_machine_that_keeps_up_keeps_its_pace() -> None:
    machine = Machine(lambda _, __: 0.3)
    machine.run(600)
    assert machine.paces == []


def test_partial_text_becomes_rarer_step_by_step_before_it_stops() -> None:
    machine = Machine(lambda _, chunk_s: 0.2 + 0.4 / chunk_s if chunk_s else 0.2)
    machine.run(120)
    assert [chunk_s for _, chunk_s in machine.paces][:1] == [0.64]
    assert max(machine.lags) < 3.0
    assert None not in [chunk_s for _, chunk_s in machine.paces]


def test_three_chunk_s_too_slow_it_stops_and_the_lag_falls_again() -> None:
    machine = Machine(lambda _, chunk_s: 0.6 + (2.4 if chunk_s else 0.0))
    machine.run(300)
    assert None in [chunk_s for _, chunk_s in machine.paces]
    assert machine.lags[-1] < 1.0


def test_a_machine_that_is_free_again_becomes_quick_again() -> None:
    machine = Machine(lambda at_s, chunk_s: (2.0 if chunk_s else 0.3) if at_s < 60 else 0.2)
    machine.run(60)
    assert None in [chunk_s for _, chunk_s in machine.paces]
    machine.run(5 * CALM_S)
    assert machine.pacer.pace.chunk_s == STEPS_S[0]


def test_a_machine_on_the_edge_does_not_swing_to_and_fro() -> None:
    machine = Machine(lambda _, chunk_s: 1.3 if chunk_s == 0.32 else 0.3)
    machine.run(1200)
    changes = [at_s for at_s, _ in machine.paces]
    first, last = (sum(begin <= at_s < begin + 300 for at_s in changes) for begin in (0, 900))
    assert first > 0
    assert last < first


@settings(max_examples=15)
@given(st.floats(0.01, 10))
def test_final_text_alone_is_always_tried_before_giving_up(load: float) -> None:
    machine = Machine(lambda _, chunk_s: load if chunk_s else 0.0)
    machine.run(60)
    assert machine.lags[-1] < 4.0
