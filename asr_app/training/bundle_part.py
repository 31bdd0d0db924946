"""What the commands have in common that put a trained part, a file, into a bundle."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from asr_app.errors import BundleError


def read_part(file: Path, kind: str) -> bytes:
    """Read a trained part; `kind` names it in the sentence that says why that failed.

    Raises:
        BundleError: The file cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise BundleError(f"The {kind} “{file.name}” cannot be read.", "Check its path.") from error


def run_command(add: Callable[[Path, Path], None], description: str, file_name: str) -> None:
    """Take a bundle and a file from the command line and put the one into the other."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("file", type=Path, help=f"{file_name} of a training")
    chosen = parser.parse_args()
    add(chosen.bundle, chosen.file)
