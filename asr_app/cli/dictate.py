"""`asr-app dictate`: live text in the terminal."""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.formatted import CommandsOption, FormattedLines, FormattedOption, ReplacementsOption
from asr_app.cli.interrupts import on_interrupt
from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PrecisionOption,
    VocabularyOption,
    chosen_vocabulary,
    load_recognizer,
)
from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_app.cli.live_text import LiveText
    from asr_app.session.dictation import AudioSource, DictationSession, SessionEvent
    from asr_app.transcription.recognizer import Recognizer


def dictate_command(
    microphone: Annotated[
        str | None,
        typer.Option(
            "--microphone",
            "--device-name",
            "-m",
            help="Number or name of the microphone (see asr-app devices); the system's choice otherwise.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Listen to this recording, played in real time, instead.")
    ] = None,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    formatted: FormattedOption = False,
    replacements: ReplacementsOption = None,
    commands: CommandsOption = None,
    vocabulary: VocabularyOption = None,
) -> None:
    """Write down what is said, live, until Ctrl+C.

    In a terminal the text of the sentence being spoken is grey until it is final. Elsewhere only final text
    is written to standard output, a line for each utterance. With --formatted spoken commands are carried
    out ("comma", "new line", "scratch that" …); a line that is written already stays, and what is taken back
    of it is told on standard error.
    """
    from asr_app.session.dictation import DictationSession

    lines = None
    if formatted or replacements is not None or commands is not None:
        lines = FormattedLines(replacements, dictated=True, commands=commands)
    words = chosen_vocabulary(vocabulary)
    events: SimpleQueue[SessionEvent] = SimpleQueue()
    session = DictationSession(
        _announcing(lambda: load_recognizer(model, device, precision, words), lines),
        _source(microphone, file),
        on_event=events.put,
    )
    from asr_app.cli.live_text import LiveText

    with LiveText() as text, on_interrupt(lambda count: _end(session, count)):
        session.start()
        try:
            _follow(events, text, lines, "the recording" if file is not None else "the microphone")
        finally:
            session.close()


def _announcing(load: Callable[[], Recognizer], lines: FormattedLines | None) -> Callable[[], Recognizer]:
    def announced() -> Recognizer:
        typer.echo("Loading the model …", err=True)
        recognizer = load()
        if recognizer.language.warning:
            typer.echo(f"asr-app: {recognizer.language.warning}", err=True)
        if lines is not None:
            lines.begin(recognizer.bundle.language)
        return recognizer

    return announced


def _source(microphone: str | None, file: Path | None) -> Callable[[], AudioSource]:
    def opened() -> AudioSource:
        if file is not None:
            from asr_app.session.sources import FileSource

            return FileSource(file)
        from asr_app.audio.devices import find_input_device
        from asr_app.audio.microphone import Microphone

        return Microphone(find_input_device(microphone))

    return opened


def _end(session: DictationSession, count: int) -> None:
    """Finish what was said at the first Ctrl+C; drop it at the second."""
    if count == 1:
        session.stop()
    else:
        session.cancel()


def _follow(
    events: SimpleQueue[SessionEvent], text: LiveText, lines: FormattedLines | None, heard: str
) -> None:
    """Show events until the session has ended.

    Raises:
        AsrAppError: It has failed.
    """
    from asr_app.session.dictation import Failed, SessionState, StateChanged
    from asr_app.transcription.events import FinalResult, PartialResult

    failure: Failed | None = None
    while True:
        match events.get():
            case PartialResult(text=partial):
                text.provisional(partial)
            case FinalResult(segment=segment):
                text.final(segment.text if lines is None else lines.line(segment.words))
            case Failed() as failure:
                pass
            case StateChanged(state=SessionState.LISTENING):
                text.say(f"Listening to {heard}. Ctrl+C ends.")
            case StateChanged(state=SessionState.IDLE | SessionState.FAILED):
                break
            case _:
                pass
    if failure is not None:
        raise AsrAppError(failure.message, failure.hint)
