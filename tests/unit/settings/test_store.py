from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.errors import SettingsError
from asr_app.settings.fields import fields, shown
from asr_app.settings.place import user_file
from asr_app.settings.schema import Settings
from asr_app.settings.shortcuts import DEFAULT_KEYS
from asr_app.settings.store import Loaded, changed, load, parsed, save, understood, value_of
from asr_app.settings.toml_text import toml_text


class TestReading:
    def test_without_a_file_all_is_ordinary(self) -> None:
        assert load() == Loaded(Settings())

    def test_values_of_the_file_are_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "settings.toml"
        path.write_text('[recognition]\nmodel = "large"\n[subtitles]\nlines = 1\n', encoding="utf-8")
        loaded = load(path)
        assert loaded.problems == ()
        assert (loaded.settings.recognition.model, loaded.settings.subtitles.lines) == ("large", 1)

    def test_each_value_that_does_not_fit_is_named_and_the_others_count(self) -> None:
        loaded = understood(
            {"recognition": {"device": "gpu", "beam": 0, "model": "large"}, "subtitles": {"lines": "two"}}
        )
        assert loaded.problems == (
            "“recognition.device” is not “gpu” but auto: a device is auto, cpu, mps, cuda, or one like"
            " cuda:1.",
            "“recognition.beam” is not “0” but none: input should be greater than or equal to 1.",
            "“subtitles.lines” is not “two” but 2: input should be a valid integer, unable to parse string as"
            " an integer.",
        )
        assert loaded.settings.recognition.model == "large"
        assert loaded.settings.recognition.device == "auto"

    def test_values_that_contradict_each_other_are_not_used(self) -> None:
        loaded = understood({"subtitles": {"min_duration_s": 9, "max_duration_s": 8, "lines": 1}})
        assert loaded.problems == (
            "The values of “subtitles” are not used: the shortest time is longer than the longest.",
        )
        assert loaded.settings == Settings()

    def test_what_is_no_setting_is_named(self) -> None:
        loaded = understood({"colours": {}, "text": {"size": 1}, "audio": 3})
        assert loaded.problems == (
            "“colours” is no group of settings.",
            "“audio” is no group of values, so its ordinary ones are used.",
            "“text.size” is no setting.",
        )

    def test_what_a_newer_version_knows_is_no_problem(self) -> None:
        loaded = understood({"version": 2, "colours": {"x": 1}, "text": {"size": 1, "formatted": True}})
        assert loaded.problems == ()
        assert loaded.settings.text.formatted

    @pytest.mark.parametrize("content", [b"model = ", b"\xff\xfe", b"[a]\n[a]\n"])
    def test_a_file_that_is_no_toml_is_said_and_kept(self, content: bytes) -> None:
        user_file().parent.mkdir(parents=True)
        user_file().write_bytes(content)
        loaded = load()
        assert loaded.settings == Settings()
        assert loaded.problems[0].startswith("The settings in “settings.toml” cannot be read (")
        save(changed(loaded, "subtitles.lines", 1))
        assert load().settings.subtitles.lines == 1
        assert user_file().with_name("settings.toml.unreadable").read_bytes() == content

    @settings(max_examples=40, deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(
                    st.sampled_from(["text", "formatted", "subtitles", "lines", "version"]), inner
                )
            ),
        )
    )
    def test_no_content_is_an_error(self, value: object) -> None:
        content = {"text": value, "subtitles": {"lines": value, "gap_s": value}, "export": {"formats": value}}
        assert isinstance(understood(content).settings, Settings)


class TestWriting:
    def test_only_what_was_changed_is_written(self) -> None:
        save(changed(load(), "recognition.model", "large"))
        assert tomllib.loads(user_file().read_text()) == {"version": 1, "recognition": {"model": "large"}}
        save(changed(load(), "recognition.model", None))
        assert tomllib.loads(user_file().read_text()) == {"version": 1}

    def test_what_a_newer_version_has_written_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "settings.toml"
        path.write_text('version = 2\n[text]\nsize = 3\n[colours]\n"a b" = [1, {x = 2025-01-01}]\n')
        save(changed(load(path), "text.formatted", True), path)
        content = tomllib.loads(path.read_text())
        assert content.pop("text") == {"size": 3, "formatted": True}
        assert content == tomllib.loads('version = 2\n[colours]\n"a b" = [1, {x = 2025-01-01}]\n')

    def test_every_setting_is_read_back_as_it_was_written(self) -> None:
        loaded = load()
        for setting in fields():
            value = {
                "yes or no": not setting.default,
                "whole number": 9,
                "number": 1.5,
                "file": "/a b/ü.txt",
                "list": ["srt", "txt"],
                "text": setting.choices[-1]
                if setting.choices
                else {"device": "cpu"}.get(setting.name, "{name}"),
            }[setting.kind]
            if setting.group == "shortcuts":
                value = f"Ctrl+Alt+F{list(DEFAULT_KEYS).index(setting.name) + 1}"
            if setting.range == "from 5 to 60" or setting.name == "max_duration_s":
                value = 8.5
            if setting.range == "from 1 to 6":
                value = 3
            loaded = changed(loaded, setting.key, value)
        save(loaded)
        again = load()
        assert again.problems == ()
        assert again.settings == loaded.settings
        assert all(value_of(again.settings, setting.key) != setting.default for setting in fields())

    def test_a_folder_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(SettingsError, match="cannot be written"):
            save(load(), tmp_path / "file" / "settings.toml")


class TestChanging:
    def test_a_text_is_read_as_the_kind_of_value_it_is(self) -> None:
        loaded = load()
        for key, text, value in (
            ("subtitles.lines", "1", 1),
            ("text.formatted", "yes", True),
            ("export.formats", "srt, txt", ("srt", "txt")),
            ("recognition.beam", "None", None),
            ("privacy.delete_after_days", "30", 30.0),
        ):
            loaded = changed(loaded, key, parsed(key, text))
            assert value_of(loaded.settings, key) == value

    @pytest.mark.parametrize(
        ("key", "text", "why"),
        [
            ("subtitles.lines", "7", "less than or equal to 6"),
            ("export.formats", "srt, doc", "'doc'|input should be 'txt'"),
            ("export.formats", "", "at least 1 item"),
            ("export.file_name", "x.txt", "which tells files apart"),
            ("text.formatted", "perhaps", "boolean"),
            ("subtitles.min_duration_s", "8", "shortest time is longer"),
        ],
    )
    def test_a_value_that_does_not_fit_is_refused_with_the_reason(
        self, key: str, text: str, why: str
    ) -> None:
        with pytest.raises(SettingsError, match=why) as error:
            changed(load(), key, parsed(key, text))
        assert error.value.message.startswith(f"“{key}” cannot be")

    @pytest.mark.parametrize("key", ["recognition", "recognition.models", "x.y", ""])
    def test_an_unknown_setting_is_said(self, key: str) -> None:
        with pytest.raises(SettingsError, match="no setting"):
            parsed(key, "1")


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
        st.recursive(
            st.booleans()
            | st.integers(-(2**62), 2**62)
            | st.floats(allow_nan=False)
            | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
            | st.dates(),
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
            ),
            max_leaves=6,
        ),
        max_size=3,
    )
)
def test_toml_is_read_back_by_the_standard_library(values: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_values_are_shown_as_they_are_written() -> None:
    assert [shown(value) for value in (None, True, 0.083, ("a", "b"), Path("/x"))] == [
        "none", "yes", "0.083", "a, b", "/x",
    ]  # fmt: skip
