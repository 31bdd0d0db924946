"""Synthetic speech for tests, spoken by flite or espeak-ng."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def find_synthesiser() -> str | None:
    """The name of an installed synthesiser, flite before espeak-ng (it sounds more like a person)."""
    return next((name for name in ("flite", "espeak-ng") if shutil.which(name)), None)


def synthesise(text: str, path: Path, voice: str = "slt") -> Path:
    """Speak `text` into the WAV file `path`.

    Args:
        text: English text.
        path: The file to write: mono, 16-bit; 16 kHz from flite (8 kHz for `kal`), 22.05 kHz from espeak-ng.
        voice: A voice of flite (`slt`, `rms`, `awb`, `kal16`); espeak-ng, where flite is missing, speaks with
            its own.

    Returns:
        `path`.

    Raises:
        FileNotFoundError: Neither flite nor espeak-ng is installed.
    """
    synthesiser = find_synthesiser()
    if synthesiser is None:
        raise FileNotFoundError("neither flite nor espeak-ng is installed")
    if synthesiser == "flite":
        command = ["flite", "-voice", voice, "-t", text, "-o", str(path)]
    else:
        command = ["espeak-ng", "-v", "en-us", "-w", str(path), text]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return path
