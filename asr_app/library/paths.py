"""Paths as the database holds them: from the library's folder on where they lie in it, so it may move."""

from __future__ import annotations

import os
from pathlib import Path

STORED = str | bytes


def stored(path: Path, root: Path) -> STORED:
    """A path as it is stored; bytes where its name is no UTF-8. `root` is resolved."""
    absolute = path.resolve()
    inner = absolute.relative_to(root) if absolute.is_relative_to(root) else absolute
    text = inner.as_posix() if inner is not absolute else str(inner)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def found(value: STORED, root: Path) -> Path:
    """The path that was stored."""
    return root / (os.fsdecode(value) if isinstance(value, bytes) else value)
