"""Brings an utterance's arrays into the inspector: its own, or those computed again from the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from asr_app.errors import AsrAppError
from asr_app.gui.engine import Engine, RecognizerLike
from asr_app.gui.file_queue import FileJob
from asr_app.gui.workers import Workers
from asr_app.transcription.types import Segment

if TYPE_CHECKING:
    from asr_app.gui.inspector.inspector import Inspector


class InspectionFeed(QObject):
    """Decides what the inspector shows.

    The arrays of a recording are not kept, as those of an hour would take hundreds of megabytes: the
    utterance chosen is computed again, one at a time, and only the newest wish is fulfilled.

    Attributes:
        inspector: Where they are drawn; None until there is one.
    """

    def __init__(self, engine: Engine, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._workers = workers
        self._recognizer: RecognizerLike | None = None
        self.inspector: Inspector | None = None
        self._wish: tuple[FileJob, Segment] | None = None
        self._working = False

    def use_recognizer(self, recognizer: RecognizerLike) -> None:
        """From now on arrays can be computed."""
        self._recognizer = recognizer

    def use_inspector(self, inspector: Inspector) -> None:
        """From now on arrays can be drawn."""
        self.inspector = inspector

    def choose(self, segment: Segment, job: FileJob | None) -> None:
        """Show an utterance; `job` names the recording it comes from, None the dictation."""
        if self.inspector is None:
            return
        if segment.inspection is not None:
            self._wish = None
            self.inspector.show_arrays(segment.inspection)
        elif job is None:
            self._wish = None
            self.inspector.clear(self.tr("The pictures of this utterance are too old and were not kept."))
        else:
            self._wish = (job, segment)
            self.inspector.clear(self.tr("Computing the pictures of this utterance …"))
            self._work()

    def _work(self) -> None:
        recognizer, wish = self._recognizer, self._wish
        if recognizer is None or wish is None or self._working:
            return
        self._working = True
        job, segment = wish
        self._workers.run(
            "inspect",
            lambda: self._engine.inspect(recognizer, job.path, segment.start_s, segment.end_s),
            lambda result: self._take(wish, result),
            lambda error: self._fail(wish, error),
        )

    def _take(self, wish: tuple[FileJob, Segment], result: Segment) -> None:
        self._working = False
        if wish is self._wish and self.inspector is not None and result.inspection is not None:
            self._wish = None
            self.inspector.show_arrays(result.inspection)
        else:
            self._work()

    def _fail(self, wish: tuple[FileJob, Segment], error: AsrAppError) -> None:
        self._working = False
        if wish is self._wish and self.inspector is not None:
            self._wish = None
            self.inspector.clear(self.tr("No pictures: {error}").format(error=error))
        else:
            self._work()
