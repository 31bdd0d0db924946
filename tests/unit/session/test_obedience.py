from __future__ import annotations

from typing import cast

import pytest

from asr_app.session.dictation import DictationSession
from asr_app.session.events import SessionState
from asr_app.session.obedience import obeying
from asr_app.session.remote import RemoteCommand

IDLE, LISTENING, FINISHING = SessionState.IDLE, SessionState.LISTENING, SessionState.FINISHING
START, STOP = RemoteCommand.START, RemoteCommand.STOP
TOGGLE, CANCEL = RemoteCommand.TOGGLE, RemoteCommand.CANCEL


class Session:
    """Remembers what it was told, and stays in its state."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")

    def stop(self) -> None:
        self.told.append("stop")

    def cancel(self, confirmed: bool = False) -> None:
        self.told.append("discard" if confirmed else "cancel")


@pytest.mark.parametrize(
    ("state", "command", "told", "done"),
    [
        (IDLE, TOGGLE, ["start"], True),
        (LISTENING, TOGGLE, ["stop"], True),
        (SessionState.PAUSED, TOGGLE, ["stop"], True),
        (SessionState.RECOVERING, TOGGLE, ["stop"], True),
        (FINISHING, TOGGLE, ["start"], True),
        (SessionState.FAILED, TOGGLE, ["start"], True),
        (IDLE, START, ["start"], True),
        (LISTENING, START, [], True),
        (IDLE, STOP, [], False),
        (SessionState.OPENING, STOP, ["stop"], True),
        (IDLE, CANCEL, [], False),
        (LISTENING, CANCEL, ["discard"], True),
        (FINISHING, CANCEL, ["discard"], True),
    ],
)
def test_a_command_does_what_fits_the_state(
    state: SessionState, command: RemoteCommand, told: list[str], done: bool
) -> None:
    session = Session(state)
    answer = obeying(cast(DictationSession, session))(command)
    assert session.told == told
    assert answer.done is done
    assert answer.says.endswith(".")
