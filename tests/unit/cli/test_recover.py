from __future__ import annotations

import wave
from pathlib import Path

import pytest

from asr_app.audio.journal import to_pcm
from asr_app.audio.media import load_samples
from asr_app.session.folder import Status, read_results
from asr_app.session.store import user_store
from asr_app.transcription.recognizer import Recognizer
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES

TINY = ("--model", "tiny", "--device", "cpu")


@pytest.fixture
def interrupted() -> str:
    """The name of a dictation that was cut off."""
    journal = user_store().create()
    journal.append(to_pcm(load_samples(SAMPLES / "library.wav")))
    journal.settle(Status.RECORDING)
    return journal.folder.name


def test_without_any_it_says_so(run_cli: RunCli) -> None:
    result = run_cli("recover", "list")
    assert (result.status, result.out) == (0, "")
    assert "No dictation was interrupted" in result.err
    assert run_cli("recover", "transcribe", *TINY).status == 1


def test_the_list_names_what_was_interrupted(run_cli: RunCli, interrupted: str) -> None:
    result = run_cli("recover", "list")
    assert interrupted in result.out
    assert "recording" in result.out


def test_the_text_is_that_of_the_recording_and_lies_beside_it(
    run_cli: RunCli, interrupted: str, models: Path
) -> None:
    result = run_cli("recover", "transcribe", *TINY)
    expected = Recognizer.load(models / "tiny", device="cpu").transcribe(SAMPLES / "library.wav")
    assert (result.status, result.out.splitlines()) == (0, expected.text.splitlines())
    (session,) = user_store().sessions()
    assert session.status is Status.RECOVERED
    lines = read_results(session.folder)
    assert [(line["text"], line["end_s"]) for line in lines] == [
        (segment.text, round(segment.end_s, 3)) for segment in expected.segments
    ]
    assert lines
    assert run_cli("recover", "list").out == ""
    assert interrupted in run_cli("recover", "list", "--all").out


def test_the_sound_is_kept_and_copied(run_cli: RunCli, interrupted: str, tmp_path: Path) -> None:
    result = run_cli("recover", "keep", interrupted, "--output", tmp_path / "mine.wav")
    assert result.status == 0
    with wave.open(str(tmp_path / "mine.wav")) as copy:
        assert copy.getframerate() == 16_000
    assert user_store().interrupted() == []


def test_deleting_names_a_recording_and_asks(run_cli: RunCli, interrupted: str) -> None:
    assert run_cli("recover", "delete", "nothing of that name", "--yes").status == 1
    assert len(user_store().sessions()) == 1
    result = run_cli("recover", "delete", interrupted, "--yes")
    assert result.status == 0
    assert user_store().sessions() == []
