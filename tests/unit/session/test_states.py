"""The table of states."""

from __future__ import annotations

import itertools

import pytest

from asr_app.session.commands import Command
from asr_app.session.events import SessionState
from asr_app.session.states import TABLE, Machine, next_state

RUNNING = set(SessionState) - {SessionState.IDLE, SessionState.FAILED}


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(SessionState)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {state for row in TABLE.values() for state in row.values()}
    assert reached == set(SessionState)
    assert all(any(to is not state for to in row.values()) for state, row in TABLE.items())


@pytest.mark.parametrize("state", RUNNING)
def test_whatever_runs_can_be_cancelled_and_may_fail(state: SessionState) -> None:
    assert next_state(state, Command.CANCEL) is SessionState.IDLE
    assert next_state(state, Command.BROKE) is SessionState.FAILED


@pytest.mark.parametrize("state", RUNNING - {SessionState.FINISHING})
def test_whatever_records_can_be_stopped_and_drains(state: SessionState) -> None:
    assert next_state(state, Command.STOP) is SessionState.FINISHING


def test_listening_begins_with_sound_only() -> None:
    ways = {
        (state, command)
        for state, command in itertools.product(SessionState, Command)
        if next_state(state, command) is SessionState.LISTENING
    }
    assert ways == {
        (SessionState.OPENING, Command.HEARD),
        (SessionState.RECOVERING, Command.HEARD),
        (SessionState.PAUSED, Command.RESUME),
    }


def test_no_microphone_ends_a_pause() -> None:
    assert next_state(SessionState.PAUSED, Command.HEARD) is SessionState.PAUSED
    assert next_state(SessionState.PAUSED, Command.LOST) is SessionState.PAUSED


@pytest.mark.parametrize("state", [SessionState.IDLE, SessionState.FAILED])
def test_where_nothing_runs_only_a_start_does_anything(state: SessionState) -> None:
    assert set(TABLE[state]) == {Command.START}


def test_who_goes_on_without_a_microphone_is_not_told_that_it_listens() -> None:
    assert next_state(SessionState.PAUSED, Command.SEARCH) is SessionState.RECOVERING


def test_an_illegal_command_is_ignored_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    changes: list[SessionState] = []
    machine = Machine(changes.append)
    with caplog.at_level("INFO"):
        assert not machine.take(Command.PAUSE)
    assert machine.state is SessionState.IDLE
    assert changes == []
    assert "pause ignored while idle" in caplog.text


def test_each_change_is_told_once() -> None:
    changes: list[SessionState] = []
    machine = Machine(changes.append)
    for command in (Command.START, Command.HEARD, Command.PAUSE, Command.LOST, Command.HEARD, Command.STOP):
        assert machine.take(command)
    assert changes == [
        SessionState.OPENING,
        SessionState.LISTENING,
        SessionState.PAUSED,
        SessionState.FINISHING,
    ]
