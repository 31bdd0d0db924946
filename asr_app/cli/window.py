"""`asr-app` and `asr-app window`: the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from asr_app.errors import AsrAppError


def window_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings to transcribe at once.")] = None,
    measure_start: Annotated[
        Path | None,
        typer.Option(help="Write how long the start took to this JSON file, and quit.", hidden=True),
    ] = None,
) -> None:
    """Open the window (the same as no command at all)."""
    raise typer.Exit(open_window(files or (), measure_start))


def open_window(files: Sequence[Path] = (), measure_start: Path | None = None) -> int:
    """Open the window and stay until it is closed.

    Returns:
        Exit status.

    Raises:
        AsrAppError: Qt is not installed, or lacks a library of the system.
    """
    try:
        from asr_app.gui.app import run_window
    except ImportError as error:
        raise AsrAppError(
            f"The window cannot be opened, because a part of it is missing ({error}).",
            "The other commands work without it: see asr-app --help.",
        ) from error
    return run_window(files, measure_start)
