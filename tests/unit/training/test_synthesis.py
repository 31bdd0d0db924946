"""Speech made for training."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from asr_app.errors import ManifestError
from asr_app.training.manifest import read_audio, read_manifest
from asr_app.training.synthesis import sentences, synthesise

TEXT = (
    "The garden is green today. Too short. It was in 1842 that they met there.\n"
    "Where did you put my old umbrella?\n"
)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt.xz"
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write(TEXT)
    return path


def test_sentences_have_no_digits_and_a_fitting_length(text: Path) -> None:
    assert sentences(text) == ["The garden is green today.", "Where did you put my old umbrella?"]


def test_spoken_sentences_make_a_manifest_that_can_be_read(text: Path, tmp_path: Path) -> None:
    made = list(synthesise(text, tmp_path / "out", minutes=1.0))
    recordings = read_manifest(tmp_path / "out" / "synthetic.jsonl")
    assert sorted(r.text for r in recordings) == [
        "the garden is green today",
        "where did you put my old umbrella",
    ]
    assert {r.speaker.split("-")[0] for r in recordings} <= {"flite", "espeak"}
    spoken_s = 0.0
    for recording, samples in read_audio(recordings):
        assert len(samples) / 16_000 == pytest.approx(recording.duration_s, abs=0.01)
        assert abs(samples).max() > 0.05
        spoken_s += recording.duration_s
    assert made[-1] * 60 == pytest.approx(spoken_s, abs=0.01)


def test_a_text_without_sentences_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("1 2 3\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="no sentences"):
        list(synthesise(tmp_path / "t.txt", tmp_path / "out", 1.0))
