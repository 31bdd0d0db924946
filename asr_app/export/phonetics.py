"""Praat TextGrid (long text form, https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asr_app.export.document import Document, clean
from asr_app.export.options import ExportOptions


@dataclass(frozen=True)
class _Interval:
    start_ms: int
    end_ms: int
    text: str


def write_textgrid(document: Document, _options: ExportOptions) -> str:
    """Three tiers: utterances as displayed, words as heard, and each word's confidence.

    Praat asks for intervals that cover the whole time without overlap: what overlaps begins where the one
    before it ends, and lasts a millisecond at least.
    """
    segments = document.transcript.segments
    utterances = _apart(
        (segment.start_s, segment.end_s, document.segment_text(index))
        for index, segment in enumerate(segments)
        if document.segment_text(index)
    )
    words = [word for segment in segments for word in segment.words]
    tiers = {
        "utterances": utterances,
        "words": _apart((word.start_s, word.end_s, clean(word.text)) for word in words),
        "confidence": _apart((word.start_s, word.end_s, f"{word.confidence:.3f}") for word in words),
    }
    ends_ms = [intervals[-1].end_ms for intervals in tiers.values() if intervals]
    # A grid without any time is none.
    whole_ms = max([round(document.transcript.duration_s * 1000), *ends_ms, 1])
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += [*_span(0, whole_ms), "tiers? <exists> ", f"size = {len(tiers)} ", "item []: "]
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        lines += _tier(number, name, _covering(intervals, whole_ms), whole_ms)
    return "\n".join(lines) + "\n"


def _apart(intervals: Iterable[tuple[float, float, str]]) -> list[_Interval]:
    placed: list[_Interval] = []
    for start_s, end_s, text in intervals:
        start_ms = max(round(start_s * 1000), placed[-1].end_ms if placed else 0)
        placed.append(_Interval(start_ms, max(round(end_s * 1000), start_ms + 1), text))
    return placed


def _covering(intervals: list[_Interval], whole_ms: int) -> list[_Interval]:
    covering: list[_Interval] = []
    now_ms = 0
    for interval in [*intervals, _Interval(whole_ms, whole_ms, "")]:
        if interval.start_ms > now_ms:
            covering.append(_Interval(now_ms, interval.start_ms, ""))
        if interval.end_ms > interval.start_ms:
            covering.append(interval)
        now_ms = interval.end_ms
    return covering


def _tier(number: int, name: str, intervals: list[_Interval], whole_ms: int) -> list[str]:
    lines = [f"    item [{number}]:", '        class = "IntervalTier" ', f'        name = "{name}" ']
    lines += [f"        {line}" for line in _span(0, whole_ms)]
    lines.append(f"        intervals: size = {len(intervals)} ")
    for index, interval in enumerate(intervals, start=1):
        lines.append(f"        intervals [{index}]:")
        lines += [f"            {line}" for line in _span(interval.start_ms, interval.end_ms)]
        text = interval.text.replace("\n", " ").replace('"', '""')
        lines.append(f'            text = "{text}" ')
    return lines


def _span(start_ms: int, end_ms: int) -> list[str]:
    return [f"xmin = {_seconds(start_ms)} ", f"xmax = {_seconds(end_ms)} "]


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")
