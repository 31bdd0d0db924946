"""`asr-app toggle`, `start`, `stop` and `cancel`: for key bindings of the desktop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from asr_app.session.remote import RemoteCommand


def toggle_command() -> None:
    """Start or stop the dictation of the running program, whichever makes sense now.

    Bind this to a key in the settings of your desktop.
    """
    _ask("toggle")


def start_command() -> None:
    """Start dictating in the running program."""
    _ask("start")


def stop_command() -> None:
    """Stop dictating in the running program; what was said is still finished."""
    _ask("stop")


def cancel_command(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: discard at once.")] = False,
) -> None:
    """Discard what the running program is dictating, after asking.

    A key binding, which nobody can answer, needs --yes; the window asks by itself all the same.
    """
    if not yes:
        if not sys.stdin.isatty():
            raise AsrAppError(
                "Nothing was discarded, because nobody can be asked here.",
                "Add --yes to discard without asking.",
            )
        if not typer.confirm("Discard what is being dictated?"):
            return
    _ask("cancel")


def _ask(name: str) -> None:
    from asr_app.session.remote import RemoteCommand, ask_running_program

    command: RemoteCommand = RemoteCommand(name)
    answer = ask_running_program(command)
    if not answer.done:
        raise AsrAppError(answer.says)
    typer.echo(answer.says, err=True)
