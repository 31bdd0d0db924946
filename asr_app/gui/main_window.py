"""The window: puts the parts side by side and connects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QSplitter, QVBoxLayout, QWidget

from asr_app.errors import AsrAppError
from asr_app.gui.close_guard import CloseGuard
from asr_app.gui.dictation_controller import DictationController, Phase
from asr_app.gui.dictation_display import DictationDisplay
from asr_app.gui.dictation_panel import DictationPanel
from asr_app.gui.drop_overlay import DropOverlay
from asr_app.gui.engine import Engine, RecognizerLike
from asr_app.gui.file_queue import FileQueue
from asr_app.gui.files_panel import FilesPanel
from asr_app.gui.garbage import GuiThreadCollector
from asr_app.gui.inspection_feed import InspectionFeed
from asr_app.gui.live_notices import LiveNotices
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.microphone_search import MicrophoneSearch
from asr_app.gui.own_keys import own_sequence
from asr_app.gui.recovery import RecoveryOffer
from asr_app.gui.remote_control import RemoteControl
from asr_app.gui.status_line import StatusLine
from asr_app.gui.transcript_tabs import TranscriptTabs
from asr_app.gui.vocabulary_keeper import VocabularyKeeper
from asr_app.gui.workers import Workers

if TYPE_CHECKING:
    from asr_app.gui.inspector.inspector import Inspector

_Command = tuple[str, QKeySequence.StandardKey | str, Callable[[], object]]


class MainWindow(QMainWindow):
    """The program's window. `begin` starts the work that it is there for.

    Attributes:
        controller: The dictation.
        queue: The recordings.
        workers: All threads of the window.
        inspector: None until pyqtgraph has been imported, after the first paint.

    Signals:
        painted: The window was painted for the first time.
        ready: The model is loaded and dictation could begin.
        unusable: The model could not be loaded.
    """

    painted = Signal()
    ready = Signal()
    unusable = Signal()

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._collector = GuiThreadCollector(self)
        self._was_painted = False
        self._may_close = False
        self._recognizer: RecognizerLike | None = None
        self._told_warning = ""
        self.workers = Workers(self)
        self.controller = DictationController(engine, self.workers, self)
        self.queue = FileQueue(engine, self.workers, self)
        self.feed = InspectionFeed(engine, self.workers, self)
        self.inspector: Inspector | None = None
        self.messages = MessageArea()
        self.dictation_panel = DictationPanel(self.controller)
        self.tabs = TranscriptTabs(written=engine.written)
        self.files_panel = FilesPanel(self.queue)
        self.status_line = StatusLine()
        self.display = DictationDisplay(self.controller, self.tabs, self.feed, self.status_line, self)
        self.microphones = MicrophoneSearch(engine, self.workers, self.dictation_panel, self.messages, self)
        self.vocabulary = VocabularyKeeper(engine, self.workers, self.controller, self.messages, self)
        self.notices = LiveNotices(engine.live, self.controller, self.messages, self.microphones, self)
        self.recovery = RecoveryOffer(engine.live, self.workers, self.queue, self.messages, self)
        self.remote = RemoteControl(self.controller, self.dictation_panel, self.workers, self)
        self._close_guard = CloseGuard(self, self.controller, self.queue, self.tabs)
        self._build()
        self._connect()
        self._add_commands()
        self.dictation_panel.button.setFocus()

    # -- start and end --------------------------------------------------------------------------------

    def begin(self, files: Sequence[Path] = ()) -> None:
        """Load the model and look for microphones, in workers; transcribe files given with the command."""
        self.workers.run(
            "load model", self._engine.load_recognizer, self._take_recognizer, self._take_no_model
        )
        self.microphones.look()
        self.notices.watch_devices(self.workers)
        self.recovery.look()
        self.remote.begin()
        QTimer.singleShot(0, self._add_inspector)
        if files:
            self.add_files(files)

    def shut_down(self) -> None:
        """Cancel everything and wait for the threads."""
        self.queue.cancel_all()
        self.notices.shut_down()
        self.remote.shut_down()
        self.controller.shut_down()
        self.workers.shut_down()
        self._collector.give_back()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first when something would be lost."""
        if not self._may_close and self._close_guard.what_is_lost():
            event.ignore()
            self._close_guard.ask(self.close_at_once)
            return
        self.dictation_panel.close_question()
        self._close_guard.dismiss()
        self.recovery.dismiss()
        # Out of sight while the threads end.
        self.hide()
        self.shut_down()
        event.accept()

    def close_at_once(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()

    # -- model, microphones, inspector ----------------------------------------------------------------

    def _take_recognizer(self, recognizer: RecognizerLike) -> None:
        self._recognizer = recognizer
        self._show_device()
        self.queue.use_recognizer(recognizer)
        self.feed.use_recognizer(recognizer)
        self.vocabulary.use_recognizer(recognizer)
        self.controller.use_recognizer(recognizer)

    def _show_device(self) -> None:
        """Show what the model runs on, which changes when a graphics card fails."""
        recognizer = self._recognizer
        if recognizer is None:
            return
        self.status_line.show_model(str(recognizer.bundle.name), recognizer.device_name)
        if recognizer.notice != self._told_warning:
            self._told_warning = recognizer.notice
            self.messages.show_message("device", Message(self._told_warning))

    def _take_no_model(self, error: AsrAppError) -> None:
        self.status_line.show_no_model()
        self.controller.give_up()
        self._show_error(error)
        self.unusable.emit()

    def _add_inspector(self) -> None:
        # The import takes half a second, in which the model is being loaded anyway. Not in a worker: it
        # defines Qt classes, for which PySide promises no thread safety.
        from asr_app.gui.inspector.inspector import Inspector

        self.inspector = Inspector()
        sizes = self._vertical.sizes()
        self._vertical.replaceWidget(1, self.inspector)
        self._inspector_place.deleteLater()
        self._vertical.setSizes(sizes)
        self.feed.use_inspector(self.inspector)
        QWidget.setTabOrder(self.files_panel.clear_button, self.inspector)

    def _clear_old_failure(self, phase: Phase) -> None:
        if phase is Phase.OPENING:
            self.messages.clear("dictation")

    def _show_dictation_failure(self, error: AsrAppError) -> None:
        self.messages.show_message("dictation", Message(error.message, error.hint))

    # -- recordings -----------------------------------------------------------------------------------

    def add_files(self, paths: Sequence[Path]) -> None:
        """Transcribe files, and the recordings in folders; the disk is looked at in a worker."""
        chosen = list(paths)

        def take(found: list[Path]) -> None:
            if not found:
                self._show_error(
                    AsrAppError(
                        self.tr("There are no recordings in “{name}”.").format(name=chosen[0].name),
                        self.tr("Choose a folder with audio or video files."),
                    )
                )
            self.queue.add(found)

        self.workers.run("look for files", lambda: self._engine.expand(chosen), take, self._show_error)

    def choose_files(self) -> None:
        """Let recordings be chosen."""
        dialog = QFileDialog(self, self.tr("Open recordings"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(name) for name in names]))
        dialog.open()

    def _show_error(self, error: AsrAppError) -> None:
        self.messages.show_message("general", Message(error.message, error.hint))

    # -- events ---------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Invite files."""
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._overlay.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget the invitation."""
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take files and folders."""
        self._overlay.hide()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.add_files(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space, where no control under the focus wanted it, and Escape."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and not event.modifiers():
            self.dictation_panel.toggle()
        elif event.key() == Qt.Key.Key_Escape:
            self.dictation_panel.ask_to_cancel()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first time."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    # -- construction ---------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowTitle(self.tr("asr-app: speech to text"))
        self.setAcceptDrops(True)
        self.setMinimumSize(640, 480)
        self.resize(1180, 780)
        self.setStatusBar(self.status_line)
        self._inspector_place = QLabel(
            self.tr("Preparing the inspector …"), alignment=Qt.AlignmentFlag.AlignCenter
        )
        self._inspector_place.setProperty("muted", True)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.tabs)
        across.addWidget(self.files_panel)
        across.setStretchFactor(0, 1)
        across.setSizes([760, 320])
        self._vertical = QSplitter(Qt.Orientation.Vertical)
        self._vertical.addWidget(across)
        self._vertical.addWidget(self._inspector_place)
        self._vertical.setSizes([360, 300])
        self._vertical.setStretchFactor(0, 1)
        self._vertical.setStretchFactor(1, 1)
        for splitter in (across, self._vertical):
            splitter.setHandleWidth(10)
            splitter.setChildrenCollapsible(False)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(14, 12, 14, 6)
        column.setSpacing(10)
        column.addWidget(self.dictation_panel)
        column.addWidget(self.messages)
        column.addWidget(self._vertical, 1)
        self.setCentralWidget(centre)
        self._overlay = DropOverlay(self)

    def _connect(self) -> None:
        self.controller.phase_changed.connect(self._clear_old_failure)
        self.controller.failed.connect(self._show_dictation_failure)
        self.controller.became_ready.connect(self.ready)
        self.files_panel.open_wanted.connect(self.choose_files)
        self.files_panel.text_wanted.connect(self.tabs.show_job)
        self.queue.segment_done.connect(self.tabs.add_segment)
        self.queue.job_finished.connect(self.tabs.finish_job)
        self.queue.job_finished.connect(self._show_device)
        self.controller.utterance_finished.connect(self._show_device)
        self.tabs.segment_selected.connect(self.feed.choose)

    def _add_commands(self) -> None:
        commands: tuple[
            tuple[str, QKeySequence | QKeySequence.StandardKey | str, Callable[[], object]], ...
        ] = (
            (self.tr("Start or stop dictation"), "F9", self.dictation_panel.toggle),
            (self.tr("Pause or resume dictation"), "F8", self.controller.pause_or_resume),
            (self.tr("Open recordings"), QKeySequence.StandardKey.Open, self.choose_files),
            (self.tr("Look for microphones"), "F5", self.microphones.look_again),
            (self.tr("Copy the text"), "Ctrl+Shift+C", self.tabs.copy),
            (self.tr("Close the text in front"), "Ctrl+W", self.tabs.close_current),
            (self.tr("Quit"), QKeySequence.StandardKey.Quit, self.close),
        )
        for text, keys, command in commands:
            action = QAction(text, self)
            action.setShortcut(own_sequence(keys))
            action.triggered.connect(lambda _checked=False, command=command: command())
            self.addAction(action)
