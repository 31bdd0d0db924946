"""An unexpected warning in the log fails the test (the idea is qutebrowser's `logfail`)."""

from __future__ import annotations

import logging


class WarningCollector(logging.Handler):
    """Keeps every record of WARNING and above.

    Attributes:
        messages: One line a record: logger, level and text.
    """

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as one line."""
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")
