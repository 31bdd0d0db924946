from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from asr_app.audio.monitors import Monitor, SystemAudio, find_monitor, list_monitors
from asr_app.errors import MicrophoneError
from tests.helpers.virtual_microphone import SINK, VirtualMicrophone

WAIT_S = 10.0


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Half a second of 440 Hz."""
    path = tmp_path / "tone.wav"
    samples = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8_000) / 16_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.usefixtures("vmic")
class TestSoundServer:
    def test_the_monitor_of_the_output_in_use_is_found(self) -> None:
        monitor = find_monitor()
        assert monitor.source == f"{SINK}.monitor"
        assert monitor.is_default
        assert monitor in list_monitors()

    def test_so_it_is_by_a_part_of_the_outputs_name(self) -> None:
        assert find_monitor(SINK.upper()).source == f"{SINK}.monitor"
        assert find_monitor(find_monitor().name[:4]).source == f"{SINK}.monitor"

    def test_an_unknown_output_is_a_sentence_that_names_the_known(self) -> None:
        with pytest.raises(MicrophoneError, match="no output 'the moon'") as raised:
            find_monitor("the moon")
        assert find_monitor().name in raised.value.hint

    def test_what_is_played_is_heard(self, vmic: VirtualMicrophone, tone: Path) -> None:
        source = SystemAudio(find_monitor())
        source.start()
        assert source.read(WAIT_S) is not None  # it records, silence at first
        vmic.play(tone)
        source.stop()
        blocks = []
        while (block := source.read(WAIT_S)) is not None:
            assert block.dtype == np.float32
            blocks.append(block)
        heard = np.concatenate(blocks)
        loud = np.abs(np.fft.rfft(heard))
        assert np.abs(heard).max() == pytest.approx(0.5, abs=0.1)
        assert np.fft.rfftfreq(len(heard), 1 / 16_000)[loud.argmax()] == pytest.approx(440, abs=3)

    def test_a_recording_that_breaks_off_is_told_of_after_what_it_gave(self) -> None:
        source = SystemAudio(find_monitor())
        source.start()
        assert source.read(WAIT_S) is not None
        assert source._recorder is not None
        source._recorder.kill()
        with pytest.raises(MicrophoneError, match="not to be heard any more"):
            while source.read(WAIT_S) is not None:
                pass
        with pytest.raises(MicrophoneError):
            source.read(WAIT_S)
        source.stop()

    def test_it_is_started_once(self) -> None:
        source = SystemAudio(find_monitor())
        with pytest.raises(RuntimeError, match="not been started"):
            source.read(0.0)
        source.start()
        with pytest.raises(RuntimeError, match="once"):
            source.start()
        source.stop()
        source.stop()


class TestWithout:
    def test_a_missing_program_is_a_sentence_with_its_package(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(MicrophoneError, match="“pactl” is missing") as raised:
            list_monitors()
        assert "pulseaudio-utils" in raised.value.hint
        with pytest.raises(MicrophoneError, match="“parec” is missing"):
            SystemAudio(Monitor("Loudspeaker", "loudspeaker.monitor")).start()

    def test_a_sound_server_that_does_not_answer_is_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program = tmp_path / "pactl"
        program.write_text("#!/bin/sh\necho 'Connection failure: Connection refused' >&2\nexit 1\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        with pytest.raises(MicrophoneError, match="does not say what it plays"):
            list_monitors()

    def test_a_computer_without_outputs_has_nothing_to_listen_to(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program = tmp_path / "pactl"
        program.write_text('#!/bin/sh\ncase "$2" in info) echo "{}";; *) echo "[]";; esac\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        with pytest.raises(MicrophoneError, match="No output plays anything"):
            find_monitor()
