from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import SettingsError
from asr_app.settings.schema import Settings
from asr_app.settings.shortcuts import DEFAULT_KEYS, own_keys
from asr_app.settings.shortcuts import normal_keys as normal
from asr_app.settings.store import changed, load, save, understood


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("f9", "F9"),
        ("ctrl + shift+c", "Ctrl+Shift+C"),
        ("Shift+Control+c", "Ctrl+Shift+C"),
        ("Alt++", "Alt+Plus"),
        ("meta+pageup", "Meta+PageUp"),
        ("Media Play", "Media Play"),
        (" ", ""),
    ],
)
def test_keys_are_understood_however_they_are_written(written: str, meant: str) -> None:
    assert normal(written) == meant
    assert normal(meant) == meant


@pytest.mark.parametrize(
    "keys", ["c", "Shift+C", "Space", "Ctrl+Shift", "Ctrl+Ctrl+A", "Hyper+A", "Ctrl+", "F99"]
)
def test_what_one_types_with_or_no_keyboard_has_is_no_shortcut(keys: str) -> None:
    with pytest.raises(ValueError, match="a shortcut"):
        normal(keys)


def test_ordinary_keys_are_those_of_the_schema_and_do_not_conflict() -> None:
    assert Settings().shortcuts.model_dump() == dict(DEFAULT_KEYS)


def test_two_commands_with_one_key_are_reported() -> None:
    with pytest.raises(SettingsError, match="F9 cannot be the key of both dictate and copy_text"):
        changed(load(), "shortcuts.copy_text", "f9")
    loaded = understood({"shortcuts": {"copy_text": "F9", "quit": "F12"}})
    assert loaded.problems == (
        "The values of “shortcuts” are not used: F9 cannot be the key of both dictate and copy_text.",
    )
    assert loaded.settings == Settings()


def test_a_key_given_up_may_be_another_command_s() -> None:
    loaded = changed(changed(load(), "shortcuts.dictate", ""), "shortcuts.copy_text", "F9")
    assert (loaded.settings.shortcuts.dictate, loaded.settings.shortcuts.copy_text) == ("", "F9")


@pytest.mark.parametrize(
    "content",
    [
        '[shortcuts]\nquit = "ctrl+alt+q"\ncopy_text = "c"\n',
        '[shortcuts]\nquit = "F9"\n',
        "shortcuts = 3\n",
        "[shortcuts\n",
        "[shortcuts]\nquit = 3\nother = 'F1'\n",
    ],
)
def test_the_window_reads_the_same_without_pydantic(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content, encoding="utf-8")
    assert own_keys(path) == load(path).settings.shortcuts.model_dump()


def test_keys_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save(changed(load(path), "shortcuts.quit", "Ctrl+Alt+Q"), path)
    assert own_keys(path)["quit"] == "Ctrl+Alt+Q"
