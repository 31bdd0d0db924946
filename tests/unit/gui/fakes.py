"""Stand-ins for the model and the microphone, so that the window can be tested without either."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from asr_app.audio.devices import InputDevice
from asr_app.errors import AsrAppError
from asr_app.gui.engine import Engine, RecognizerLike, SessionLike, expand_paths
from asr_app.gui.live_engine import LiveEngine
from asr_app.session.events import SessionState, StateChanged
from asr_app.transcription.types import InspectionArrays, Segment, Transcript, Word

MICROPHONES = [
    InputDevice(0, "Built-in", "ALSA", 2, 48_000, True),
    InputDevice(3, "Desk microphone", "ALSA", 1, 44_100, False),
]


def segment(text: str, start_s: float = 0.0, end_s: float = 1.0, *, pictures: bool = False) -> Segment:
    """An utterance whose words are spread evenly."""
    names = text.split()
    step_s = (end_s - start_s) / max(1, len(names))
    words = tuple(
        Word(name, start_s + index * step_s, start_s + (index + 1) * step_s, 0.9)
        for index, name in enumerate(names)
    )
    return Segment(words, start_s, end_s, arrays(start_s) if pictures else None)


def arrays(start_s: float = 0.0, frames: int = 25, *, attention: bool = True) -> InspectionArrays:
    """Pictures of an utterance that says `a b c`: 25 CTC frames of 40 ms."""
    labels = ("▁a", "b", "▁c", "d", "<blank>")
    posteriors = np.full((frames, 5), 0.01, np.float32)
    posteriors[:, 4] = 0.9
    for token, frame in enumerate((frames // 5, frames // 2, frames * 4 // 5) if frames else ()):
        posteriors[frame] = 0.02
        posteriors[frame, token] = 0.92
    weights = np.full((3, frames), 0.1 / max(frames, 1), np.float32)
    for step, frame in enumerate((frames // 5, frames // 2, frames * 4 // 5) if frames else ()):
        weights[step, frame] += 0.9
    return InspectionArrays(
        start_s=start_s,
        log_mel=np.linspace(-12, 2, frames * 4 * 80, dtype=np.float32).reshape(frames * 4, 80),
        log_mel_frame_s=0.01,
        mel_centres_hz=np.geomspace(50, 7500, 80).astype(np.float32),
        ctc_posteriors=posteriors,
        ctc_frame_s=0.04,
        ctc_labels=labels,
        attention=weights if attention else None,
        attention_labels=labels[:3] if attention else (),
    )


@dataclass
class FakeProgress:
    """See `Progress`."""

    done_s: float
    total_s: float | None
    elapsed_s: float


@dataclass
class FakeRecognizer:
    """Says the same two utterances about every recording, and stops half way until it is let go on.

    Attributes:
        half_way: Set when a recording is half done.
        go_on: Holds every recording up half way until it is set.
        errors: By file name, what to fail with.
    """

    device_name: str = "cpu"
    notice: str = ""
    bundle: Any = field(default_factory=lambda: SimpleNamespace(name="tiny"))
    half_way: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    errors: dict[str, Exception] = field(default_factory=dict)

    def transcribe(
        self,
        source: Any,
        *,
        inspect: bool = False,
        start_s: float = 0.0,
        end_s: float | None = None,
        on_progress: Callable[[Any], None] | None = None,
        cancelled: threading.Event | None = None,
        on_segment: Callable[[Segment], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> Transcript:
        """See `Recognizer.transcribe`."""
        assert cancelled is not None and on_progress is not None and on_segment is not None
        if source.name in self.errors:
            raise self.errors[source.name]
        said = [segment("one two three", 0, 30), segment("four five", 30, 60)]
        on_segment(said[0])
        on_progress(FakeProgress(30.0, 60.0, 3.0))
        self.half_way.set()
        while not self.go_on.wait(0.01):
            if cancelled.is_set():
                return self._transcript(source, said[:1], complete=False)
        on_segment(said[1])
        return self._transcript(source, said, complete=True)

    def _transcript(self, source: Path, said: list[Segment], *, complete: bool) -> Transcript:
        return Transcript(tuple(said), "en", "tiny", source.name, 30.0 * len(said), complete)


@dataclass
class FakeSource:
    """A microphone that is never read."""

    device: InputDevice


@dataclass
class FakeSession:
    """A session that does what the test says.

    Attributes:
        commands: What the window has asked for.
    """

    open_source: Callable[[], Any]
    emit: Callable[[Any], None]
    commands: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Listen at once."""
        self.commands.append("start")
        self.open_source()
        self.emit(StateChanged(SessionState.OPENING))
        self.emit(StateChanged(SessionState.LISTENING))

    def stop(self) -> None:
        """Finish; the test says when that is done."""
        self.commands.append("stop")
        self.emit(StateChanged(SessionState.FINISHING))

    def pause(self) -> None:
        """Pause at once."""
        self.commands.append("pause")
        self.emit(StateChanged(SessionState.PAUSED))

    def resume(self) -> None:
        """Listen at once."""
        self.commands.append("resume")
        self.emit(StateChanged(SessionState.LISTENING))

    def cancel(self, confirmed: bool = False) -> None:
        """Stop at once; the window asks first, always."""
        assert confirmed
        self.commands.append("cancel")
        self.emit(StateChanged(SessionState.IDLE))

    def close(self) -> None:
        """Nothing is open."""
        self.commands.append("close")


@dataclass
class FakeEngine:
    """Parts for a window, and what the test may change about them.

    Attributes:
        microphones: What is found; replaced to plug one in.
        microphone_error: Raised instead of listing.
        model_error: Raised instead of loading.
        model_may_load: Holds up the loading until it is set.
        live: What live dictation needs besides; a test puts in what it is about.
        session: Once the model is loaded.
        opened: Devices that were opened.
    """

    recognizer: FakeRecognizer = field(default_factory=FakeRecognizer)
    microphones: list[InputDevice] = field(default_factory=lambda: list(MICROPHONES))
    microphone_error: AsrAppError | None = None
    model_error: AsrAppError | None = None
    model_may_load: threading.Event = field(default_factory=threading.Event)
    live: LiveEngine = field(default_factory=LiveEngine)
    session: FakeSession | None = None
    opened: list[InputDevice | None] = field(default_factory=list)
    inspected: list[tuple[Path, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model_may_load.set()

    def engine(self) -> Engine:
        """What the window takes."""
        return Engine(
            load_recognizer=self._load,
            list_microphones=self._list,
            make_session=self._make_session,
            open_microphone=self._open,
            expand=expand_paths,
            inspect=self._inspect,
            live=self.live,
        )

    def _load(self) -> RecognizerLike:
        self.model_may_load.wait(10)
        if self.model_error is not None:
            raise self.model_error
        return self.recognizer

    def _list(self, look_anew: bool) -> list[InputDevice]:
        if self.microphone_error is not None:
            raise self.microphone_error
        return list(self.microphones)

    def _make_session(
        self, recognizer: RecognizerLike, open_source: Callable[[], Any], on_event: Callable[[Any], None]
    ) -> SessionLike:
        self.session = FakeSession(open_source, on_event)
        return self.session

    def _open(self, device: InputDevice | None) -> Any:
        self.opened.append(device)
        return FakeSource(device or self.microphones[0])

    def _inspect(self, recognizer: RecognizerLike, path: Path, start_s: float, end_s: float) -> Segment:
        self.inspected.append((path, start_s, end_s))
        return segment("one two three", start_s, end_s, pictures=True)
