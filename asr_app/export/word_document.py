"""Word documents (.docx), written with python-docx."""

from __future__ import annotations

import io
from datetime import UTC
from typing import TYPE_CHECKING

from asr_app.export.about import about
from asr_app.export.document import Document, Paragraph, clean
from asr_app.export.options import ExportOptions
from asr_app.export.times import clock

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


def write_docx(document: Document, options: ExportOptions) -> bytes:
    """A heading, a line about the recording, and paragraphs with times; uncertain words underlined."""
    import docx

    file = docx.Document()
    _describe(file, document)
    file.add_heading(clean(document.title), level=1)
    file.add_paragraph().add_run(about(document)).italic = True
    for paragraph in document.paragraphs():
        _add(file, paragraph, options)
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


def _describe(file: WordDocument, document: Document) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = file.core_properties
    # A document holds at most 255 characters of each.
    properties.title = clean(document.title)[:255]
    properties.language = document.transcript.language[:255]
    properties.author = ""
    properties.comments = ""
    if document.created is not None:
        created = document.created.astimezone(UTC).replace(tzinfo=None)
        properties.created = properties.modified = created
    # Word checks the spelling in the language of the style.
    look = file.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), document.transcript.language)
    look.append(language)


def _add(file: WordDocument, paragraph: Paragraph, options: ExportOptions) -> None:
    from docx.enum.text import WD_UNDERLINE
    from docx.shared import RGBColor

    added = file.add_paragraph()
    if options.times:
        time = added.add_run(clock(paragraph.start_s) + "  ")
        time.font.color.rgb = RGBColor(0x56, 0x5D, 0x69)
    plain = ""
    for index, piece in enumerate(paragraph.pieces):
        space = " " if index else ""
        if options.uncertain(piece.confidence):
            if plain + space:
                added.add_run(plain + space)
            added.add_run(piece.text).font.underline = WD_UNDERLINE.DOTTED
            plain = ""
        else:
            plain += space + piece.text
    if plain:
        added.add_run(plain)
