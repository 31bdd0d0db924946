"""Markdown (CommonMark): a heading, a line about the recording, paragraphs with their times."""

from __future__ import annotations

import re

from asr_app.export.about import about
from asr_app.export.document import Document, clean
from asr_app.export.options import ExportOptions
from asr_app.export.times import clock

_INLINE = re.compile(r"([\\`*_\[\]<>&~|$])")
# What would begin a heading, a list, a quotation or a rule at the start of a line.
_START = re.compile(r"^([#+\-=])|^(\d{1,9})([.)])(?=\s|$)")


def write_markdown(document: Document, options: ExportOptions) -> str:
    """The transcript for reading, with every character of the text shown as it is."""
    blocks = [f"# {_inline(clean(document.title))}", f"*{_inline(about(document))}*"]
    for paragraph in document.paragraphs():
        text = _inline(paragraph.text)
        blocks.append(f"**{clock(paragraph.start_s)}** {text}" if options.times else _line(text))
    return "\n\n".join(blocks) + "\n"


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\1", " ".join(text.split()))


def _line(text: str) -> str:
    return _START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)
