"""The microphones this computer offers, through PortAudio."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from asr_app.errors import MicrophoneError


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


def list_input_devices() -> list[InputDevice]:
    """Give all devices that can record, in PortAudio's order; an empty list when there are none.

    PortAudio looks once, at its start; `rescan_input_devices` makes it look again.

    Raises:
        MicrophoneError: PortAudio is missing or does not work.
    """
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


def rescan_input_devices() -> None:
    """Make PortAudio look for devices again; only while nothing is recording, as it ends all open streams."""
    sounddevice = load_sounddevice()
    # PortAudio has no call for it: ending and starting the library is what its authors recommend.
    sounddevice._terminate()
    sounddevice._initialize()


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


def _default_index(sounddevice: Any) -> int:
    """Give the default input's index, or -1 when there is none."""
    try:
        return int(sounddevice.query_devices(kind="input")["index"])
    except (sounddevice.PortAudioError, ValueError):
        return -1
