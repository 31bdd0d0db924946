"""`asr-app settings`: what can be set, and what is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

settings_app = typer.Typer(help="Show and change the settings.", no_args_is_help=True, add_completion=False)

Key = Annotated[str, typer.Argument(metavar="SETTING", help="Group and name: recognition.model.")]


@settings_app.command("list")
def list_command(
    only_changed: Annotated[bool, typer.Option("--changed", help="Only those that were changed.")] = False,
) -> None:
    """List all settings with their values."""
    from asr_app.settings.document import values_of
    from asr_app.settings.fields import fields, shown
    from asr_app.settings.schema import Settings
    from asr_app.settings.store import load

    settings = load().settings
    group = ""
    for setting in fields():
        value = getattr(getattr(settings, setting.group), setting.name)
        if only_changed and value == setting.default:
            continue
        if setting.group != group:
            group = setting.group
            typer.echo(f"\n{Settings.model_fields[group].title}")
        typer.echo(f"  {setting.key} = {shown(value)}")
        typer.echo(f"      {setting.description} ({values_of(setting)})")


@settings_app.command("get")
def get_command(key: Key) -> None:
    """Write the value of a setting to standard output."""
    from asr_app.settings.fields import shown
    from asr_app.settings.store import load, value_of

    typer.echo(shown(value_of(load().settings, key)))


@settings_app.command("set")
def set_command(
    key: Key, value: Annotated[str, typer.Argument(help="Its new value; commas between those of a list.")]
) -> None:
    """Change a setting."""
    from asr_app.settings.fields import shown
    from asr_app.settings.store import changed, load, parsed, save, value_of

    loaded = changed(load(), key, parsed(key, value))
    save(loaded)
    typer.echo(f"{key} = {shown(value_of(loaded.settings, key))}", err=True)


@settings_app.command("reset")
def reset_command(
    key: Annotated[str | None, typer.Argument(metavar="SETTING", help="One of them; all without it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a setting, or all of them, what they were at first."""
    from asr_app.settings.schema import Settings
    from asr_app.settings.store import Loaded, changed, load, save

    loaded = load()
    if key is not None:
        save(changed(loaded, key, None))
        return
    if not yes:
        typer.confirm("Make all settings what they were at first?", abort=True, err=True)
    save(Loaded(Settings(), readable=loaded.readable))


@settings_app.command("export")
def export_command(target: Annotated[Path, typer.Argument(help="A file to write.")]) -> None:
    """Write the settings into a file for another computer."""
    from asr_app.errors import SettingsError
    from asr_app.settings.store import load, save

    if target.exists():
        raise SettingsError(f"The file “{target}” is there already.", "Choose another name.")
    save(load(), target)


@settings_app.command("import")
def import_command(source: Annotated[Path, typer.Argument(help="A file made by export.")]) -> None:
    """Take the settings of a file in the place of these; what does not fit is said and left out."""
    from asr_app.errors import SettingsError
    from asr_app.settings.store import load, save

    loaded = load(source)
    if not source.is_file() or not loaded.readable:
        problem = " ".join(loaded.problems) or f"There is no file “{source}”."
        raise SettingsError(problem, "Choose a file that “asr-app settings export” has written.")
    for problem in loaded.problems:
        typer.echo(f"asr-app: {problem}", err=True)
    save(loaded)


@settings_app.command("file")
def file_command() -> None:
    """Say where the settings lie."""
    from asr_app.settings.place import user_file

    typer.echo(str(user_file()))
