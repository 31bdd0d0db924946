from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence

from asr_app.gui.main_window import MainWindow
from asr_app.settings.place import user_file
from asr_app.settings.shortcuts import DEFAULT_KEYS


def keys_of(window: MainWindow) -> set[str]:
    portable = QKeySequence.SequenceFormat.PortableText
    return {action.shortcut().toString(portable) for action in window.actions()}


def test_every_command_of_the_window_has_its_setting(make_window: Callable[[], MainWindow]) -> None:
    assert keys_of(make_window()) == set(DEFAULT_KEYS.values())


def test_a_key_the_person_has_set_takes_the_place_of_the_ordinary_one(
    make_window: Callable[[], MainWindow],
) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text('[shortcuts]\ndictate = "Ctrl+Alt+D"\ncopy_text = ""\n', encoding="utf-8")
    ordinary = set(DEFAULT_KEYS.values())
    assert keys_of(make_window()) == ordinary - {"F9", "Ctrl+Shift+C"} | {"Ctrl+Alt+D", ""}
