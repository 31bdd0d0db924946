"""The list of recordings with its commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from asr_app.gui.file_delegate import FileDelegate
from asr_app.gui.file_queue import ACTIVE, JOB_ROLE, FileJob, FileQueue
from asr_app.gui.theme import theme_keeper


class FileListView(QListView):
    """A list that says what to do while it is empty.

    Signals:
        cancel_pressed: The Delete key.
    """

    cancel_pressed = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, or the invitation."""
        super().paintEvent(event)
        if self.model() is None or self.model().rowCount() > 0:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(theme_keeper().current.muted))
        place: QRect = self.viewport().rect().adjusted(16, 16, -16, -16)
        painter.drawText(
            place,
            int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap),
            self.tr("Drop recordings or folders anywhere on the window, or open them with Ctrl+O."),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete cancels."""
        if event.key() == Qt.Key.Key_Delete:
            self.cancel_pressed.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the words anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class FilesPanel(QWidget):
    """Shows a `FileQueue`.

    Attributes:
        view: The list.

    Signals:
        open_wanted: Recordings should be chosen.
        text_wanted: Carries the `FileJob` whose text should be shown.
    """

    open_wanted = Signal()
    text_wanted = Signal(object)

    def __init__(self, queue: FileQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.view = FileListView()
        self.view.setModel(queue)
        self.view.setItemDelegate(FileDelegate(self.view, queue))
        self.view.setAcceptDrops(False)
        self.view.viewport().setAcceptDrops(False)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Recordings"))
        self.view.setAccessibleDescription(self.tr("Enter shows the text, Delete cancels."))
        self.view.activated.connect(lambda index: self._show(index))
        self.view.cancel_pressed.connect(self.cancel_chosen)
        self.open_button = self._button(
            self.tr("&Open …"), self.tr("Choose recordings to transcribe (Ctrl+O)"), self.open_wanted.emit
        )
        self.show_button = self._button(
            self.tr("Show &text"), self.tr("Show the text of the chosen recording (Enter)"), self.show_chosen
        )
        self.cancel_button = self._button(
            self.tr("&Cancel"),
            self.tr("Stop the chosen recording; its text so far is kept (Delete)"),
            self.cancel_chosen,
        )
        self.clear_button = self._button(
            self.tr("C&lear"), self.tr("Remove the finished recordings from the list"), queue.clear_finished
        )
        self._build()
        for changed in (queue.dataChanged, queue.rowsInserted, queue.rowsRemoved, queue.modelReset):
            changed.connect(self._refresh)
        queue.rows_resized.connect(self.view.scheduleDelayedItemsLayout)
        self.view.selectionModel().currentChanged.connect(self._refresh)
        self._refresh()

    @property
    def chosen(self) -> FileJob | None:
        """The job of the current row."""
        index = self.view.currentIndex()
        return index.data(JOB_ROLE) if index.isValid() else None

    def choose(self, job: FileJob) -> None:
        """Make a job's row the current one."""
        self.view.setCurrentIndex(self._queue.index(self._queue.jobs.index(job)))

    def show_chosen(self) -> None:
        """Ask for the text of the current row."""
        self._show(self.view.currentIndex())

    def cancel_chosen(self) -> None:
        """Cancel the current row."""
        if self.chosen is not None:
            self._queue.cancel(self.chosen)

    def _show(self, index: QModelIndex) -> None:
        job: FileJob | None = index.data(JOB_ROLE) if index.isValid() else None
        if job is not None and job.has_text:
            self.text_wanted.emit(job)

    def _refresh(self) -> None:
        job = self.chosen
        self.show_button.setEnabled(job is not None and job.has_text)
        self.cancel_button.setEnabled(job is not None and job.state in ACTIVE and not job.cancelled.is_set())
        self.clear_button.setEnabled(any(job.state not in ACTIVE for job in self._queue.jobs))

    def _button(self, text: str, tip: str, command: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleName(text.replace("&", "").replace(" …", ""))
        button.setAccessibleDescription(tip)
        button.clicked.connect(lambda: command())
        return button

    def _build(self) -> None:
        title = QLabel(self.tr("&Recordings"))
        title.setBuddy(self.view)
        header = QHBoxLayout()
        header.addWidget(title, 1)
        header.addWidget(self.open_button)
        commands = QGridLayout()
        for column, button in enumerate((self.show_button, self.cancel_button, self.clear_button)):
            commands.addWidget(button, 0, column)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(header)
        rows.addWidget(self.view, 1)
        rows.addLayout(commands)
