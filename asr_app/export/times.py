"""Times as the formats write them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """For people: `0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def timecode(milliseconds: int, mark: str) -> str:
    """For subtitles: `00:00:07.120`, the mark before the milliseconds."""
    seconds, rest_ms = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{rest_ms:03}"
