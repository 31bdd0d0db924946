from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from asr_app.cli.app import app
from asr_app.cli.options import PartialsChoice
from asr_app.export.files import Existing
from asr_app.export.formats import Format
from asr_app.export.names import DEFAULT_TEMPLATE
from asr_app.export.options import CsvRows, ExportOptions
from asr_app.export.subtitles import SubtitleRules
from asr_app.settings.command_defaults import command_defaults
from asr_app.settings.document import USED_BY, settings_tables
from asr_app.settings.fields import SettingField, fields, groups
from asr_app.settings.schema import Export, FormatName, Recognition, Settings
from asr_app.settings.store import changed, load

PROJECT = Path(__file__).resolve().parents[3]
COMMANDS: Any = typer.main.get_command(app)
ALL = list(fields())
READ_IN = {
    "export": "cli/preferences.py",
    "subtitles": "cli/preferences.py",
    "privacy": "cli/preferences.py",
    "storage": "cli/preferences.py",
    "appearance": "cli/live_text.py",
    "shortcuts": "settings/shortcuts.py",
}
"""Where the settings of a group that are no option's default are read."""


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.key)
class TestEverySetting:
    def test_says_in_one_sentence_what_it_is(self, setting: SettingField) -> None:
        assert setting.title
        assert re.fullmatch(r"[A-Z][^\n]*[.…]", setting.description)

    def test_has_an_effect(self, setting: SettingField) -> None:
        """It is the default of options that exist, or is read where the table says."""
        assert bool(setting.options) != (setting.key in USED_BY)
        if not setting.options:
            code = (PROJECT / "asr_app" / READ_IN[setting.group]).read_text(encoding="utf-8")
            assert setting.name in code or f"{setting.group}.model_dump()" in code

    def test_is_the_default_of_options_that_take_it(self, setting: SettingField) -> None:
        for option in setting.options:
            command, name = option.split()
            assert name in [parameter.name for parameter in COMMANDS.commands[command].params]


def test_ordinary_values_are_those_of_the_program() -> None:
    ordinary = Settings()
    assert SubtitleRules(**ordinary.subtitles.model_dump()) == SubtitleRules()
    assert (ordinary.export.times, ordinary.export.mark_uncertain) == (
        ExportOptions().times,
        ExportOptions().mark_uncertain,
    )
    assert get_args(FormatName) == tuple(Format)
    assert get_args(Export.model_fields["existing"].annotation) == tuple(Existing)
    assert get_args(Export.model_fields["csv_rows"].annotation) == tuple(CsvRows)
    assert get_args(Recognition.model_fields["partials"].annotation) == tuple(c.value for c in PartialsChoice)
    assert ordinary.export.file_name == DEFAULT_TEMPLATE
    assert Existing(ordinary.export.existing) is Existing.NUMBER
    assert CsvRows(ordinary.export.csv_rows) is ExportOptions().csv_rows


def test_only_changed_settings_become_defaults_of_commands() -> None:
    assert command_defaults(Settings()) == {}
    loaded = changed(changed(load(), "recognition.model", "large"), "export.formats", ["srt", "txt"])
    assert command_defaults(loaded.settings) == {
        "transcribe": {"model": "large", "formats": ["srt", "txt"]},
        "dictate": {"model": "large"},
        "export": {"formats": ["srt", "txt"]},
    }


def test_files_for_formatted_text_wait_until_it_is_on() -> None:
    loaded = changed(load(), "vocabulary.replacements_file", "/r.csv")
    assert command_defaults(loaded.settings) == {}
    on = changed(loaded, "text.formatted", True)
    assert command_defaults(on.settings)["transcribe"] == {"formatted": True, "replacements": "/r.csv"}


def test_the_document_says_what_the_schema_says() -> None:
    """To renew it: ASR_APP_RENEW_SNAPSHOTS=1."""
    path = PROJECT / "docs" / "settings.md"
    begin, end = "<!-- settings: begin -->\n", "<!-- settings: end -->"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    renewed = f"{before}{begin}\n{settings_tables()}\n{end}{after}"
    if os.environ.get("ASR_APP_RENEW_SNAPSHOTS"):
        path.write_text(renewed, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == renewed


def test_every_group_says_what_it_is() -> None:
    for name, kind in groups().items():
        assert Settings.model_fields[name].title
        assert kind.__doc__
