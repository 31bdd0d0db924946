"""Ways to damage a bundle, and to say how it must be refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asr_app.errors import BundleError
from asr_app.model.bundle import load_bundle

NAME = "voice"
REINSTALL = "Install the model again or choose another one."
Config = dict[str, Any]


def read_config(directory: Path) -> Config:
    """The bundle's description."""
    config: Config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    return config


def write_config(directory: Path, change: Callable[[Config], object]) -> None:
    """Change the bundle's description."""
    config = read_config(directory)
    change(config)
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")


def forge(directory: Path, name: str, content: bytes) -> None:
    """Replace a file and correct its checksum, as someone would who means it."""
    (directory / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    write_config(directory, lambda config: config["checksums"].update({name: digest}))


def assert_refused(directory: Path | str, message: str, hint: str = REINSTALL) -> None:
    """Loading fails with exactly this one sentence and this hint."""
    with pytest.raises(BundleError) as caught:
        load_bundle(directory)
    assert (caught.value.message, caught.value.hint) == (message, hint)
