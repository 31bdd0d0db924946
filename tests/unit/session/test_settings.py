"""What a person has set for dictation."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.audio.devices import DeviceName
from asr_app.errors import SettingsError
from asr_app.session.settings import DictationSettings, read_settings, user_settings


def test_without_a_file_nothing_is_removed_and_no_microphone_preferred() -> None:
    assert user_settings() == DictationSettings(keep_days=None, preferred=())


def test_the_file_of_the_person_is_read(user_home: Path) -> None:
    folder = user_home / ".config" / "asr-app"
    folder.mkdir(parents=True)
    (folder / "dictation.toml").write_text(
        '[journal]\nkeep_days = 30\n[microphones]\npreferred = ["Desk", {name = "USB", host_api = "ALSA"}]\n'
    )
    assert user_settings() == DictationSettings(30.0, (DeviceName("Desk"), DeviceName("USB", "ALSA")))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[journal", "not written in TOML"),
        ("[journal]\nkeep_day = 3", "“keep_day” is no setting"),
        ("[journal]\nkeep_days = 0", "“keep_days” is not a number of days"),
        ("[journal]\nkeep_days = true", "“keep_days” is not a number of days"),
        ("journal = 3", "“journal” is not a table"),
        ("[microphones]\npreferred = 'Desk'", "“preferred” is not a list"),
        ("[microphones]\npreferred = [{api = 'ALSA'}]", "is no microphone"),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "dictation.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"dictation\.toml") as caught:
        read_settings(path)
    assert wrong in caught.value.message


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "dictation.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "dictation.toml")
