"""Plain text: a line per paragraph."""

from __future__ import annotations

from asr_app.export.document import Document
from asr_app.export.options import ExportOptions


def write_plain(document: Document, _options: ExportOptions) -> str:
    """The display text; nothing where nothing was said."""
    return "".join(f"{paragraph.text}\n" for paragraph in document.paragraphs())
