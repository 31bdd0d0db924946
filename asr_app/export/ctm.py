"""CTM of NIST's scoring toolkit: a line per word with start, duration and confidence."""

from __future__ import annotations

from pathlib import PurePath

from asr_app.export.document import Document, clean
from asr_app.export.options import ExportOptions

_CHANNEL = "1"


def write_ctm(document: Document, _options: ExportOptions) -> str:
    """Words as heard; white space inside a name or a word becomes an underscore, as fields end at it."""
    name = _field(PurePath(document.transcript.source).stem)
    lines = [";; recording channel start_s duration_s word confidence"]
    for segment in document.transcript.segments:
        for word in segment.words:
            start_s = round(word.start_s, 3)
            # Rounded ends, not rounded durations: words that touch go on touching.
            duration_s = max(0.0, round(word.end_s, 3) - start_s)
            lines.append(
                f"{name} {_CHANNEL} {start_s:.3f} {duration_s:.3f} {_field(word.text)} {word.confidence:.3f}"
            )
    return "\n".join(lines) + "\n"


def _field(text: str) -> str:
    # A line that begins with two semicolons is a comment.
    return "_".join(clean(text).split()).replace(";;", ";_") or "_"
