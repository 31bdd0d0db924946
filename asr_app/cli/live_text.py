"""Text that is still changing, in a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from asr_app.cli.preferences import preferences

_STYLES = {"grey": "bright_black italic", "plain": "", "hidden": None}
"""Of provisional text, by the name of the setting; None: it is not shown."""


class LiveText:
    """Final lines stay; under them, grey, the line that is not final yet.

    Where standard output is no terminal, only final lines are written to it.
    """

    def __init__(self) -> None:
        """Prepare for standard output, as the person has set it."""
        self._style = _STYLES[preferences().appearance.provisional_text]
        self._console = Console(highlight=False)
        self._live: Live | None = None
        if self._console.is_terminal and sys.stdout.isatty():
            # Redrawn only when the text changes, so that nothing flickers.
            self._live = Live(
                console=self._console, auto_refresh=False, transient=True, vertical_overflow="visible"
            )

    def __enter__(self) -> Self:
        """Take over the terminal's last lines."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        if self._live is not None:
            self.provisional("")
            self._live.stop()

    def provisional(self, text: str) -> None:
        """Show text that may still change, in place of that shown before."""
        if self._live is not None and self._style is not None:
            self._live.update(Text(text, style=self._style), refresh=True)

    def final(self, text: str) -> None:
        """Write a line that stays; the provisional text is done with. Nothing is written of no text."""
        self.provisional("")
        if not text:
            return
        if self._live is not None:
            self._console.print(text, markup=False, soft_wrap=True)
        else:
            print(text, flush=True)

    def say(self, sentence: str) -> None:
        """Write a sentence about the program, not of the text: to standard error."""
        print(sentence, file=sys.stderr, flush=True)
