"""The person's shortcuts in the place of the ordinary ones."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from asr_app.settings.place import user_file
from asr_app.settings.shortcuts import DEFAULT_KEYS, own_keys

# The same on every desktop: some have no key of their own for these.
_STANDARD = {QKeySequence.StandardKey.Open: "Ctrl+O", QKeySequence.StandardKey.Quit: "Ctrl+Q"}


def own_sequence(ordinary: QKeySequence.StandardKey | QKeySequence | str) -> QKeySequence:
    """What the person has set for the command with this ordinary key; the same where nothing is set."""
    known = _STANDARD.get(ordinary) if isinstance(ordinary, QKeySequence.StandardKey) else None
    sequence = QKeySequence(known or ordinary)
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    names = [name for name, key in DEFAULT_KEYS.items() if key == text]
    path = user_file()
    if not names or not path.is_file():
        return sequence
    return QKeySequence(own_keys(path)[names[0]])
