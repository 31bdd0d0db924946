"""The person's settings, for the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from asr_app.export.options import ExportOptions
    from asr_app.library.retention import RetentionRule
    from asr_app.settings.schema import Settings


def apply_settings(context: typer.Context) -> None:
    """Make the settings the defaults of all commands' options; what is wrong with them is said."""
    from asr_app.settings.place import user_file

    # Without such a file nothing of pydantic is imported.
    if not user_file().is_file():
        return
    from asr_app.settings.command_defaults import command_defaults
    from asr_app.settings.store import load

    loaded = load()
    for problem in loaded.problems:
        typer.echo(f"asr-app: {problem}", err=True)
    context.default_map = command_defaults(loaded.settings)


def preferences() -> Settings:
    """The person's settings; what is wrong with them was said when the command began."""
    from asr_app.settings.store import load

    return load().settings


def export_options() -> ExportOptions:
    """What the settings say about files with transcripts."""
    from asr_app.export.options import CsvRows, ExportOptions
    from asr_app.export.subtitles import SubtitleRules

    settings = preferences()
    return ExportOptions(
        times=settings.export.times,
        mark_uncertain=settings.export.mark_uncertain,
        csv_rows=CsvRows(settings.export.csv_rows),
        subtitles=SubtitleRules(**settings.subtitles.model_dump()),
    )


def library_folder() -> Path:
    """Where the person's library lies."""
    from platformdirs import user_data_path

    return preferences().storage.library_folder or user_data_path("asr-app") / "library"


def retention_rule() -> RetentionRule:
    """What the settings let go of the library."""
    from asr_app.library.retention import RetentionRule

    privacy = preferences().privacy
    return RetentionRule(
        entries_days=privacy.delete_after_days,
        sound_days=privacy.delete_sound_after_days,
        deleted_days=privacy.empty_deleted_after_days,
    )
