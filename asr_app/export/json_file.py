"""JSON: segments and words with times and confidence, as `Transcript.to_dict` gives them."""

from __future__ import annotations

import json
from typing import Any

from asr_app.export.document import Document
from asr_app.export.options import ExportOptions


def json_values(document: Document) -> dict[str, Any]:
    """Plain values; with display text, each segment has it as `display`."""
    values = document.transcript.to_dict()
    if document.texts is not None:
        for segment, text in zip(values["segments"], document.texts, strict=True):
            segment["display"] = text.text
    return values


def write_json(document: Document, _options: ExportOptions) -> str:
    """An object over several lines."""
    return json.dumps(json_values(document), ensure_ascii=False, indent=2) + "\n"
