"""The way from any thread into the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 33


class Mailbox(QObject):
    """Calls functions in the GUI thread for threads that may not touch Qt.

    A timer looks 30 times a second, so that posting touches no Qt object and a burst of posts costs one
    turn of the event loop. Posts are delivered in order.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posts: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._deliver)
        self._timer.start()
        self._is_open = True

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` called in the GUI thread soon; any thread may post."""
        self._posts.put(call)

    def close(self) -> None:
        """Deliver nothing any more."""
        self._is_open = False
        self._timer.stop()

    def _deliver(self) -> None:
        # What the calls themselves post waits for the next turn, so that the window stays responsive.
        for _ in range(self._posts.qsize()):
            if not self._is_open:
                return
            try:
                call = self._posts.get_nowait()
            except Empty:
                return
            call()
