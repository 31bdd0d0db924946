"""What kind of desktop this is, and which helper programs are there."""

from __future__ import annotations

import enum
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from asr_app.errors import OutputError

_PATIENCE_S = 5.0


class Desktop(enum.Enum):
    """Who owns clipboard and keyboard."""

    WAYLAND = "Wayland"
    X11 = "X11"
    MACOS = "macOS"
    WINDOWS = "Windows"
    NONE = "no desktop"


def this_desktop() -> Desktop:
    """Say under which desktop this process runs; Wayland goes before the X11 that most bring along."""
    if sys.platform == "darwin":
        return Desktop.MACOS
    if sys.platform == "win32":
        return Desktop.WINDOWS
    if os.environ.get("WAYLAND_DISPLAY"):
        return Desktop.WAYLAND
    return Desktop.X11 if os.environ.get("DISPLAY") else Desktop.NONE


@dataclass(frozen=True)
class Helper:
    """A program that does the work.

    Attributes:
        program: Its name; so is the package called that brings it, where `package` is empty.
        arguments: With which it takes the text from its standard input.
        probe: Arguments with which it does nothing and ends well if it can work here; None: nothing to try.
        package: Debian's and Ubuntu's.
        encoding: In which it expects the text.
    """

    program: str
    arguments: tuple[str, ...]
    probe: tuple[str, ...] | None = None
    package: str = ""
    encoding: str = "utf-8"


def find_helper(helpers: Sequence[Helper], what: str) -> Helper:
    """Choose the first helper that is installed and works here.

    Args:
        helpers: The best first.
        what: What is wanted, for the sentence: "The clipboard cannot be used".

    Raises:
        OutputError: None is installed, or those that are do not work on this desktop.
    """
    failed = []
    for helper in helpers:
        if shutil.which(helper.program) is None:
            continue
        reason = _why_not(helper)
        if not reason:
            return helper
        failed.append(f"{helper.program}: {reason}")
    names = " or ".join(helper.package or helper.program for helper in helpers)
    desktop = this_desktop().value
    if failed:
        raise OutputError(
            f"{what} under this {desktop} ({'; '.join(failed)}).", f"Install another one: {names}."
        )
    raise OutputError(f"{what}, because the program for it is missing.", f"Install {names}.")


def run_helper(helper: Helper, text: str) -> None:
    """Hand a text to a helper and wait until it has taken it.

    Raises:
        OutputError: It failed or does not answer.
    """
    try:
        # Its output goes nowhere: a helper that stays behind must not hold a pipe of ours open.
        done = subprocess.run(
            [helper.program, *helper.arguments],
            input=text.encode(helper.encoding),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S + len(text) / 20,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OutputError(
            f"The program “{helper.program}” does not do its work ({error}).",
            "Try it by itself in a terminal.",
        ) from error
    if done.returncode:
        raise OutputError(
            f"The program “{helper.program}” failed (status {done.returncode}).",
            "Try it by itself in a terminal: it will say why.",
        )


def _why_not(helper: Helper) -> str:
    """Why a helper that is installed does not work here; empty when it does."""
    if helper.probe is None:
        return ""
    try:
        tried = subprocess.run(
            [helper.program, *helper.probe],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        return "it does not answer"
    except OSError as error:
        return str(error.strerror)
    if tried.returncode == 0:
        return ""
    said = (tried.stderr.strip() or tried.stdout.strip()).splitlines()
    return said[0] if said else f"status {tried.returncode}"
