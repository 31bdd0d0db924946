"""The states of a dictation session and what leads from one to the other, as one table."""

from __future__ import annotations

import logging
from collections.abc import Callable

from asr_app.session.commands import Command
from asr_app.session.events import SessionState

_IDLE, _OPENING, _LISTENING = SessionState.IDLE, SessionState.OPENING, SessionState.LISTENING
_PAUSED, _FINISHING = SessionState.PAUSED, SessionState.FINISHING
_RECOVERING, _FAILED = SessionState.RECOVERING, SessionState.FAILED

TABLE: dict[SessionState, dict[Command, SessionState]] = {
    _IDLE: {
        Command.START: _OPENING,
    },
    _OPENING: {
        Command.HEARD: _LISTENING,
        Command.STOP: _FINISHING,
        Command.ENDED: _FINISHING,
        Command.LOST: _RECOVERING,
        Command.CANCEL: _IDLE,
        Command.BROKE: _FAILED,
    },
    _LISTENING: {
        Command.PAUSE: _PAUSED,
        Command.STOP: _FINISHING,
        Command.ENDED: _FINISHING,
        Command.LOST: _RECOVERING,
        Command.CANCEL: _IDLE,
        Command.BROKE: _FAILED,
    },
    # Nothing but a person ends a pause: a microphone that comes back does not.
    _PAUSED: {
        Command.RESUME: _LISTENING,
        Command.SEARCH: _RECOVERING,
        Command.STOP: _FINISHING,
        Command.ENDED: _FINISHING,
        Command.LOST: _PAUSED,
        Command.HEARD: _PAUSED,
        Command.CANCEL: _IDLE,
        Command.BROKE: _FAILED,
    },
    _RECOVERING: {
        Command.HEARD: _LISTENING,
        Command.PAUSE: _PAUSED,
        Command.STOP: _FINISHING,
        Command.ENDED: _FINISHING,
        Command.CANCEL: _IDLE,
        Command.BROKE: _FAILED,
    },
    # A start is remembered until the end; a stop takes it back.
    _FINISHING: {
        Command.START: _FINISHING,
        Command.STOP: _FINISHING,
        Command.DRAINED: _IDLE,
        Command.CANCEL: _IDLE,
        Command.BROKE: _FAILED,
    },
    _FAILED: {
        Command.START: _OPENING,
    },
}


_log = logging.getLogger(__name__)


def next_state(state: SessionState, command: Command) -> SessionState | None:
    """Where a command leads; None when it does not fit the state and is to be ignored."""
    return TABLE[state].get(command)


class Machine:
    """The state of one session. Belongs to its thread.

    Attributes:
        state: The state now.
    """

    def __init__(self, on_change: Callable[[SessionState], None]) -> None:
        """Begin idle; `on_change` is told each new state."""
        self.state = SessionState.IDLE
        self._on_change = on_change

    def fits(self, command: Command) -> bool:
        """Whether the command does anything now; one that does not is noted in the log."""
        fits = next_state(self.state, command) is not None
        if not fits:
            _log.info("%s ignored while %s", command.name.lower(), self.state.value)
        return fits

    def take(self, command: Command) -> bool:
        """Go where a command leads; gives whether it fitted."""
        if not self.fits(command):
            return False
        state = TABLE[self.state][command]
        if state is not self.state:
            self.state = state
            self._on_change(state)
        return True
