"""Keys of the window, as a person writes them: `Ctrl+Shift+C`, `F9`.

The window reads them before it is on screen, so nothing of pydantic is imported here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_KEYS: Mapping[str, str] = {
    "dictate": "F9",
    "pause": "F8",
    "open_recordings": "Ctrl+O",
    "find_microphones": "F5",
    "copy_text": "Ctrl+Shift+C",
    "close_text": "Ctrl+W",
    "quit": "Ctrl+Q",
}
"""The window's commands, each with its ordinary key."""

GROUP = "shortcuts"
"""Of the settings."""

_MODIFIERS = {"ctrl": "Ctrl", "control": "Ctrl", "alt": "Alt", "shift": "Shift", "meta": "Meta"}
_ORDER = ("Ctrl", "Alt", "Shift", "Meta")
_NAMED = {
    name.lower(): name
    for name in (
        *("Return", "Enter", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown"),
        *("Left", "Right", "Up", "Down", "Pause", "Print", "Plus", "Space"),
        *("Media Play", "Media Stop", "Media Next", "Media Previous"),
    )
}
_FUNCTION = re.compile(r"f([1-9]|[12][0-9]|3[0-5])")


def normal_keys(text: str) -> str:
    """A shortcut as it is shown; empty for none.

    Raises:
        ValueError: It is none, or would take a letter or a key for moving from what one writes.
    """
    if not text.strip():
        return ""
    *first, last = (part.strip() for part in text.replace("++", "+Plus").split("+"))
    modifiers = {_MODIFIERS.get(part.lower(), "") for part in first}
    if "" in modifiers or len(modifiers) < len(first):
        raise ValueError("a shortcut is written like Ctrl+Shift+C or F9")
    is_function = bool(_FUNCTION.fullmatch(last.lower())) or last.lower().startswith("media ")
    if is_function or len(last) == 1:
        key = _NAMED.get(last.lower(), last.upper())
    else:
        key = _NAMED.get(last.lower(), "")
    if not key or not key.isprintable() or key.isspace():
        raise ValueError("a shortcut is written like Ctrl+Shift+C or F9")
    if not is_function and not modifiers & {"Ctrl", "Alt", "Meta"}:
        raise ValueError("a shortcut needs Ctrl, Alt or Meta, unless it is a key like F9")
    return "+".join([*(name for name in _ORDER if name in modifiers), key])


def conflict(keys: Mapping[str, str]) -> str:
    """What is wrong with a set of shortcuts: two commands with the same key; empty where nothing is."""
    owner: dict[str, str] = {}
    for name, key in keys.items():
        if key and key in owner:
            return f"{key} cannot be the key of both {owner[key]} and {name}"
        owner[key] = name
    return ""


def own_keys(path: Path) -> dict[str, str]:
    """The key of each command: the person's where it is one, otherwise the ordinary one.

    Args:
        path: The file of settings. What is wrong in it is no error here; `store.load` names it.
    """
    keys = dict(DEFAULT_KEYS)
    try:
        given: Any = tomllib.loads(path.read_text(encoding="utf-8-sig")).get(GROUP, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return keys
    if isinstance(given, Mapping):
        for name, text in given.items():
            if name in keys and isinstance(text, str):
                try:
                    keys[name] = normal_keys(text)
                except ValueError:
                    continue
    return dict(DEFAULT_KEYS) if conflict(keys) else keys
