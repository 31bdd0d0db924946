"""Recording through real PortAudio from the virtual microphone."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import sounddevice
import soundfile as sf
from numpy.typing import NDArray

from asr_app.audio.devices import find_input_device
from asr_app.audio.microphone import Microphone
from asr_app.errors import MicrophoneError
from tests.helpers.virtual_microphone import VirtualMicrophone
from tests.unit.audio.media_files import strongest_hz, tone

Samples = NDArray[np.float32]


def read_rest(microphone: Microphone) -> list[Samples]:
    """All blocks that are left after `stop`."""
    blocks = []
    while (block := microphone.read(0)) is not None:
        blocks.append(block)
    return blocks


def record_while_playing(microphone: Microphone, vmic: VirtualMicrophone, path: Path) -> Samples:
    """Play a file and give everything recorded meanwhile."""
    blocks = []
    with microphone:
        assert microphone.first_block.wait(10)
        with vmic.playing(path) as player:
            while player.poll() is None:
                block = microphone.read(1.0)
                if block is not None:
                    blocks.append(block)
    return np.concatenate(blocks + read_rest(microphone))


def test_what_is_played_is_recorded_whole_at_16_khz(vmic: VirtualMicrophone, tmp_path: Path) -> None:
    sf.write(tmp_path / "tone.wav", tone(2.0, 48_000), 48_000)
    recorded = record_while_playing(Microphone(find_input_device("pulse")), vmic, tmp_path / "tone.wav")
    heard = np.flatnonzero(np.abs(recorded) > 0.05)
    assert recorded.dtype == np.float32
    assert (heard[-1] - heard[0]) / 16_000 == pytest.approx(2.0, abs=0.05)
    played = recorded[heard[0] + 800 : heard[-1] - 800]
    assert strongest_hz(played) == pytest.approx(440, abs=2)
    assert np.sqrt(2 * np.mean(played**2)) == pytest.approx(0.3, rel=0.05)
    assert np.abs(np.diff(played)).max() < 0.3 * 2 * np.pi * 440 / 16_000 * 1.1  # no block is missing


def test_blocks_come_every_32_ms(vmic: VirtualMicrophone) -> None:
    with Microphone(find_input_device("pulse")) as microphone:
        first = microphone.read(10)
        assert first is not None
        assert len(first) == 512
        assert microphone.first_block.is_set()


def test_nothing_captured_before_stop_is_lost(vmic: VirtualMicrophone, tmp_path: Path) -> None:
    """A reader that does nothing while a second is played still gets the whole second."""
    sf.write(tmp_path / "tone.wav", tone(1.0, 48_000), 48_000)
    with Microphone(find_input_device("pulse")) as microphone:
        assert microphone.first_block.wait(10)
        begun_s = time.monotonic()
        vmic.play(tmp_path / "tone.wav")
        lasted_s = time.monotonic() - begun_s
    captured_s = sum(len(block) for block in read_rest(microphone)) / 16_000
    assert captured_s == pytest.approx(lasted_s, abs=0.3)
    assert captured_s > lasted_s - 0.1
    assert microphone.overflow_count == 0
    assert microphone.read(0.0) is None


def test_a_device_without_16_khz_is_resampled(
    vmic: VirtualMicrophone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = sounddevice.check_input_settings

    def only_44_1_khz_stereo(device: int, channels: int, dtype: str, extra: object, rate_hz: int) -> None:
        if (rate_hz, channels) != (44_100, 2):
            raise sounddevice.PortAudioError("Invalid sample rate")
        check(device, channels, dtype, extra, rate_hz)

    monkeypatch.setattr(sounddevice, "check_input_settings", only_44_1_khz_stereo)
    sf.write(tmp_path / "tone.wav", tone(1.0, 48_000), 48_000)
    recorded = record_while_playing(Microphone(find_input_device("pulse")), vmic, tmp_path / "tone.wav")
    heard = np.flatnonzero(np.abs(recorded) > 0.05)
    assert (heard[-1] - heard[0]) / 16_000 == pytest.approx(1.0, abs=0.05)
    assert strongest_hz(recorded[heard[0] + 800 : heard[-1] - 800]) == pytest.approx(440, abs=3)


def test_nothing_within_the_timeout_is_none(vmic: VirtualMicrophone) -> None:
    with Microphone(find_input_device("pulse"), block_ms=2_000) as microphone:
        assert microphone.read(0.05) is None


def test_a_device_that_does_not_exist_is_one_sentence(vmic: VirtualMicrophone) -> None:
    gone = dataclasses.replace(find_input_device("pulse"), index=4_711)
    with pytest.raises(MicrophoneError, match="The microphone “pulse” cannot be opened"):
        Microphone(gone).start()


def test_an_unplugged_microphone_is_reported_after_its_last_sample(
    doomed_sound_server: subprocess.Popen[bytes],
) -> None:
    microphone = Microphone(find_input_device("pulse"))
    with microphone:
        assert microphone.read(10) is not None
        doomed_sound_server.kill()
        doomed_sound_server.wait()
        with pytest.raises(MicrophoneError, match="The microphone “pulse” has stopped giving sound"):
            read_for(microphone, 15.0)
        with pytest.raises(MicrophoneError, match="has stopped giving sound"):
            microphone.read(1.0)
    assert microphone.read(0) is None


def read_for(microphone: Microphone, duration_s: float) -> None:
    """Read until that time has passed."""
    end_s = time.monotonic() + duration_s
    while time.monotonic() < end_s:
        microphone.read(0.5)


def test_misuse_is_refused(vmic: VirtualMicrophone) -> None:
    microphone = Microphone(find_input_device("pulse"))
    with pytest.raises(RuntimeError, match="not been started"):
        microphone.read(0)
    with microphone, pytest.raises(RuntimeError, match="once"):
        microphone.start()
    microphone.stop()


def test_a_frozen_sound_server_is_reported_and_does_not_hold_up_stop(
    doomed_sound_server: subprocess.Popen[bytes],
) -> None:
    microphone = Microphone(find_input_device("pulse"))
    microphone.start()
    assert microphone.read(10) is not None
    doomed_sound_server.send_signal(signal.SIGSTOP)
    with pytest.raises(MicrophoneError, match="has stopped giving sound"):
        read_for(microphone, 15.0)
    begun_s = time.monotonic()
    microphone.stop()
    assert time.monotonic() - begun_s < 5.0
    doomed_sound_server.kill()  # now PortAudio gets its answer, and the thread that waits for it ends
    for thread in threading.enumerate():
        if thread.name == "microphone-close":
            thread.join(20.0)
