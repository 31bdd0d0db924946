"""Offering dictations that were interrupted: transcribe them, keep their sound, or delete it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from asr_app.errors import AsrAppError
from asr_app.gui.file_queue import FileJob, FileQueue, JobState
from asr_app.gui.formatting import clock
from asr_app.gui.live_engine import LiveEngine
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.workers import Workers

if TYPE_CHECKING:
    from asr_app.session.store import StoredSession


class RecoveryOffer(QObject):
    """Looks for interrupted dictations at the start, and asks about one after the other.

    Attributes:
        question: The open question, or None.
    """

    def __init__(
        self, engine: LiveEngine, workers: Workers, queue: FileQueue, messages: MessageArea, window: QWidget
    ) -> None:
        super().__init__(window)
        self._engine = engine
        self._workers = workers
        self._queue = queue
        self._messages = messages
        self._window = window
        self._sessions: list[StoredSession] = []
        self._transcribed: dict[Path, StoredSession] = {}
        self.question: QMessageBox | None = None
        queue.job_finished.connect(self._take_job)

    def look(self) -> None:
        """Look on the disk, in a worker."""
        self._workers.run("look for interrupted", self._engine.interrupted, self._take, self._show_error)

    def dismiss(self) -> None:
        """Take the question back; it comes again with the next start."""
        self._sessions = []
        if self.question is not None:
            self.question.reject()

    def _take(self, sessions: list[StoredSession]) -> None:
        self._sessions = list(sessions)
        self._ask_next()

    def _ask_next(self) -> None:
        if not self._sessions:
            return
        session = self._sessions.pop()  # the newest first
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Interrupted dictation"))
        box.setText(self.tr("A dictation was interrupted. What shall become of it?"))
        detail = self.tr("It began {when} and holds {length} of sound. Nothing is removed unless you say so.")
        started = QDateTime.fromSecsSinceEpoch(int(session.started.timestamp()))
        when = QLocale().toString(started, QLocale.FormatType.ShortFormat)
        box.setInformativeText(detail.format(when=when, length=clock(session.duration_s)))
        transcribe = box.addButton(self.tr("&Transcribe it"), QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton(self.tr("&Keep the sound"), QMessageBox.ButtonRole.ActionRole)
        delete = box.addButton(self.tr("&Delete it"), QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton(self.tr("Ask &later"), QMessageBox.ButtonRole.RejectRole)
        for button in (transcribe, keep, delete, later):
            button.setAccessibleName(button.text().replace("&", ""))
        box.setDefaultButton(transcribe)
        box.setEscapeButton(later)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        acts: dict[QAbstractButton, Callable[[], None]] = {
            transcribe: partial(self._transcribe, session),
            keep: partial(self._change, self._engine.keep, session, self.tr("The sound is kept: {place}")),
            delete: partial(self._change, self._engine.delete, session, ""),
        }
        box.finished.connect(partial(self._take_answer, box, acts))
        self.question = box
        box.open()

    def _take_answer(
        self, box: QMessageBox, acts: dict[QAbstractButton, Callable[[], None]], _result: int
    ) -> None:
        self.question = None
        act = acts.get(box.clickedButton())
        if act is None:
            self._sessions.clear()  # later, and so are the others
        else:
            act()
        self._ask_next()

    def _transcribe(self, session: StoredSession) -> None:
        self._transcribed[session.audio] = session
        self._queue.add([session.audio])

    def _take_job(self, job: FileJob) -> None:
        session = self._transcribed.pop(job.path, None)
        if session is not None and job.state is JobState.DONE and job.transcript is not None:
            note = partial(self._engine.recovered, session, job.transcript)
            self._workers.run("note recovered", note, lambda _: None, self._show_error)

    def _change(
        self,
        change: Callable[[StoredSession], object],
        session: StoredSession,
        told: str,
    ) -> None:
        def done(_: object) -> None:
            if told:
                self._messages.show_message("recovery", Message(told.format(place=session.audio)))

        self._workers.run("change recording", lambda: change(session), done, self._show_error)

    def _show_error(self, error: AsrAppError) -> None:
        self._messages.show_message("recovery", Message(error.message, error.hint))
