"""The clipboard, through the desktop's own helper programs (the window has Qt for it)."""

from __future__ import annotations

from asr_app.errors import OutputError
from asr_app.output.desktop import Desktop, Helper, find_helper, run_helper, this_desktop

_HELPERS = {
    Desktop.WAYLAND: (Helper("wl-copy", (), package="wl-clipboard"),),
    Desktop.X11: (
        Helper("xclip", ("-selection", "clipboard"), ("-version",)),
        Helper("xsel", ("--clipboard", "--input"), ("--version",)),
    ),
    Desktop.MACOS: (Helper("pbcopy", ()),),
    Desktop.WINDOWS: (Helper("clip", (), encoding="utf-16"),),
}


class Clipboard:
    """Takes text. It replaces what was in the clipboard."""

    def __init__(self) -> None:
        """Find what puts text there.

        Raises:
            OutputError: Nothing here does.
        """
        helpers = _HELPERS.get(this_desktop())
        if helpers is None:
            raise OutputError(
                "There is no clipboard, because no desktop runs here.",
                "Start the program from a terminal within the desktop.",
            )
        self._helper = find_helper(helpers, "The clipboard cannot be used")

    def copy(self, text: str) -> None:
        """Put a text into the clipboard.

        Raises:
            OutputError: It could not be put there.
        """
        run_helper(self._helper, text)
