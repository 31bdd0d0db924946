"""What `asr-app dictate` shows of a session, until it ends."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from asr_app.cli.formatted import FormattedLines
    from asr_app.cli.live_text import LiveText
    from asr_app.cli.outputs import Outputs
    from asr_app.session.dictation import Failed, SessionEvent, SourceOpened
    from asr_app.transcription.events import FinalResult


class DictationScreen:
    """Follows the events of a session.

    Attributes:
        events: Of the session, in order; None ends the following.
    """

    def __init__(
        self,
        text: LiveText,
        outputs: Outputs,
        lines: FormattedLines | None,
        standby: bool = False,
        writes: bool = True,
    ) -> None:
        """Prepare.

        Args:
            text: The terminal.
            outputs: Where finished text goes besides.
            lines: Formats it; None: bare words.
            standby: Whether the end of a dictation is not the end of the program.
            writes: Whether finished text goes to standard output.
        """
        self.events: SimpleQueue[SessionEvent | None] = SimpleQueue()
        self._text = text
        self._outputs = outputs
        self._lines = lines
        self._standby = standby
        self._writes = writes
        self._heard = ""
        self._ends = False
        self._failure: Failed | None = None

    def end(self) -> None:
        """Make the end of this dictation the end of the program; any thread, and signal handlers."""
        self._ends = True

    def follow(self) -> None:
        """Show events until the program is to end.

        Raises:
            AsrAppError: The dictation has failed.
        """
        while (event := self.events.get()) is not None and not self._take(event):
            pass
        if self._failure is not None:
            raise AsrAppError(self._failure.message, self._failure.hint)

    def _take(self, event: SessionEvent) -> bool:
        """Show one event; whether it was the last."""
        from asr_app.session.dictation import Failed, Notice, SessionState, SourceOpened, StateChanged
        from asr_app.transcription.events import FinalResult, PartialResult

        match event:
            case PartialResult(text=partial):
                self._text.provisional(partial)
            case FinalResult():
                self._final(event)
            case SourceOpened():
                self._heard = _described(event)
            case Notice(message=message, hint=hint):
                self._text.say(f"asr-app: {message} {hint}".rstrip())
            case Failed():
                self._failure = event
            case StateChanged(state=SessionState.OPENING):
                self._failure = None
                self._outputs.begin()
            case StateChanged(state=SessionState.LISTENING):
                self._text.say(f"Listening{self._heard}. Ctrl+C ends.")
            case StateChanged(state=SessionState.IDLE | SessionState.FAILED):
                return self._over()
            case _:
                pass
        return False

    def _final(self, event: FinalResult) -> None:
        words = event.segment.words
        text = event.segment.text if self._lines is None else self._lines.line(words)
        self._text.final(text if self._writes else "")
        self._outputs.final(text)

    def _over(self) -> bool:
        self._text.provisional("")
        if self._ends or not self._standby:
            return True
        if self._failure is not None:
            self._text.say(f"asr-app: {self._failure.message} {self._failure.hint}".rstrip())
            self._failure = None
        self._text.say(WAITING)
        return False


WAITING = "Waiting for “asr-app toggle” or “asr-app start”. Ctrl+C ends."


def _described(source: SourceOpened) -> str:
    return f" to “{source.name}”" if source.name else ""
