"""The command `asr-app`: its commands, and the one place where errors are shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from asr_app.cli.bench import bench_command
from asr_app.cli.calibrate import calibrate_command
from asr_app.cli.devices import devices_command
from asr_app.cli.dictate import dictate_command
from asr_app.cli.doctor import doctor_command
from asr_app.cli.evaluate import evaluate_command
from asr_app.cli.evaluate_text import evaluate_text_command
from asr_app.cli.evaluate_vocabulary import evaluate_vocabulary_command
from asr_app.cli.export import export_command
from asr_app.cli.library import library_app
from asr_app.cli.preferences import apply_settings
from asr_app.cli.recover import recover_app
from asr_app.cli.remote import cancel_command, start_command, stop_command, toggle_command
from asr_app.cli.settings import settings_app
from asr_app.cli.synthesise import synthesise_command
from asr_app.cli.train import train_command
from asr_app.cli.train_lm import train_lm_command
from asr_app.cli.transcribe import transcribe_command
from asr_app.cli.vocabulary import vocabulary_app
from asr_app.cli.window import open_window, window_command
from asr_app.errors import AsrAppError

app = typer.Typer(
    name="asr-app",
    help="Speech to text on your own computer. Without a command, the window opens.",
    epilog="asr-app COMMAND --help tells more about a command.",
    no_args_is_help=False,
    add_completion=False,
    # Errors of the person are sentences (see `main`); errors of ours are better plain, for a report.
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        import asr_app

        typer.echo(f"asr-app {asr_app.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window())
    apply_settings(context)


app.command("transcribe")(transcribe_command)
app.command("dictate")(dictate_command)
app.command("toggle")(toggle_command)
app.command("start")(start_command)
app.command("stop")(stop_command)
app.command("cancel")(cancel_command)
app.add_typer(recover_app, name="recover")
app.command("devices")(devices_command)
app.command("doctor")(doctor_command)
app.command("bench")(bench_command)
app.command("window")(window_command)
app.command("train")(train_command)
app.command("train-lm")(train_lm_command)
app.command("synthesise")(synthesise_command)
app.command("evaluate")(evaluate_command)
app.command("evaluate-text")(evaluate_text_command)
app.command("evaluate-vocabulary")(evaluate_vocabulary_command)
app.command("calibrate")(calibrate_command)
app.add_typer(vocabulary_app, name="vocabulary")
app.command("export")(export_command)
app.add_typer(library_app, name="library")
app.add_typer(settings_app, name="settings")


def main() -> None:
    """Run the command line and exit with its status; a mistake of the person costs no traceback."""
    try:
        app()
    except AsrAppError as error:
        show_error(error)
        sys.exit(1)


def show_error(error: AsrAppError) -> None:
    """Write an error on standard error: what happened, and what to do."""
    typer.echo(f"asr-app: {error}", err=True)
