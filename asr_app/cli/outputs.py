"""Where `asr-app dictate` puts finished text besides standard output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.errors import OutputError

if TYPE_CHECKING:
    from asr_app.output.clipboard import Clipboard
    from asr_app.output.keyboard import Keyboard

StdoutOption = Annotated[
    bool, typer.Option("--stdout/--no-stdout", help="Write finished text to standard output.")
]
ClipboardOption = Annotated[
    bool, typer.Option("--clipboard", help="Put all text of the dictation into the clipboard as well.")
]
TypeOption = Annotated[
    bool, typer.Option("--type", help="Type finished text into the window that has the keyboard.")
]


class Outputs:
    """Takes finished text. An output that fails in mid-dictation costs a sentence, not the dictation."""

    def __init__(self, clipboard: bool, keyboard: bool, say: Callable[[str], None]) -> None:
        """Find what puts text into the clipboard and what types, where that is wanted.

        Args:
            clipboard: Whether the clipboard gets the text.
            keyboard: Whether it is typed.
            say: Is told in a sentence what failed, once for each kind of failure.

        Raises:
            OutputError: It does not work on this desktop, or a program for it is missing.
        """
        self._clipboard: Clipboard | None = None
        self._keyboard: Keyboard | None = None
        self._say = say
        self._said: set[str] = set()
        self._texts: list[str] = []
        if clipboard:
            from asr_app.output.clipboard import Clipboard

            self._clipboard = Clipboard()
        if keyboard:
            from asr_app.output.keyboard import Keyboard

            self._keyboard = Keyboard()

    def begin(self) -> None:
        """A new dictation begins: what is in the clipboard stays until its first words."""
        self._texts = []

    def final(self, text: str) -> None:
        """Take the text of an utterance; nothing is done with none."""
        if not text:
            return
        self._texts.append(text)
        if self._clipboard is not None:
            self._try(self._clipboard.copy, " ".join(self._texts))
        if self._keyboard is not None:
            # A line's end would send what was typed in many programs.
            self._try(self._keyboard.type, " ".join(text.split()) + " ")

    def _try(self, put: Callable[[str], None], text: str) -> None:
        try:
            put(text)
        except OutputError as error:
            if str(error) not in self._said:
                self._said.add(str(error))
                self._say(f"asr-app: {error}")
