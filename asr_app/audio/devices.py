"""The microphones this computer offers, through PortAudio."""

from __future__ import annotations

import importlib
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr_app.errors import MicrophoneError

_CARD = re.compile(r"\s*\(hw:\d+,\d+\)$")
"""ALSA's number of a card, which is another one when it is plugged in again."""


@dataclass(frozen=True)
class DeviceName:
    """How a microphone is remembered: numbers change when devices come and go, names do not.

    Attributes:
        name: As the system gives it; the number of ALSA's card at its end does not count.
        host_api: The sound system it is reached through; None: whichever.
    """

    name: str
    host_api: str | None = None

    def is_of(self, device: InputDevice) -> bool:
        """Whether that is the device meant."""
        same_api = self.host_api is None or self.host_api.casefold() == device.host_api.casefold()
        return same_api and _without_card(self.name) == _without_card(device.name)


@dataclass(frozen=True)
class InputDevice:
    """Something that sound can be recorded from.

    Attributes:
        index: PortAudio's number for it; may change when devices come and go.
        name: Its name, as the system gives it.
        host_api: The sound system it is reached through, such as ALSA, Core Audio or WASAPI.
        channels: How many channels it can record at most.
        sample_rate_hz: Its default rate.
        is_default: Whether it is the one the system prefers.
    """

    index: int
    name: str
    host_api: str
    channels: int
    sample_rate_hz: int
    is_default: bool

    @property
    def full_name(self) -> DeviceName:
        """What to remember it by."""
        return DeviceName(self.name, self.host_api)


def list_input_devices() -> list[InputDevice]:
    """Give all devices that can record, in PortAudio's order; an empty list when there are none.

    PortAudio looks once, at its start; `rescan_input_devices` makes it look again.

    Raises:
        MicrophoneError: PortAudio is missing or does not work.
    """
    with _portaudio.lock:
        sounddevice = load_sounddevice()
        try:
            host_apis = sounddevice.query_hostapis()
            devices = sounddevice.query_devices()
        except sounddevice.PortAudioError as error:
            raise MicrophoneError(
                f"The sound system does not answer ({error}).", "Check that the sound service is running."
            ) from error
        preferred = _default_index(sounddevice)
    return [
        InputDevice(
            index=index,
            name=str(device["name"]),
            host_api=str(host_apis[device["hostapi"]]["name"]),
            channels=int(device["max_input_channels"]),
            sample_rate_hz=round(device["default_samplerate"]),
            is_default=index == preferred,
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0
    ]


def find_input_device(name_or_index: str | int | None = None) -> InputDevice:
    """Find one device by its index, its name or a part of its name; None means the system's default.

    Letter case does not matter. A whole name goes before a part of one, earlier devices before later ones.

    Raises:
        MicrophoneError: There is no such device, or none at all.
    """
    devices = list_input_devices()
    if not devices:
        raise MicrophoneError(
            "No microphone was found.", "Connect one, or allow this program to use it, and try again."
        )
    if name_or_index is None:
        return next((device for device in devices if device.is_default), devices[0])
    wanted = str(name_or_index).strip().casefold()
    for matches in (
        [device for device in devices if device.name.casefold() == wanted],
        [device for device in devices if str(device.index) == wanted],
        [
            device
            for device in devices
            if wanted and not wanted.isdigit() and wanted in device.name.casefold()
        ],
    ):
        if matches:
            return matches[0]
    names = ", ".join(f"{device.index} {device.name}" for device in devices)
    raise MicrophoneError(f"There is no microphone {name_or_index!r}.", f"These were found: {names}.")


def devices_by_wish(devices: Iterable[InputDevice], wishes: Sequence[DeviceName]) -> list[InputDevice]:
    """Those of the devices that are wished for, in the order of the wishes.

    Of several that bear one name, the one with the same card number comes first.
    """
    chosen: list[InputDevice] = []
    for wish in wishes:
        fitting = [device for device in devices if wish.is_of(device) and device not in chosen]
        chosen += sorted(fitting, key=lambda device: device.name != wish.name)
    return chosen


def rescan_input_devices() -> bool:
    """Make PortAudio look for devices again, unless something is being recorded: it would lose its sound.

    Returns:
        Whether it has looked.

    Raises:
        MicrophoneError: PortAudio is missing or does not start again.
    """
    with _portaudio.lock:
        sounddevice = load_sounddevice()
        if _portaudio.open_streams:
            return False
        try:
            # PortAudio has no call for it: ending and starting the library is what its authors recommend.
            sounddevice._terminate()
            sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise MicrophoneError(
                f"The sound system does not answer ({error}).", "Check that the sound service is running."
            ) from error
        return True


@contextmanager
def opening_stream() -> Iterator[None]:
    """Within the block nobody makes PortAudio look again; `stream_closed` has to follow in the end."""
    with _portaudio.lock:
        _portaudio.open_streams += 1
        try:
            yield
        except BaseException:
            _portaudio.open_streams -= 1
            raise


def stream_closed() -> None:
    """Say that a stream opened within `opening_stream` is closed."""
    with _portaudio.lock:
        _portaudio.open_streams -= 1


def system_devices() -> str | None:
    """Something that changes when sound devices come and go, got without disturbing what is recorded.

    None where the system has nothing of the kind: there PortAudio has to be asked.
    """
    if sys.platform != "linux":
        return None
    parts = []
    for place in (Path("/proc/asound/cards"), Path("/proc/asound/pcm")):
        try:
            parts.append(place.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            parts.append("")
    return "\n".join(parts)


class DeviceWatch:
    """A thread that notices when sound devices come or go. PortAudio is not asked for that."""

    def __init__(
        self,
        on_change: Callable[[], None],
        look: Callable[[], str | None] = system_devices,
        every_s: float = 1.0,
    ) -> None:
        """Begin to look; `on_change` is called from the thread."""
        self._on_change = on_change
        self._look = look
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="device-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        known = self._look()
        while not self._stopping.wait(self._every_s):
            found = self._look()
            if found != known:
                known = found
                self._on_change()


class _PortAudio:
    """What PortAudio itself has only once in a program: the library's state, and who may change it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.open_streams = 0


_portaudio = _PortAudio()


def load_sounddevice() -> Any:
    """Import sounddevice when it is first needed.

    Raises:
        MicrophoneError: It, or the PortAudio library below it, is missing or cannot start.
    """
    try:
        return importlib.import_module("sounddevice")
    except (ImportError, OSError) as error:
        raise MicrophoneError(
            "Sound recording is not available, because the PortAudio library cannot be loaded.",
            "Install it (on Debian and Ubuntu the package libportaudio2) and start again.",
        ) from error
    except Exception as error:
        # Importing starts PortAudio, whose own error class cannot be named before the import has succeeded.
        raise MicrophoneError(
            f"The sound system of this computer cannot be used ({error}).",
            "Check that its sound server runs, then start again.",
        ) from error


def _without_card(name: str) -> str:
    return _CARD.sub("", name).strip().casefold()


def _default_index(sounddevice: Any) -> int:
    """Give the default input's index, or -1 when there is none."""
    try:
        return int(sounddevice.query_devices(kind="input")["index"])
    except (sounddevice.PortAudioError, ValueError):
        return -1
