from __future__ import annotations

import json
from pathlib import Path

import pytest

from asr_app.cli.machine import describe_machine, peak_memory_mb
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES, silence, write_wav

TINY = ("--model", "tiny", "--device", "cpu")


@pytest.fixture
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.usefixtures("_no_screen")
class TestWithoutScreen:
    def test_the_figures_are_printed_and_written(self, run_cli: RunCli, tmp_path: Path) -> None:
        result = run_cli("bench", "--file", SAMPLES / "library.wav", "--json", tmp_path / "b.json", *TINY)
        assert result.status == 0, result.err
        figures = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
        assert 0 < figures["real_time_factor"] < 20
        assert 0 < figures["first_result_s"] < 60
        assert figures["first_result_s"] <= figures["real_time_factor"] * figures["audio_s"] + 0.2
        assert 50 < figures["peak_memory_mb"] < 20_000
        assert figures["window_visible_s"] is None
        assert figures["ready_to_dictate_s"] is None
        assert figures["machine"]["cores"] >= 1
        assert figures["precision"] == "float32"  # the small model gains nothing from int8
        assert "real_time_factor" in result.out

    def test_a_recording_without_words_cannot_be_measured_with(self, run_cli: RunCli, tmp_path: Path) -> None:
        path = write_wav(tmp_path / "silence.wav", silence(2))
        result = run_cli("bench", "--file", path, *TINY)
        assert result.status == 1
        assert "No words were found" in result.err


def test_a_machine_is_described_by_what_its_speed_depends_on() -> None:
    machine = describe_machine("cpu")
    assert {"processor", "cores", "threads", "memory_mb", "system", "python", "torch"} <= set(machine)
    assert machine["processor"]
    assert json.dumps(machine)


def test_peak_memory_counts_what_was_held_once() -> None:
    before = peak_memory_mb()
    assert before is not None
    held = bytearray(b"x") * 400_000_000
    during = peak_memory_mb()
    del held
    after = peak_memory_mb()
    assert during is not None
    assert during >= 400
    assert after == during
