from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from asr_app.cli import live_text
from asr_app.cli.live_text import LiveText
from asr_app.transcription.recognizer import Recognizer
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES

TINY = ("--model", "tiny", "--device", "cpu")


class TestCommand:
    def test_a_played_recording_gives_the_text_that_transcribe_gives(
        self, run_cli: RunCli, models: Path
    ) -> None:
        path = SAMPLES / "library.wav"
        result = run_cli("dictate", "--file", path, *TINY)
        assert result.status == 0
        assert result.out == Recognizer.load(models / "tiny", device="cpu").transcribe(path).text + "\n"
        assert "Listening" in result.err

    def test_a_bad_file_is_a_sentence(self, run_cli: RunCli, tmp_path: Path) -> None:
        (tmp_path / "letter.wav").write_text("Dear reader\n" * 30)
        result = run_cli("dictate", "--file", tmp_path / "letter.wav", *TINY)
        assert (result.status, result.out) == (1, "")
        assert "letter.wav" in result.err
        assert "Traceback" not in result.err

    def test_an_unknown_model_is_a_sentence(self, run_cli: RunCli) -> None:
        result = run_cli("dictate", "--file", SAMPLES / "library.wav", "--model", "huge")
        assert result.status == 1
        assert "There is no model “huge”" in result.err

    def test_an_unknown_microphone_is_a_sentence(self, run_cli: RunCli) -> None:
        result = run_cli("dictate", "--microphone", "the one on the moon", *TINY)
        assert result.status == 1
        assert "microphone" in result.err
        assert "Traceback" not in result.err


class Terminal(io.StringIO):
    """A terminal that remembers all that was written to it."""

    def isatty(self) -> bool:
        return True


class TestLiveText:
    def test_without_a_terminal_only_final_lines_are_written(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with LiveText() as text:
            text.say("Listening.")
            text.provisional("we wi")
            text.final("we will meet")
            text.provisional("in")
            text.final("")
        out, err = capsys.readouterr()
        assert (out, err) == ("we will meet\n", "Listening.\n")

    def test_in_a_terminal_provisional_text_is_grey_and_goes_and_final_text_stays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        terminal = Terminal()
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setattr(
            live_text, "Console", lambda **options: Console(file=terminal, width=60, **options)
        )
        with LiveText() as text:
            text.provisional("we wi")
            text.final("we will meet [here]")
        written = terminal.getvalue()
        assert "\x1b[3;90mwe wi\x1b[0m" in written  # italic, bright black
        erased = written.index("\x1b[2K", written.index("we wi"))
        assert erased < written.index("we will meet [here]")
        assert written.count("we will meet [here]") == 1
