"""Asking before something is lost, without stopping the program meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask(
    parent: QWidget, title: str, text: str, detail: str, *, yes: str, no: str, on_yes: Callable[[], None]
) -> QMessageBox:
    """Open a question over a window and return at once; Enter and Escape mean no.

    Args:
        parent: Some widget of the window.
        title: Of the question's window.
        text: The question.
        detail: What is at stake.
        yes: The button that loses something, with its mnemonic.
        no: The button that keeps it.
        on_yes: Called when the first was chosen.
    """
    box = QMessageBox(parent.window())
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(detail)
    destroy = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    for button, words in ((destroy, yes), (keep, no)):
        button.setAccessibleName(words.replace("&", ""))
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    destroy.clicked.connect(lambda: on_yes())
    box.open()
    return box
