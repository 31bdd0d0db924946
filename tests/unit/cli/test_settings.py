from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.settings.place import user_file
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES


def test_a_setting_is_changed_shown_and_reset(run_cli: RunCli) -> None:
    assert run_cli("settings", "set", "recognition.model", "tiny").status == 0
    assert run_cli("settings", "get", "recognition.model").out == "tiny\n"
    changed = run_cli("settings", "list", "--changed").out
    assert "recognition.model = tiny" in changed
    assert "recognition.device" not in changed
    run_cli("settings", "reset", "recognition.model")
    assert run_cli("settings", "get", "recognition.model").out == "default\n"


def test_a_value_that_does_not_fit_is_a_sentence_and_changes_nothing(run_cli: RunCli) -> None:
    result = run_cli("settings", "set", "subtitles.lines", "9")
    assert result.status == 1
    assert result.err.startswith("asr-app: “subtitles.lines” cannot be “9”.")
    assert run_cli("settings", "get", "subtitles.line").err.startswith("asr-app: There is no setting")
    assert not user_file().exists()


def test_settings_are_the_defaults_of_commands_and_options_come_before_them(
    run_cli: RunCli, tmp_path: Path
) -> None:
    for key, value in (
        ("recognition.model", "tiny"),
        ("recognition.device", "cpu"),
        ("export.formats", "srt, csv"),
        ("export.csv_rows", "words"),
        ("export.file_name", "{name} of {model}.{ext}"),
        ("text.formatted", "yes"),
    ):
        run_cli("settings", "set", key, value)
    assert run_cli("transcribe", SAMPLES / "library.wav", "-o", tmp_path).status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"library of tiny.srt", "library of tiny.csv"}
    rows = (tmp_path / "library of tiny.csv").read_text(encoding="utf-8").splitlines()
    assert all(row.endswith(row.rsplit(",", 1)[1].lower()) for row in rows[1:])  # Words as heard.
    formatted = run_cli("transcribe", SAMPLES / "library.wav", "-f", "txt").out
    plain = run_cli("transcribe", SAMPLES / "library.wav", "-f", "txt", "--no-formatted").out
    assert plain == formatted.lower()
    assert formatted[:1] == plain[:1].upper()


def test_a_broken_setting_is_named_and_does_not_keep_a_command_from_its_work(run_cli: RunCli) -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text('[recognition]\nprecision = "half"\n', encoding="utf-8")
    result = run_cli("settings", "get", "recognition.precision")
    assert (result.status, result.out) == (0, "auto\n")
    assert "asr-app: “recognition.precision” is not “half” but auto" in result.err


def test_settings_go_to_another_computer(run_cli: RunCli, tmp_path: Path) -> None:
    run_cli("settings", "set", "subtitles.lines", "1")
    target = tmp_path / "mine.toml"
    assert run_cli("settings", "export", target).status == 0
    assert "is there already" in run_cli("settings", "export", target).err
    assert run_cli("settings", "reset", "--yes").status == 0
    assert run_cli("settings", "get", "subtitles.lines").out == "2\n"
    assert run_cli("settings", "import", target).status == 0
    assert run_cli("settings", "get", "subtitles.lines").out == "1\n"


@pytest.mark.parametrize("content", [None, "x = "])
def test_a_file_that_holds_no_settings_is_not_taken(
    run_cli: RunCli, tmp_path: Path, content: str | None
) -> None:
    run_cli("settings", "set", "subtitles.lines", "1")
    source = tmp_path / "other.toml"
    if content is not None:
        source.write_text(content)
    assert run_cli("settings", "import", source).status == 1
    assert run_cli("settings", "get", "subtitles.lines").out == "1\n"


def test_without_a_file_of_settings_commands_do_not_pay_for_reading_one(run_cli: RunCli) -> None:
    assert run_cli("settings", "file").out == f"{user_file()}\n"
