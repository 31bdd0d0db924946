from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from asr_app.library.library import Library
from asr_app.library.opening import open_library


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """The folder of dictations."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path, sessions: Path) -> Iterator[Library]:
    """An empty library in a folder of its own."""
    opened = open_library(tmp_path / "library", [sessions], busy_timeout_s=0.1)
    assert opened.notices == ()
    with opened.library as library:
        yield library
