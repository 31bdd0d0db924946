"""Where the committed samples lie; imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
