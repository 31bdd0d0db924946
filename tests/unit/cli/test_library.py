from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pysubs2
import pytest
from platformdirs import user_data_path

from asr_app.library.library import Library
from asr_app.library.opening import open_library
from asr_app.library.values import Kind, Listing
from asr_app.session.folder import Status
from asr_app.session.store import user_store
from tests.unit.cli.conftest import Result, RunCli
from tests.unit.library.builders import spoken
from tests.unit.transcription.builders import SAMPLES

TINY = ("--model", "tiny", "--device", "cpu")


@pytest.fixture
def run(run_cli: RunCli) -> RunCli:
    """`asr-app library` with three transcripts: 1 and 2 are talks, 3 is a dictation of yesterday."""
    with opened() as library:
        for number, (title, line) in enumerate([("Talk", "red apples"), ("Talk", "green apples and pears")]):
            library.add(spoken(line), title, Kind.FILE, datetime(2025, 3, 9, number, tzinfo=UTC))
        note = spoken("buy two pears comma", "please", source="microphone")
        library.add(note, "Note", Kind.DICTATION, datetime(2025, 3, 8, tzinfo=UTC))
    return run_cli


def opened() -> Library:
    return open_library(user_data_path("asr-app") / "library").library


def listed(result: Result) -> list[int]:
    """Numbers of the transcripts shown; lines with hits are indented further."""
    return [int(line[:5]) for line in result.out.splitlines() if line[4].isdigit() and line[5:7] == "  "]


def test_transcripts_are_listed_and_found(run: RunCli) -> None:
    assert listed(run("library", "list")) == [2, 1, 3]
    assert listed(run("library", "list", "--order", "oldest", "-n", "1")) == [3]
    result = run("library", "search", "pears")
    assert listed(result) == [2, 3]
    assert "    0:01  green apples and pears\n" in result.out
    assert result.err == "2 of 3 transcripts have it.\n"
    assert run("library", "show", "3").out == "buy two pears comma\nplease\n"


def test_transcripts_are_changed(run: RunCli) -> None:
    run("library", "rename", "1", "First")
    run("library", "tag", "fruit", "1", "2")
    assert run("library", "list", "--tag", "fruit").out.count("#fruit") == 2
    run("library", "untag", "fruit", "2")
    assert listed(run("library", "list", "--tag", "fruit")) == [1]
    assert "First" in run("library", "merge", "1", "2").out
    assert listed(run("library", "list")) == [4, 3]


def test_transcripts_are_deleted_and_brought_back_and_deleted_for_good(run: RunCli) -> None:
    run("library", "delete", "1", "2")
    assert listed(run("library", "list")) == [3]
    run("library", "undelete", "2")
    assert listed(run("library", "list", "--deleted")) == [1]
    assert "1 transcripts were removed" in run("library", "purge", "--yes").err
    assert listed(run("library", "list", "--deleted")) == []
    assert run("library", "undelete", "1").err.startswith("asr-app: There is no transcript 1")


def test_the_rule_of_the_settings_is_applied_and_nothing_else(run: RunCli) -> None:
    assert run("library", "tidy").err == "Nothing was to be tidied.\n"
    run("settings", "set", "privacy.delete_after_days", "1")
    assert "3 deleted" in run("library", "tidy").err


def test_it_is_checked_rebuilt_and_copied(run: RunCli, tmp_path: Path) -> None:
    assert "sound: 3 transcripts" in run("library", "check").err
    assert "with 3 transcripts" in run("library", "rebuild").err
    assert "3 transcripts" in run("library", "backup", tmp_path / "copy.zip").err
    run("library", "restore", tmp_path / "copy.zip", tmp_path / "restored")
    run("library", "rename", "1", "Changed")
    run("library", "move", tmp_path / "moved")
    assert "Changed" in run("library", "list").out
    assert run("settings", "get", "storage.library_folder").out == f"{(tmp_path / 'moved').resolve()}\n"


def test_finished_dictations_are_collected_once(run: RunCli) -> None:
    journal = user_store().create()
    journal.append(np.zeros(16_000, np.int16))
    segment = spoken("said aloud").to_dict()["segments"][0]
    journal.note({"kind": "final", "utterance": 1, **segment})
    journal.settle(Status.FINISHED)
    assert run("library", "collect").err == "1 dictations were added.\n"
    assert run("library", "collect").err == "0 dictations were added.\n"
    assert run("library", "show", "4").out == "said aloud\n"
    assert (journal.folder / "transcript.json").exists()


class TestExport:
    def test_one_goes_to_standard_output(self, run: RunCli) -> None:
        assert run("export", "3").out == "buy two pears comma\nplease\n"
        # A dictation is formatted as one: with spoken commands, one utterance continuing the other.
        assert run("export", "3", "--formatted", "--no-punctuation").out == "Buy two pears, please\n"

    def test_several_go_into_files_of_their_own(self, run: RunCli, tmp_path: Path) -> None:
        result = run("export", "--all", "-f", "srt", "-f", "html", "-o", tmp_path, "--existing", "overwrite")
        assert result.status == 0
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == sorted(
            f"{name}.{end}" for name in ("Note", "Talk", "Talk (2)") for end in ("srt", "html")
        )
        texts = {pysubs2.load(str(path))[0].plaintext for path in tmp_path.glob("Talk*.srt")}
        assert texts == {"red apples", "green apples and pears"}

    def test_it_has_to_be_said_which(self, run: RunCli) -> None:
        assert run("export").status == 2
        assert run("export", "1", "--all").status == 2
        assert run("export", "--tag", "none").err == "There is nothing to export.\n"
        assert "no transcript 9" in run("export", "9").err


def test_transcribed_recordings_are_kept_when_wanted(run_cli: RunCli) -> None:
    assert run_cli("transcribe", SAMPLES / "library.wav", *TINY).status == 0
    with opened() as library:
        assert library.count() == 0
    result = run_cli("transcribe", SAMPLES / "library.wav", "--library", *TINY)
    with opened() as library:
        (entry,) = library.page(Listing())
        assert (entry.title, entry.recordings[0].path) == ("library", (SAMPLES / "library.wav").resolve())
        assert library.transcript(entry.id).text == result.out.strip()
