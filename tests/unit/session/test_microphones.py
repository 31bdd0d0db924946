"""Which microphone a dictation listens to."""

from __future__ import annotations

import pytest

from asr_app.audio import devices
from asr_app.audio.devices import DeviceName, InputDevice
from asr_app.errors import MicrophoneError
from asr_app.session import microphones as module
from asr_app.session.microphones import PATIENCE_S, Microphones

BUILT_IN = InputDevice(0, "Built-in", "ALSA", 2, 48_000, True)
DESK = InputDevice(1, "Desk: USB Audio (hw:1,0)", "ALSA", 1, 44_100, False)
HEADSET = InputDevice(2, "Headset", "ALSA", 1, 16_000, False)


class System:
    """Sound devices that come and go; PortAudio sees that only when it looks again."""

    def __init__(self) -> None:
        self.plugged = [BUILT_IN, DESK, HEADSET]
        self.known = list(self.plugged)

    def look(self) -> bool:
        self.known = list(self.plugged)
        return True


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    monkeypatch.setattr(module, "list_input_devices", lambda: system.known)
    monkeypatch.setattr(devices, "list_input_devices", lambda: system.known)
    monkeypatch.setattr(module, "rescan_input_devices", system.look)
    return system


def test_the_first_of_the_list_that_is_there_is_taken(system: System) -> None:
    wishes = [DeviceName("Studio"), DeviceName("headset", "alsa"), DeviceName("Built-in")]
    assert Microphones(wishes)().device == HEADSET


def test_without_a_wish_it_is_the_systems_choice(system: System) -> None:
    assert Microphones([DeviceName("Studio")])().device == BUILT_IN


def test_who_asked_for_one_gets_no_other(system: System) -> None:
    with pytest.raises(MicrophoneError, match="“Studio” is not there"):
        Microphones([DeviceName("Studio")], or_any=False)()


def test_another_sound_system_is_another_device(system: System) -> None:
    with pytest.raises(MicrophoneError):
        Microphones([DeviceName("Headset", "JACK")], or_any=False)()


def test_a_device_plugged_in_again_is_known_by_its_name_whatever_its_number(system: System) -> None:
    chosen = Microphones.named("desk")
    assert chosen().device == DESK
    again = InputDevice(2, "Desk: USB Audio (hw:3,0)", "ALSA", 1, 44_100, False)
    system.plugged = [BUILT_IN, HEADSET, again]
    assert chosen.reopen(0.5).device == again


def test_of_two_of_one_name_the_very_same_goes_first(system: System) -> None:
    other = InputDevice(5, "Desk: USB Audio (hw:0,0)", "ALSA", 1, 44_100, False)
    system.known = [other, DESK]
    assert Microphones([DESK.full_name])().device == DESK


def test_a_lost_one_is_waited_for_before_the_next_is_taken(system: System) -> None:
    chosen = Microphones([DESK.full_name, HEADSET.full_name])
    assert chosen().device == DESK
    system.plugged = [BUILT_IN, HEADSET]
    with pytest.raises(MicrophoneError, match="Desk"):
        chosen.reopen(PATIENCE_S / 2)
    assert chosen.reopen(PATIENCE_S).device == HEADSET


def test_one_that_is_back_in_time_is_taken_again(system: System) -> None:
    chosen = Microphones([DESK.full_name, HEADSET.full_name])
    chosen()
    system.plugged = [HEADSET, DESK]
    assert chosen.reopen(1.0).device == DESK


def test_the_only_one_asked_for_is_waited_for_however_long(system: System) -> None:
    chosen = Microphones.named("desk")
    chosen()
    system.plugged = [BUILT_IN]
    for searched_s in (1.0, 10.0, 1_000.0):
        with pytest.raises(MicrophoneError, match="is not there"):
            chosen.reopen(searched_s)
