from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.transcription.vocabulary import user_file
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES

TINY = (SAMPLES / "library.wav", "--model", "tiny", "--device", "cpu")


def test_a_line_that_is_wrong_ends_the_command_before_the_model_is_loaded(
    run_cli: RunCli, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("Siobhan = shiv on\nB2B\n", encoding="utf-8")
    result = run_cli(
        "transcribe", SAMPLES / "library.wav", "--model", "absent", "--vocabulary", tmp_path / "words.txt"
    )
    assert result.status == 1
    assert result.err.startswith("asr-app: Line 2 of the vocabulary: “B2B”")


@pytest.mark.parametrize("own", [True, False])
def test_a_file_is_used_or_else_the_person_s_own(run_cli: RunCli, tmp_path: Path, own: bool) -> None:
    path = user_file() if own else tmp_path / "words.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Siobhan = shiv on\n", encoding="utf-8")
    result = run_cli("transcribe", *TINY, *([] if own else ["--vocabulary", path]))
    assert result.status == 0
    # “tiny” has no dictionary to add words to, and says so.
    assert "asr-app: This model has no dictionary: your vocabulary has no effect." in result.err


def test_without_a_vocabulary_nothing_is_said_of_it(run_cli: RunCli) -> None:
    assert "vocabulary" not in run_cli("transcribe", *TINY).err
