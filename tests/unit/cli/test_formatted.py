from __future__ import annotations

import json
from pathlib import Path

import pytest

from asr_app.cli.formatted import FormattedLines
from asr_app.errors import FormattingError
from asr_app.formatting.cases import utterances_of
from asr_app.transcription.recognizer import Recognizer
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES

TINY = ("--model", "tiny", "--device", "cpu")


def lines_of(lines: FormattedLines, said: str) -> list[str]:
    lines.begin("en")
    return [lines.line(words) for words in utterances_of(said)]


class TestLines:
    def test_of_recordings_each_begins_with_a_capital_and_has_no_commands(self) -> None:
        lines = FormattedLines(None, dictated=False)
        assert lines_of(lines, "it costs five dollars || and one comma") == ["It costs $5", "And one comma"]

    def test_of_dictation_each_goes_on_where_the_last_one_ended(self) -> None:
        lines = FormattedLines(None, dictated=True)
        assert lines_of(lines, "hello comma || world full stop || yes") == ["Hello,", "world.", "Yes"]

    def test_what_is_taken_back_of_a_line_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        lines = FormattedLines(None, dictated=True)
        assert lines_of(lines, "one || two || scratch that || three") == ["One", "two", "", "three"]
        assert capsys.readouterr().err == "Taken back: “two”\n"

    def test_rules_of_the_person_work_and_broken_ones_are_told_once(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rules = tmp_path / "rules.csv"
        rules.write_text("find,replace,kind\nasr app,ASR-App,\n(,x,regex\n", encoding="utf-8")
        lines = FormattedLines(rules, dictated=False)
        assert lines_of(lines, "the asr app || is it") == ["The ASR-App", "Is it"]
        assert capsys.readouterr().err.count("Row 3") == 1

    def test_a_mistake_in_the_commands_is_told_before_anything_is_heard(self, tmp_path: Path) -> None:
        (tmp_path / "own.toml").write_text("[command.x]\n", encoding="utf-8")
        with pytest.raises(FormattingError, match=r"own\.toml"):
            FormattedLines(None, dictated=True, commands=tmp_path / "own.toml")


class TestCommands:
    def test_transcribe_writes_formatted_lines(self, run_cli: RunCli, models: Path, tmp_path: Path) -> None:
        heard = Recognizer.load(models / "tiny", device="cpu").transcribe(SAMPLES / "library.wav")
        word = heard.segments[0].words[0].text
        rules = tmp_path / "rules.csv"
        rules.write_text(f"find,replace\n{word},[{word}]\n", encoding="utf-8")
        result = run_cli("transcribe", SAMPLES / "library.wav", "--replacements", rules, *TINY)
        assert result.status == 0
        assert result.out.startswith(f"[{word}]")

    def test_json_keeps_the_words_as_they_are_heard_and_adds_how_they_are_displayed(
        self, run_cli: RunCli
    ) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", "--formatted", "-f", "json", *TINY)
        (segment,) = json.loads(result.out)["segments"]
        assert segment["text"] == " ".join(word["text"] for word in segment["words"])
        assert segment["display"].casefold() == segment["text"].casefold()
        assert segment["display"][0].isupper()
