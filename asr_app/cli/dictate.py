"""`asr-app dictate`: live text in the terminal."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.formatted import (
    CommandsOption,
    FormattedLines,
    FormattedOption,
    PunctuationOption,
    ReplacementsOption,
)
from asr_app.cli.interrupts import on_interrupt
from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PartialsChoice,
    PartialsOption,
    PrecisionOption,
    VocabularyOption,
    chosen_vocabulary,
    load_recognizer,
)
from asr_app.cli.outputs import ClipboardOption, Outputs, StdoutOption, TypeOption
from asr_app.errors import AlreadyListeningError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asr_app.cli.dictation_screen import DictationScreen
    from asr_app.cli.live_text import LiveText
    from asr_app.session.dictation import DictationSession
    from asr_app.session.recorder import OpenSource
    from asr_app.session.store import JournalStore
    from asr_app.transcription.recognizer import Recognizer

_log = logging.getLogger(__name__)


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
    system_audio: Annotated[
        bool,
        typer.Option(
            "--system-audio", help="Listen to what this computer plays; --microphone then names the output."
        ),
    ] = False,
    file: Annotated[
        Path | None, typer.Option(help="Listen to this recording, played in real time, instead.")
    ] = None,
    standby: Annotated[
        bool,
        typer.Option("--standby", help="Wait for asr-app toggle or start, also after each dictation."),
    ] = False,
    stdout: StdoutOption = True,
    clipboard: ClipboardOption = False,
    keyboard: TypeOption = False,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    partials: PartialsOption = PartialsChoice.WORDS,
    formatted: FormattedOption = False,
    replacements: ReplacementsOption = None,
    commands: CommandsOption = None,
    punctuation: PunctuationOption = True,
    vocabulary: VocabularyOption = None,
) -> None:
    """Write down what is said, live, until Ctrl+C.

    In a terminal the text of the sentence being spoken is grey until it is final. Elsewhere only final text
    is written to standard output, a line for each utterance. With --formatted spoken commands are carried
    out ("comma", "new line", "scratch that" …); a line that is written already stays, and what is taken back
    of it is told on standard error.

    While it runs, asr-app toggle, start, stop and cancel command it.
    """
    from asr_app.cli.dictation_screen import WAITING, DictationScreen
    from asr_app.cli.live_text import LiveText
    from asr_app.session.dictation import DictationSession

    lines = None
    if formatted or replacements is not None or commands is not None:
        lines = FormattedLines(replacements, dictated=True, commands=commands, punctuation=punctuation)
    words = chosen_vocabulary(vocabulary)
    text = LiveText()
    outputs = Outputs(clipboard, keyboard, text.say)
    store = _store() if file is None else None
    screen = DictationScreen(text, outputs, lines, standby, stdout)
    session = DictationSession(
        _announcing(lambda: load_recognizer(model, device, precision, words), lines),
        _source(microphone, file, system_audio),
        on_event=screen.events.put,
        journal=None if store is None else store.create,
        partials=partials.value,
    )
    end = _Ending(session, screen)
    with text, _commanded(session, text, standby), on_interrupt(end.press):
        if standby:
            text.say(WAITING)
        else:
            session.start()
        try:
            screen.follow()
        finally:
            session.close()


class _Ending:
    """What Ctrl+C does: finish what was said at the first, drop it at the second."""

    def __init__(self, session: DictationSession, screen: DictationScreen) -> None:
        self._session = session
        self._screen = screen

    def press(self, count: int) -> None:
        from asr_app.session.dictation import SessionState

        self._screen.end()
        if self._session.state in (SessionState.IDLE, SessionState.FAILED):
            self._screen.events.put(None)
        elif count == 1:
            self._session.stop()
        else:
            self._session.cancel()


def _announcing(load: Callable[[], Recognizer], lines: FormattedLines | None) -> Callable[[], Recognizer]:
    def announced() -> Recognizer:
        typer.echo("Loading the model …", err=True)
        recognizer = load()
        if recognizer.language.warning:
            typer.echo(f"asr-app: {recognizer.language.warning}", err=True)
        if lines is not None:
            lines.begin(recognizer.bundle.language, recognizer.bundle)
        return recognizer

    return announced


def _source(microphone: str | None, file: Path | None, system_audio: bool) -> OpenSource:
    if file is not None:
        from asr_app.session.sources import FileSource

        return lambda: FileSource(file)
    if system_audio:
        from asr_app.audio.monitors import SystemAudio, find_monitor

        return lambda: SystemAudio(find_monitor(microphone))
    from asr_app.session.microphones import Microphones
    from asr_app.session.settings import user_settings

    return Microphones.named(microphone, user_settings().preferred)


def _store() -> JournalStore:
    """The person's own store, swept by their rule; says what was interrupted."""
    from asr_app.session.settings import user_settings
    from asr_app.session.store import user_store

    store = user_store()
    store.sweep(user_settings().keep_days)
    interrupted = store.interrupted()
    if interrupted:
        typer.echo(
            f"asr-app: {len(interrupted)} dictation(s) were interrupted and can be transcribed, see "
            "“asr-app recover list”.",
            err=True,
        )
    return store


@contextlib.contextmanager
def _commanded(session: DictationSession, text: LiveText, standby: bool) -> Iterator[None]:
    """Let `asr-app toggle` and its like command the session; without --standby it may also go without."""
    from asr_app.session.obedience import obeying
    from asr_app.session.remote import RemoteListener

    listener = None
    try:
        listener = RemoteListener(obeying(session))
    except AlreadyListeningError as error:
        if standby:
            raise
        text.say(f"asr-app: {error.message}")
    except RemoteError as error:
        if standby:
            raise
        _log.info("no commands from outside: %s", error)
    try:
        yield
    finally:
        if listener is not None:
            listener.close()
