"""The one function that writes any format."""

from __future__ import annotations

from collections.abc import Callable

from asr_app.export.ctm import write_ctm
from asr_app.export.document import Document
from asr_app.export.formats import Format
from asr_app.export.json_file import write_json
from asr_app.export.markdown import write_markdown
from asr_app.export.options import ExportOptions
from asr_app.export.phonetics import write_textgrid
from asr_app.export.plain import write_plain
from asr_app.export.subrip import write_srt, write_vtt
from asr_app.export.table import write_csv
from asr_app.export.web_page import write_html
from asr_app.export.word_document import write_docx

_Writer = Callable[[Document, ExportOptions], str | bytes]
_WRITERS: dict[Format, _Writer] = {
    Format.TXT: write_plain,
    Format.MARKDOWN: write_markdown,
    Format.SRT: write_srt,
    Format.VTT: write_vtt,
    Format.JSON: write_json,
    Format.CSV: write_csv,
    Format.DOCX: write_docx,
    Format.HTML: write_html,
    Format.TEXTGRID: write_textgrid,
    Format.CTM: write_ctm,
}


def rendered(document: Document, form: Format, options: ExportOptions | None = None) -> bytes:
    """The content of a file; text is UTF-8."""
    content = _WRITERS[form](document, options or ExportOptions())
    # Names of files may hold what UTF-8 cannot; everything else is clean already.
    return content.encode("utf-8", "replace") if isinstance(content, str) else content
