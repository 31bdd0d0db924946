"""The blocks of a text document, each known by a number of its own."""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

UNUSED = -1
"""The number (Qt's user state) of a block that nobody has taken: the one of an empty document."""


class TranscriptBlocks:
    """Adds, changes and removes whole blocks; a block's number is its user state.

    Editing never moves a text cursor that a person has put elsewhere.
    """

    def __init__(self, document: QTextDocument) -> None:
        self._document = document

    def find(self, number: int) -> QTextBlock:
        """The block of a number, an invalid one when there is none; the newest are found fastest."""
        block = self._document.lastBlock()
        while block.isValid() and block.userState() != number:
            block = block.previous()
        return block

    def add(self, number: int, layout: QTextBlockFormat) -> None:
        """Add an empty block at the end."""
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if cursor.block().userState() != UNUSED:
            cursor.insertBlock()
        cursor.setBlockFormat(layout)
        cursor.block().setUserState(number)

    def renumber(self, number: int, new_number: int) -> None:
        """Give a block another number."""
        self.find(number).setUserState(new_number)

    def replace_text(self, number: int, text: str, style: QTextCharFormat) -> None:
        """Replace only what differs, so that nothing flickers and a selection survives."""
        block = self.find(number)
        old = block.text()
        pairs = enumerate(zip(old, text, strict=False))
        kept = next((index for index, (before, now) in pairs if before != now), min(len(old), len(text)))
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + kept)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[kept:], style)

    def restyle(self, number: int, style: QTextCharFormat) -> None:
        """Give all of a block's text another look."""
        cursor = QTextCursor(self.find(number))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(style)

    def remove(self, number: int) -> None:
        """Remove a block; the numbers of the others stay."""
        block = self.find(number)
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        # Of two blocks that become one, the neighbour's number is the one to keep.
        if block.next().isValid():
            neighbour = block.next().userState()
            cursor.deleteChar()
        elif block.previous().isValid():
            neighbour = block.previous().userState()
            cursor.deletePreviousChar()
        else:
            neighbour = UNUSED
        cursor.block().setUserState(neighbour)
