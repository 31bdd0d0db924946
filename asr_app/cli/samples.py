"""The sample speech in the box."""

from __future__ import annotations

from pathlib import Path


def sample_recordings() -> list[Path]:
    """The recordings in `assets/samples`, by name; none where they are not installed."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "assets" / "samples", package / "assets" / "samples"):
        found = sorted(folder.glob("*.wav"))
        if found:
            return found
    return []
