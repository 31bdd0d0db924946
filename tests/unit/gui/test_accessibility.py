from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLabel,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from asr_app.gui.file_queue import JobState
from asr_app.gui.main_window import MainWindow
from tests.unit.gui.fakes import FakeEngine, segment

CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QGraphicsView, QTabBar, QTextEdit)


@pytest.fixture
def full(ready: MainWindow, fake: FakeEngine, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window that shows everything it can: a recording's text, pictures, a message."""
    fake.recognizer.go_on.set()
    (tmp_path / "talk.wav").write_bytes(b"RIFF")
    ready.add_files([tmp_path / "talk.wav"])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].state is JobState.DONE)
    ready.tabs.dictation.add_segment(segment("some dictated words"))
    ready.tabs.copy()
    ready.files_panel.choose(ready.queue.jobs[0])
    ready.tabs.show_job(ready.queue.jobs[0])
    inspector = ready.inspector
    assert inspector is not None
    qtbot.waitUntil(lambda: inspector.arrays is not None)
    fake.microphones.clear()
    ready.microphones.look_again()
    qtbot.waitUntil(ready.messages.isVisible)
    return ready


def controls_of(window: MainWindow) -> list[QWidget]:
    """What can be operated, without the parts Qt puts inside (scroll buttons, a combo box's list)."""
    found = [each for each in window.findChildren(QWidget) if isinstance(each, CONTROLS)]
    return [each for each in found if each.isVisible() and not isinstance(each.parentWidget(), QComboBox)]


def test_every_control_has_an_accessible_name_and_a_tooltip_or_description(full: MainWindow) -> None:
    controls = controls_of(full)
    assert len(controls) >= 12
    nameless = [str(each) for each in controls if not each.accessibleName() and not _is_scroll_button(each)]
    assert nameless == []
    unexplained = [
        each.accessibleName()
        for each in controls
        if isinstance(each, QAbstractButton | QComboBox)
        and not each.toolTip()
        and not _is_scroll_button(each)
    ]
    assert unexplained == []


def _is_scroll_button(widget: QWidget) -> bool:
    """Whether it is an arrow that Qt adds to a crowded tab bar, whose names Qt gives."""
    return isinstance(widget.parentWidget(), QTabBar) and widget.objectName().startswith("Scroll")


def test_every_enabled_control_is_reached_with_the_tab_key(full: MainWindow, qtbot: QtBot) -> None:
    full.activateWindow()
    wanted = {
        each
        for each in controls_of(full)
        if each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and not _is_scroll_button(each)
    }
    full.messages.dismiss_button.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is full.messages.dismiss_button)
    reached: list[QWidget] = []
    while (focus := QApplication.focusWidget()) is not None and focus not in reached:
        reached.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert {each.accessibleName() for each in wanted - set(reached)} == set(), reached


def test_every_control_can_take_the_focus(full: MainWindow) -> None:
    mouse_only = [
        each.accessibleName()
        for each in controls_of(full)
        if not each.focusPolicy() & Qt.FocusPolicy.TabFocus and not _is_scroll_button(each)
    ]
    assert mouse_only == []


def test_labels_with_a_mnemonic_have_a_buddy(full: MainWindow) -> None:
    for label in full.findChildren(QLabel):
        if "&" in label.text().replace("&&", ""):
            assert label.buddy() is not None, label.text()


def test_mnemonics_do_not_collide(full: MainWindow) -> None:
    texts = [each.text() for each in full.findChildren(QAbstractButton) if each.isVisible()]
    texts += [each.text() for each in full.findChildren(QLabel) if each.buddy() is not None]
    letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
    assert len(letters) == len(set(letters)), letters


@pytest.mark.parametrize("size", [(800, 600), (1280, 800)])
def test_no_word_on_a_button_is_cut(full: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    full.resize(*size)
    qtbot.waitUntil(lambda: (full.width(), full.height()) == size)
    QApplication.processEvents()
    for button in full.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and not _is_scroll_button(button):
            need = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
            assert need <= button.width(), button.text()
