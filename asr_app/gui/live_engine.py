"""What live dictation in the window needs of the rest of the program, imported only when it is asked for.

Nothing here may import torch or PortAudio at its top: the window is on screen before they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asr_app.audio.devices import DeviceName, InputDevice
    from asr_app.session.microphones import Microphones
    from asr_app.session.store import StoredSession
    from asr_app.transcription.types import Transcript


def _nothing() -> None:
    """Stop nothing."""


@dataclass(frozen=True)
class LiveEngine:
    """The functions; those that touch the disk or devices are called in worker threads.

    Attributes:
        reopen_microphone: Opens the device again that has gone, or after a while another one; is told for how
            long it has been looked for. None: a lost microphone ends the dictation.
        interrupted: The dictations that were interrupted; removes those that the person's rule lets go.
        keep: Keeps the sound of one as it is.
        delete: Removes one.
        recovered: Notes the text that was made of one.
        watch_devices: Calls a function, from another thread, when sound devices come or go; gives what ends
            that.
    """

    reopen_microphone: Callable[[InputDevice | None, float], Any] | None = None
    interrupted: Callable[[], list[StoredSession]] = list
    keep: Callable[[StoredSession], Any] = lambda session: None
    delete: Callable[[StoredSession], None] = lambda session: None
    recovered: Callable[[StoredSession, Transcript], None] = lambda session, transcript: None
    watch_devices: Callable[[Callable[[], None]], Callable[[], None]] = lambda on_change: _nothing


class LiveMicrophones:
    """Opens the window's microphones, by name and with the person's list of preferences."""

    def __init__(self) -> None:
        self._current: Microphones | None = None

    def open(self, device: InputDevice | None) -> Any:
        """Open a device; None means the first of the preferences that is there, or the system's choice."""
        from asr_app.session.microphones import Microphones
        from asr_app.session.settings import user_settings

        chosen: list[DeviceName] = [] if device is None else [device.full_name]
        self._current = Microphones([*chosen, *user_settings().preferred], or_any=device is None)
        return self._current()

    def reopen(self, device: InputDevice | None, searched_s: float) -> Any:
        """See `LiveEngine.reopen_microphone`."""
        return self.open(device) if self._current is None else self._current.reopen(searched_s)


def real_live_engine(microphones: LiveMicrophones) -> LiveEngine:
    """The functions of the real program."""
    return LiveEngine(
        reopen_microphone=microphones.reopen,
        interrupted=_interrupted,
        keep=_keep,
        delete=_delete,
        recovered=_recovered,
        watch_devices=_watch_devices,
    )


def _interrupted() -> list[StoredSession]:
    from asr_app.session.settings import user_settings
    from asr_app.session.store import user_store

    store = user_store()
    store.sweep(user_settings().keep_days)
    return store.interrupted()


def _keep(session: StoredSession) -> None:
    from asr_app.session.store import keep

    keep(session)


def _delete(session: StoredSession) -> None:
    from asr_app.session.store import delete

    delete(session)


def _recovered(session: StoredSession, transcript: Transcript) -> None:
    from asr_app.session.recovery import note_recovered

    note_recovered(session, transcript)


def _watch_devices(on_change: Callable[[], None]) -> Callable[[], None]:
    from asr_app.audio.devices import DeviceWatch

    return DeviceWatch(on_change).stop
