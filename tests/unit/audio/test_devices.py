"""Listing and finding microphones."""

from __future__ import annotations

import importlib
import threading

import pytest

from asr_app.audio import devices
from asr_app.audio.devices import DeviceWatch, InputDevice, find_input_device, list_input_devices
from asr_app.audio.microphone import Microphone
from asr_app.errors import MicrophoneError
from tests.helpers.virtual_microphone import VirtualMicrophone


def test_the_virtual_microphone_is_listed_by_name_and_host_api(vmic: VirtualMicrophone) -> None:
    found = {device.name: device for device in list_input_devices()}
    assert found["pulse"].host_api == "ALSA"
    assert found["pulse"].channels > 0
    assert sum(device.is_default for device in found.values()) == 1


def test_a_device_is_found_by_name_part_of_a_name_or_index(vmic: VirtualMicrophone) -> None:
    pulse = find_input_device("pulse")
    assert find_input_device("PULSE") == pulse
    assert find_input_device("uls") == pulse
    assert find_input_device(pulse.index) == find_input_device(str(pulse.index)) == pulse
    assert find_input_device(None).is_default


def test_looking_again_finds_the_same_devices(vmic: VirtualMicrophone) -> None:
    before = list_input_devices()
    devices.rescan_input_devices()
    assert list_input_devices() == before


def test_an_unknown_name_is_an_error_that_names_the_devices(vmic: VirtualMicrophone) -> None:
    with pytest.raises(MicrophoneError, match="There is no microphone 'trombone'") as caught:
        find_input_device("trombone")
    assert "pulse" in caught.value.hint


def test_no_microphone_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: list[InputDevice] = []
    monkeypatch.setattr(devices, "list_input_devices", lambda: nothing)
    with pytest.raises(MicrophoneError, match=r"^No microphone was found\."):
        find_input_device(None)


def test_a_missing_portaudio_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(MicrophoneError, match="PortAudio library cannot be loaded") as caught:
        list_input_devices()
    assert "libportaudio2" in caught.value.hint


def test_portaudio_is_not_asked_again_while_something_is_recorded(vmic: VirtualMicrophone) -> None:
    with Microphone(find_input_device("pulse")) as microphone:
        assert microphone.read(10) is not None
        assert not devices.rescan_input_devices()
        assert microphone.read(10) is not None
    assert devices.rescan_input_devices()


def test_devices_that_come_and_go_are_noticed() -> None:
    looks = iter(["one card", "one card", "two cards"])
    noticed = threading.Event()
    watch = DeviceWatch(noticed.set, look=lambda: next(looks, "two cards"), every_s=0.001)
    assert noticed.wait(10)
    watch.stop()


def test_what_the_system_says_of_its_devices_stays_the_same_while_nothing_changes() -> None:
    assert devices.system_devices() == devices.system_devices()
