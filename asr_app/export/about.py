"""The line about a recording that files for reading begin with."""

from __future__ import annotations

from asr_app.export.document import Document, clean
from asr_app.export.times import clock


def about(document: Document) -> str:
    """Date, length, language and model; and that it is not the whole where it is not."""
    transcript = document.transcript
    parts = [document.created.strftime("%Y-%m-%d %H:%M")] if document.created else []
    parts += [clock(transcript.duration_s), transcript.language, transcript.model]
    if not transcript.complete:
        parts.append("not complete")
    return clean(" · ".join(part for part in parts if part))
