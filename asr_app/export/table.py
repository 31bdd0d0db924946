"""CSV (RFC 4180) for spreadsheets: a row per utterance or per word."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from statistics import fmean

from asr_app.export.document import Document, clean
from asr_app.export.options import CsvRows, ExportOptions

COLUMNS = ("segment", "start_s", "end_s", "confidence", "text")

# Spreadsheets take a file for UTF-8 only with it.
_BYTE_ORDER_MARK = "\ufeff"


def write_csv(document: Document, options: ExportOptions) -> str:
    """Rows in order of time; the confidence of an utterance is the mean of its words."""
    rows = _words(document) if options.csv_rows is CsvRows.WORDS else _utterances(document)
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(COLUMNS)
    for segment, start_s, end_s, confidence, text in rows:
        table.writerow((segment, f"{start_s:.3f}", f"{end_s:.3f}", f"{confidence:.3f}", text))
    return _BYTE_ORDER_MARK + file.getvalue()


_Row = tuple[int, float, float, float, str]


def _utterances(document: Document) -> Iterator[_Row]:
    for index, segment in enumerate(document.transcript.segments):
        if text := document.segment_text(index):
            confidence = fmean(word.confidence for word in segment.words)
            yield index + 1, segment.start_s, segment.end_s, confidence, text


def _words(document: Document) -> Iterator[_Row]:
    for index, segment in enumerate(document.transcript.segments):
        for word in segment.words:
            yield index + 1, word.start_s, word.end_s, word.confidence, clean(word.text)
