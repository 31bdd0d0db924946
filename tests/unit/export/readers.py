"""Small readers of Praat's and NIST's formats, written from their descriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r'"((?:[^"]|"")*)"|(?<![\w.\["])(-?\d+(?:\.\d+)?)(?![\w\]])|<(exists)>')


@dataclass(frozen=True)
class Tier:
    """Intervals of (start_s, end_s, text)."""

    name: str
    intervals: list[tuple[float, float, str]]


def read_textgrid(text: str) -> tuple[float, list[Tier]]:
    """Read as Praat does: strings, free-standing numbers and flags in their order; all else is comment."""
    tokens = iter(
        (found[1].replace('""', '"') if found[1] is not None else found[3] or float(found[2]))
        for found in _TOKEN.finditer(text)
    )
    assert (next(tokens), next(tokens)) == ("ooTextFile", "TextGrid")
    start_s, end_s = next(tokens), next(tokens)
    assert start_s == 0
    assert isinstance(end_s, float)
    assert next(tokens) == "exists"
    tiers = []
    for _ in range(int(next(tokens))):
        kind, name, first_s, last_s, count = (next(tokens) for _ in range(5))
        assert kind == "IntervalTier"
        assert (first_s, last_s) == (start_s, end_s)
        intervals = [(float(next(tokens)), float(next(tokens)), str(next(tokens))) for _ in range(int(count))]
        tiers.append(Tier(str(name), intervals))
    assert next(tokens, None) is None
    return end_s, tiers


def read_ctm(text: str) -> list[tuple[str, str, float, float, str, float]]:
    """(recording, channel, start_s, duration_s, word, confidence) of each line that is no comment."""
    rows = []
    for line in text.splitlines():
        if not line.startswith(";;"):
            name, channel, start, duration, word, confidence = line.split(" ")
            rows.append((name, channel, float(start), float(duration), word, float(confidence)))
    return rows
