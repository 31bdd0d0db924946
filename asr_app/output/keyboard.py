"""Typing text into whatever window has the keyboard, as if the person did.

On Wayland programs may not do that as they like: compositors with the virtual keyboard protocol (Sway and
other wlroots ones, Hyprland) let `wtype`; under GNOME only `ydotool` can, which writes to the kernel's input
device and needs its daemon and the person's right to use it. On X11 `xdotool` types.
"""

from __future__ import annotations

from asr_app.errors import OutputError
from asr_app.output.desktop import Desktop, Helper, find_helper, run_helper, this_desktop

_YDOTOOL = Helper("ydotool", ("type", "--file", "-"), ("type", ""))
_HELPERS = {
    # An empty text types nothing, and fails where the compositor does not allow typing.
    Desktop.WAYLAND: (Helper("wtype", ("-",), ("",)), _YDOTOOL),
    Desktop.X11: (
        Helper("xdotool", ("type", "--clearmodifiers", "--file", "-"), ("getdisplaygeometry",)),
        _YDOTOOL,
    ),
}


class Keyboard:
    """Types text where the cursor is."""

    def __init__(self) -> None:
        """Find what types.

        Raises:
            OutputError: Nothing here does.
        """
        helpers = _HELPERS.get(this_desktop())
        if helpers is None:
            raise OutputError(
                f"Typing into other windows does not work here ({this_desktop().value}).",
                "Use --clipboard, and paste.",
            )
        self._helper = find_helper(helpers, "Typing into other windows does not work")

    def type(self, text: str) -> None:
        """Type a text; it must not hold keys that do something, such as a line's end where that sends.

        Raises:
            OutputError: It could not be typed, or only a part of it.
        """
        if text:
            run_helper(self._helper, text)
