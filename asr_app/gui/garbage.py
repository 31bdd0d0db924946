"""Python's cyclic garbage is collected in the GUI thread only, while a window is open.

Otherwise a worker's allocations may start a collection in that worker, which then destroys Qt objects that
belong to the GUI thread, and the program crashes (pyqtgraph's `GarbageCollector` exists for the same reason).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS = 500


class GuiThreadCollector(QObject):
    """Takes the collecting over from Python's automatic until `give_back`."""

    _holders = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self._collect_when_due)
        self._holds = True
        GuiThreadCollector._holders += 1
        gc.disable()
        self._timer.start()

    def give_back(self) -> None:
        """Collect a last time and leave it to Python again, once no other window is open."""
        if not self._holds:
            return
        self._holds = False
        self._timer.stop()
        gc.collect()
        GuiThreadCollector._holders -= 1
        if GuiThreadCollector._holders == 0:
            gc.enable()

    def _collect_when_due(self) -> None:
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
