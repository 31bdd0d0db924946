"""What a dictation session does when it is commanded from outside."""

from __future__ import annotations

from asr_app.session.dictation import DictationSession
from asr_app.session.events import SessionState
from asr_app.session.remote import Handler, RemoteAnswer, RemoteCommand

_RECORDING = frozenset(
    {SessionState.OPENING, SessionState.LISTENING, SessionState.PAUSED, SessionState.RECOVERING}
)
_IDLE = RemoteAnswer(False, "Nothing is being dictated.")


def obeying(session: DictationSession) -> Handler:
    """Make what carries out commands on a session, from any thread."""

    def handle(command: RemoteCommand) -> RemoteAnswer:
        is_recording = session.state in _RECORDING
        if command is RemoteCommand.TOGGLE:
            command = RemoteCommand.STOP if is_recording else RemoteCommand.START
        if command is RemoteCommand.START:
            if is_recording:
                return RemoteAnswer(True, "It is dictating already.")
            session.start()
            return RemoteAnswer(True, "Dictation starts.")
        if command is RemoteCommand.STOP:
            if not is_recording:
                return _IDLE
            session.stop()
            return RemoteAnswer(True, "Dictation stops; the last words follow.")
        if not is_recording and session.state is not SessionState.FINISHING:
            return _IDLE
        # Whoever sent this has been asked.
        session.cancel(confirmed=True)
        return RemoteAnswer(True, "What was being dictated is discarded.")

    return handle
