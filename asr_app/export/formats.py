"""The formats: their names and endings. `rendering` writes them; this file costs nothing to import."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Format(enum.StrEnum):
    """What can be written."""

    TXT = "txt"
    MARKDOWN = "md"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"
    CSV = "csv"
    DOCX = "docx"
    HTML = "html"
    TEXTGRID = "textgrid"
    CTM = "ctm"

    @property
    def about(self) -> About:
        """Its name for people, and the ending of its files."""
        return _ABOUT[self]


@dataclass(frozen=True)
class About:
    """A format as a person knows it.

    Attributes:
        title: Its name.
        ending: Of its files, without the dot.
        binary: Whether it makes no sense in a terminal.
    """

    title: str
    ending: str
    binary: bool = False


_ABOUT = {
    Format.TXT: About("Plain text", "txt"),
    Format.MARKDOWN: About("Markdown", "md"),
    Format.SRT: About("SubRip subtitles", "srt"),
    Format.VTT: About("WebVTT subtitles", "vtt"),
    Format.JSON: About("JSON", "json"),
    Format.CSV: About("Table (CSV)", "csv"),
    Format.DOCX: About("Word document", "docx", binary=True),
    Format.HTML: About("Web page", "html"),
    Format.TEXTGRID: About("Praat TextGrid", "TextGrid"),
    Format.CTM: About("CTM", "ctm"),
}
