"""The way from any thread into the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Qt, QTimer, Signal

INTERVAL_MS = 33


class Mailbox(QObject):
    """Calls functions in the GUI thread for threads that may not touch Qt.

    Posts are delivered in order, together, at most 30 times a second; an empty mailbox wakes nobody.

    Signals:
        _woken: A post came while none was waiting; crosses the threads.
    """

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._posts: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._waiting = False
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._deliver)
        self._woken.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` called in the GUI thread soon; any thread may post. Nothing happens once closed."""
        with self._lock:
            if self._closed:
                return
            self._posts.put(call)
            if not self._waiting:
                self._waiting = True
                self._woken.emit()

    def close(self) -> None:
        """Forget what has not been delivered and everything that is posted later."""
        with self._lock:
            self._closed = True
        self._timer.stop()

    def _deliver(self) -> None:
        with self._lock:
            self._waiting = False
        # What the calls themselves post waits for the next turn, so that the window stays responsive.
        for _ in range(self._posts.qsize()):
            if self._closed:
                return
            try:
                call = self._posts.get_nowait()
            except Empty:
                return
            call()
