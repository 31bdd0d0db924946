"""The one place for errors: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


@dataclass(frozen=True)
class Message:
    """One error.

    Attributes:
        text: What happened.
        hint: What to do about it.
        action: Words of a button that does it; empty for none.
        act: What that button does.
    """

    text: str
    hint: str = ""
    action: str = ""
    act: Callable[[], None] | None = None


class MessageArea(QFrame):
    """Shows the newest message; the ones below it appear as those above are dismissed or solved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageArea")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._messages: dict[str, Message] = {}
        self._text = QLabel(wordWrap=True)
        self._hint = QLabel(wordWrap=True)
        for label in (self._text, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self._text.setAccessibleName(self.tr("What happened"))
        self._hint.setAccessibleName(self.tr("What to do"))
        bold = self._text.font()
        bold.setBold(True)
        self._text.setFont(bold)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._act)
        self.dismiss_button = QPushButton(self.tr("Dismiss"))
        self.dismiss_button.setAccessibleName(self.tr("Dismiss the message"))
        self.dismiss_button.setToolTip(self.tr("Hide this message"))
        self.dismiss_button.clicked.connect(self._dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addLayout(words, 1)
        row.addWidget(self.action_button)
        row.addWidget(self.dismiss_button)
        self.hide()

    @property
    def current(self) -> Message | None:
        """The message shown."""
        return next(reversed(self._messages.values()), None)

    def show_message(self, key: str, message: Message) -> None:
        """Show a message in place of an earlier one of the same key."""
        self._messages.pop(key, None)
        self._messages[key] = message
        self._refresh()
        QAccessible.updateAccessibility(
            QAccessibleAnnouncementEvent(self, f"{message.text} {message.hint}".strip())
        )

    def clear(self, key: str) -> None:
        """Take a message away, because what it says is no longer so."""
        if self._messages.pop(key, None) is not None:
            self._refresh()

    def _dismiss(self) -> None:
        if self._messages:
            self._messages.popitem()
        self._refresh()

    def _act(self) -> None:
        current = self.current
        if current is not None and current.act is not None:
            current.act()

    def _refresh(self) -> None:
        message = self.current
        if message is None:
            self.hide()
            return
        self._text.setText(message.text)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self.action_button.setText(message.action)
        self.action_button.setAccessibleName(message.action)
        self.action_button.setToolTip(message.hint)
        self.action_button.setVisible(message.act is not None)
        self.show()
