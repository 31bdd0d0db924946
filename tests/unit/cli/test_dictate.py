from __future__ import annotations

import io
import os
import signal
import threading
from pathlib import Path

import pytest
from rich.console import Console

from asr_app.cli import live_text
from asr_app.cli.live_text import LiveText
from asr_app.errors import RemoteError
from asr_app.session.remote import RemoteAnswer, RemoteCommand, RemoteListener, ask_running_program
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


class TestRemote:
    def test_stop_ends_it_and_what_was_said_is_finished(self, run_cli: RunCli) -> None:
        answers: list[RemoteAnswer] = []
        asker = threading.Thread(target=lambda: answers.append(ask_until_done(RemoteCommand.STOP)))
        asker.start()
        result = run_cli("dictate", "--file", SAMPLES / "library.wav", *TINY)
        asker.join()
        assert result.status == 0
        assert answers == [RemoteAnswer(True, "Dictation stops; the last words follow.")]

    def test_in_standby_it_starts_when_told_and_waits_again_after_each_dictation(
        self, run_cli: RunCli
    ) -> None:
        def work() -> None:
            for _ in range(2):
                ask_until_done(RemoteCommand.START)
                ask_until_done(RemoteCommand.STOP)
            os.kill(os.getpid(), signal.SIGINT)

        asker = threading.Thread(target=work)
        asker.start()
        result = run_cli("dictate", "--standby", "--file", SAMPLES / "library.wav", *TINY)
        asker.join()
        assert result.status == 0, result.err
        assert result.err.count("Loading the model") == 1
        assert "Waiting for “asr-app toggle”" in result.err

    def test_standby_beside_another_program_is_a_sentence(self, run_cli: RunCli) -> None:
        with RemoteListener(lambda command: RemoteAnswer(True, "mine")):
            result = run_cli("dictate", "--standby", *TINY)
        assert result.status == 1
        assert "already" in result.err


def ask_until_done(command: RemoteCommand) -> RemoteAnswer:
    """Ask until the program is there and does it."""
    for _ in range(2000):
        try:
            answer = ask_running_program(command)
        except RemoteError:
            answer = None
        if answer is not None and answer.done:
            return answer
        threading.Event().wait(0.01)
    raise AssertionError("nobody does it")


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
