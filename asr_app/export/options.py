"""What a person may choose about a file, apart from its format."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from asr_app.export.subtitles import SubtitleRules
from asr_app.transcription.types import UNCERTAIN_BELOW


class CsvRows(enum.StrEnum):
    """What a row of a table is."""

    UTTERANCES = "utterances"
    WORDS = "words"


@dataclass(frozen=True)
class ExportOptions:
    """Choices of all formats; each takes those that mean something to it.

    Attributes:
        times: Whether paragraphs for reading (Markdown, Word, HTML) begin with their time.
        mark_uncertain: Whether uncertain words are underlined in Word and HTML files.
        uncertain_below: A word of less confidence is uncertain.
        csv_rows: What a row of a table is.
        subtitles: How subtitles are cut.
    """

    times: bool = True
    mark_uncertain: bool = True
    uncertain_below: float = UNCERTAIN_BELOW
    csv_rows: CsvRows = CsvRows.UTTERANCES
    subtitles: SubtitleRules = field(default_factory=SubtitleRules)

    def uncertain(self, confidence: float | None) -> bool:
        """Whether a piece of this confidence is marked."""
        return self.mark_uncertain and confidence is not None and confidence < self.uncertain_below
