"""What the window needs from the rest of the program, imported only when a worker thread asks for it.

Nothing here may import torch, PortAudio or a codec at its top: the window is on screen before they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from asr_app.gui.live_engine import LiveEngine, LiveMicrophones, real_live_engine
from asr_app.gui.own_vocabulary import OwnVocabulary
from asr_app.gui.written_text import WrittenText

if TYPE_CHECKING:
    from asr_app.audio.devices import InputDevice
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.types import Segment, Transcript

Samples = NDArray[np.float32]


class ProgressLike(Protocol):
    """How far a transcription is; see `asr_app.transcription.recognizer.Progress`."""

    @property
    def done_s(self) -> float:
        """Seconds of sound that are done."""

    @property
    def total_s(self) -> float | None:
        """Seconds of sound altogether, when known."""

    @property
    def elapsed_s(self) -> float:
        """Seconds of work so far."""


class RecognizerLike(Protocol):
    """The part of `Recognizer` that the window uses."""

    @property
    def device_name(self) -> str:
        """The computing device really in use."""

    @property
    def notice(self) -> str:
        """What the person should know about how it runs; empty otherwise."""

    @property
    def bundle(self) -> Any:
        """The model; its `name` is shown."""

    def transcribe(
        self,
        source: str | Path | Samples,
        *,
        inspect: bool = False,
        start_s: float = 0.0,
        end_s: float | None = None,
        on_progress: Callable[[Any], None] | None = None,
        cancelled: threading.Event | None = None,
        on_segment: Callable[[Segment], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> Transcript:
        """Transcribe a recording."""


class SessionLike(Protocol):
    """The part of `DictationSession` that the window uses. Its commands return at once."""

    def start(self) -> None:
        """Open the microphone and listen."""

    def stop(self) -> None:
        """Finish with what was captured."""

    def pause(self) -> None:
        """Throw away what is heard, with the microphone open."""

    def resume(self) -> None:
        """Listen again."""

    def cancel(self, confirmed: bool = False) -> None:
        """Stop at once; what was captured is removed when the person has confirmed that."""

    def close(self) -> None:
        """End the session's thread and wait for it."""


@dataclass(frozen=True)
class Engine:
    """The functions that reach the rest of the program. All of them are called in worker threads.

    Attributes:
        load_recognizer: Loads the model.
        list_microphones: Lists the devices to record from; looks anew when its argument is true.
        make_session: Makes a dictation session from a recogniser, what opens a microphone, and what takes
            its events.
        open_microphone: Opens a device; None means the system's default.
        expand: Files and folders to the recordings among them.
        inspect: Gives a part of a recording again, with the arrays to draw.
        refresh_vocabulary: Gives a recogniser the person's words as they are on disk now, and says in a
            sentence what is wrong with them, which is empty when all is well.
        live: What live dictation needs besides.
        written: Writes final words.
    """

    load_recognizer: Callable[[], RecognizerLike]
    list_microphones: Callable[[bool], list[InputDevice]]
    make_session: Callable[[RecognizerLike, Callable[[], Any], Callable[[Any], None]], SessionLike]
    open_microphone: Callable[[InputDevice | None], Any]
    expand: Callable[[Sequence[Path]], list[Path]]
    inspect: Callable[[RecognizerLike, Path, float, float], Segment]
    refresh_vocabulary: Callable[[RecognizerLike], str] = lambda recognizer: ""
    live: LiveEngine = field(default_factory=LiveEngine)
    written: WrittenText = field(default_factory=WrittenText)


def real_engine(model: str = "default", device: str = "auto") -> Engine:
    """The engine of the real program.

    Args:
        model: Name or folder of the bundle.
        device: Computing device; `auto` chooses.
    """
    own, microphones, written = OwnVocabulary(), LiveMicrophones(), WrittenText()

    def load() -> RecognizerLike:
        from asr_app.transcription.recognizer import Recognizer

        recognizer = Recognizer.load(model=model, device=device, vocabulary=own.read())
        own.take_problems(recognizer.language.problems)
        written.use(recognizer.bundle)
        return recognizer

    return Engine(
        load_recognizer=load,
        list_microphones=_list_microphones,
        make_session=lambda recognizer, opener, on_event: _make_session(
            recognizer, opener, written.reading(on_event)
        ),
        open_microphone=microphones.open,
        expand=expand_paths,
        inspect=_inspect,
        refresh_vocabulary=lambda recognizer: own.refresh(cast("Recognizer", recognizer)),
        live=real_live_engine(microphones),
        written=written,
    )


def expand_paths(paths: Iterable[Path]) -> list[Path]:
    """Files as they are; of folders, the recordings in them and below, in order of their names."""
    from asr_app.audio.media import is_media_file

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (entry for entry in sorted(path.rglob("*")) if not entry.name.startswith("."))
            found += [entry for entry in inside if is_media_file(entry) and entry.is_file()]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _list_microphones(look_anew: bool) -> list[InputDevice]:
    from asr_app.audio.devices import list_input_devices, rescan_input_devices

    if look_anew:
        rescan_input_devices()
    return list_input_devices()


def _make_session(
    recognizer: RecognizerLike, open_source: Callable[[], Any], on_event: Callable[[Any], None]
) -> SessionLike:
    from asr_app.session.dictation import DictationSession
    from asr_app.session.store import user_store

    loaded = cast("Recognizer", recognizer)
    journal = user_store().create
    return DictationSession(lambda: loaded, open_source, inspect=True, on_event=on_event, journal=journal)


def _inspect(recognizer: RecognizerLike, path: Path, start_s: float, end_s: float) -> Segment:
    from asr_app.audio.media import load_samples

    samples = load_samples(path, start_s=start_s, end_s=end_s)
    return cast("Recognizer", recognizer).decode_utterance(samples, start_s, inspect=True)
