"""SubRip (.srt) and WebVTT (.vtt, https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

from asr_app.export.document import Document
from asr_app.export.options import ExportOptions
from asr_app.export.subtitles import cues_of
from asr_app.export.times import timecode

_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def write_srt(document: Document, options: ExportOptions) -> str:
    """Numbered cues; SubRip knows no way to escape what players take for a tag."""
    blocks = [
        f"{number}\n{timecode(cue.start_ms, ',')} --> {timecode(cue.end_ms, ',')}\n" + "\n".join(cue.lines)
        for number, cue in enumerate(cues_of(document.paragraphs(), options.subtitles), start=1)
    ]
    return "".join(f"{block}\n\n" for block in blocks)


def write_vtt(document: Document, options: ExportOptions) -> str:
    """Cues with their text escaped."""
    blocks = ["WEBVTT"]
    for cue in cues_of(document.paragraphs(), options.subtitles):
        text = "\n".join(cue.lines).translate(_VTT_ESCAPES)
        blocks.append(f"{timecode(cue.start_ms, '.')} --> {timecode(cue.end_ms, '.')}\n{text}")
    return "\n\n".join(blocks) + "\n"
