"""The recordings to be transcribed, one after the other."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from asr_app.errors import AsrAppError
from asr_app.gui.engine import Engine, ProgressLike, RecognizerLike
from asr_app.gui.formatting import clock
from asr_app.gui.workers import Workers
from asr_app.transcription.types import Segment, Transcript

Index = QModelIndex | QPersistentModelIndex
JOB_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class JobState(Enum):
    """Where a recording is on its way to text."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING})


@dataclass(eq=False)
class FileJob:
    """One recording.

    Attributes:
        path: The file.
        state: Where it is.
        done_s: Seconds of sound done.
        total_s: Seconds of sound altogether, when known.
        elapsed_s: Seconds of work so far.
        segments: The text so far.
        transcript: The result.
        warnings: Sentences about what was damaged.
        error: Why it failed.
        cancelled: Set to stop it.
    """

    path: Path
    state: JobState = JobState.WAITING
    done_s: float = 0.0
    total_s: float | None = None
    elapsed_s: float = 0.0
    segments: list[Segment] = field(default_factory=list)
    transcript: Transcript | None = None
    warnings: list[str] = field(default_factory=list)
    error: AsrAppError | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def has_text(self) -> bool:
        """Whether there is something to open."""
        return self.transcript is not None or bool(self.segments)

    @property
    def fraction(self) -> float | None:
        """How much is done, 0 to 1; None when the length is unknown."""
        if self.state is JobState.DONE:
            return 1.0
        return min(1.0, self.done_s / self.total_s) if self.total_s else None

    @property
    def left_s(self) -> float | None:
        """Seconds of work left at the speed measured so far; None before there is a measurement."""
        if not self.total_s or self.done_s <= 0 or self.elapsed_s <= 0:
            return None
        return max(0.0, self.total_s - self.done_s) * self.elapsed_s / self.done_s


class FileQueue(QAbstractListModel):
    """The list of recordings, and what works through it once there is a recogniser.

    Signals:
        segment_done: Carries the `FileJob` and its next `Segment`.
        job_finished: Carries the `FileJob`, however it ended.
        rows_resized: A row says something else now and may need another height.
    """

    segment_done = Signal(object, object)
    job_finished = Signal(object)
    rows_resized = Signal()

    def __init__(self, engine: Engine, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = workers
        self._recognizer: RecognizerLike | None = None
        self.jobs: list[FileJob] = []

    # -- commands -------------------------------------------------------------------------------------

    def use_recognizer(self, recognizer: RecognizerLike) -> None:
        """Begin to work."""
        self._recognizer = recognizer
        self._start_next()

    def add(self, paths: list[Path]) -> None:
        """Add recordings at the end; one that already waits or runs is not added twice."""
        active = {job.path for job in self.jobs if job.state in ACTIVE}
        fresh = [path for path in dict.fromkeys(paths) if path not in active]
        if not fresh:
            return
        first = len(self.jobs)
        self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
        self.jobs += [FileJob(path) for path in fresh]
        self.endInsertRows()
        self._start_next()

    def cancel(self, job: FileJob) -> None:
        """Stop a recording; its text so far stays."""
        if job.state is JobState.WAITING:
            job.state = JobState.CANCELLED
            self._changed(job)
            self.job_finished.emit(job)
        elif job.state is JobState.RUNNING:
            job.cancelled.set()
            self._changed(job)

    def cancel_all(self) -> None:
        """Stop everything."""
        for job in list(self.jobs):
            self.cancel(job)

    def clear_finished(self) -> None:
        """Remove the rows that neither wait nor run."""
        for row in reversed(range(len(self.jobs))):
            if self.jobs[row].state not in ACTIVE:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.jobs[row]
                self.endRemoveRows()

    @property
    def is_busy(self) -> bool:
        """Whether anything waits or runs."""
        return any(job.state in ACTIVE for job in self.jobs)

    # -- work -----------------------------------------------------------------------------------------

    def _start_next(self) -> None:
        recognizer = self._recognizer
        if recognizer is None or any(job.state is JobState.RUNNING for job in self.jobs):
            return
        job = next((job for job in self.jobs if job.state is JobState.WAITING), None)
        if job is None:
            return
        job.state = JobState.RUNNING
        self._changed(job)
        post = self._workers.mailbox.post

        def heard(segment: Segment) -> None:
            self._engine.written.read(segment)
            post(lambda: self._take_segment(job, segment))

        def work() -> Transcript:
            return recognizer.transcribe(
                job.path,
                cancelled=job.cancelled,
                on_progress=lambda progress: post(lambda: self._take_progress(job, progress)),
                on_segment=heard,
                on_warning=lambda warning: post(lambda: job.warnings.append(warning)),
            )

        self._workers.run(
            f"transcribe {job.path.name}",
            work,
            lambda transcript: self._take_result(job, transcript),
            lambda error: self._take_error(job, error),
        )

    def _take_progress(self, job: FileJob, progress: ProgressLike) -> None:
        job.done_s, job.total_s, job.elapsed_s = progress.done_s, progress.total_s, progress.elapsed_s
        self._progressed(job)

    def _take_segment(self, job: FileJob, segment: Segment) -> None:
        job.segments.append(segment)
        self.segment_done.emit(job, segment)

    def _take_result(self, job: FileJob, transcript: Transcript) -> None:
        job.transcript = transcript
        job.segments = list(transcript.segments)
        job.warnings = list(transcript.warnings)
        job.done_s = transcript.duration_s
        job.total_s = transcript.duration_s if transcript.complete else job.total_s
        self._finish(job, JobState.DONE if transcript.complete else JobState.CANCELLED)

    def _take_error(self, job: FileJob, error: AsrAppError) -> None:
        job.error = error
        self._finish(job, JobState.CANCELLED if job.cancelled.is_set() else JobState.FAILED)

    def _finish(self, job: FileJob, state: JobState) -> None:
        job.state = state
        self._changed(job)
        self.job_finished.emit(job)
        self._start_next()

    # -- model ----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of recordings."""
        return 0 if parent is not None and parent.isValid() else len(self.jobs)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Name, full path as tooltip, one sentence for screen readers, and the job itself."""
        if not index.isValid():
            return None
        job = self.jobs[index.row()]
        if role == JOB_ROLE:
            return job
        if role == Qt.ItemDataRole.DisplayRole:
            return job.path.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join([str(job.path), *job.warnings])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{job.path.name}: {self.state_text(job)}"
        return None

    def state_text(self, job: FileJob) -> str:
        """What a row says below the name."""
        done = clock(job.done_s)
        if job.state is JobState.WAITING:
            if self._recognizer is None:
                return self.tr("Waiting for the model")
            return self.tr("Waiting")
        if job.state is JobState.RUNNING:
            return self._running_text(job, done)
        if job.state is JobState.CANCELLED:
            if job.has_text and job.done_s > 0:
                return self.tr("Cancelled at {done}; the text so far is kept").format(done=done)
            return self.tr("Cancelled")
        if job.state is JobState.FAILED:
            return str(cast(AsrAppError, job.error))
        if not any(segment.words for segment in job.segments):
            return self.tr("Done: no speech found in {done}").format(done=done)
        if job.warnings:
            return self.tr("Done, {done}. {warning}").format(done=done, warning=job.warnings[0])
        return self.tr("Done, {done}").format(done=done)

    def _running_text(self, job: FileJob, done: str) -> str:
        if job.cancelled.is_set():
            return self.tr("Cancelling …")
        if job.total_s is None:
            return self.tr("{done} so far").format(done=done)
        text = self.tr("{done} of {total}").format(done=done, total=clock(job.total_s))
        if job.left_s is not None:
            text += " · " + self.tr("{left} left").format(left=clock(job.left_s + 0.5))
        return text

    def _changed(self, job: FileJob) -> None:
        if job in self.jobs:
            index = self.index(self.jobs.index(job))
            self.dataChanged.emit(index, index)
            self.rows_resized.emit()

    def _progressed(self, job: FileJob) -> None:
        if job in self.jobs:
            index = self.index(self.jobs.index(job))
            self.dataChanged.emit(index, index)
