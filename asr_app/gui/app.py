"""Opening the window."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from asr_app.gui.engine import real_engine
from asr_app.gui.main_window import MainWindow
from asr_app.gui.start_clock import since_start_s
from asr_app.gui.theme import theme_keeper

_PACKAGE = Path(__file__).resolve().parents[1]
_ICON_PLACES = (_PACKAGE.parent / "assets" / "icons", _PACKAGE / "assets" / "icons")
_SIGNAL_CHECK_MS = 250


def run_window(files: Sequence[Path] = (), measure_start: Path | None = None) -> int:
    """Open the window and stay until it is closed.

    The model is loaded in a worker thread once the window has been painted; until then torch is not imported.

    Args:
        files: Recordings and folders to transcribe at once.
        measure_start: Write `{"window_visible_s", "ready_to_dictate_s"}`, seconds since the process was
            started (or since `ASR_APP_START_TIME`), into this JSON file and quit; the second is null when the
            model could not be loaded.

    Returns:
        Exit status.
    """
    application = _application()
    window = MainWindow(real_engine())
    window.painted.connect(lambda: window.begin(files))
    measurement = _StartMeasurement(window, measure_start) if measure_start is not None else None
    window.show()
    interrupts = _heed_interrupts(window)
    status = application.exec()
    interrupts.stop()
    return measurement.status if measurement is not None else status


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(sys.argv[:1])
    application.setApplicationName("asr-app")
    application.setDesktopFileName("asr-app")
    icon = next((path for place in _ICON_PLACES for path in sorted(place.glob("*.svg"))), None)
    if icon is not None:
        application.setWindowIcon(QIcon(str(icon)))
    theme_keeper()
    return application


def _heed_interrupts(window: MainWindow) -> QTimer:
    """Let Ctrl+C in the terminal close the window: Python hears signals only when it runs now and then."""
    signal.signal(signal.SIGINT, lambda *_: window.close_at_once())
    timer = QTimer(window)
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNAL_CHECK_MS)
    return timer


class _StartMeasurement(QObject):
    """Takes the times of the start, has them written in a worker, and closes the window."""

    def __init__(self, window: MainWindow, target: Path) -> None:
        super().__init__(window)
        self._window = window
        self._target = target
        self._visible_s: float | None = None
        self.status = 1
        window.painted.connect(self._note_visible)
        window.ready.connect(lambda: self._write(since_start_s()))
        window.unusable.connect(lambda: self._write(None))

    def _note_visible(self) -> None:
        self._visible_s = since_start_s()

    def _write(self, ready_s: float | None) -> None:
        figures = {"window_visible_s": self._visible_s, "ready_to_dictate_s": ready_s}

        def work() -> None:
            self._target.write_text(json.dumps(figures) + "\n", encoding="utf-8")

        def done(_: None) -> None:
            self.status = 0 if ready_s is not None else 1
            self._window.close_at_once()

        self._window.workers.run("write figures", work, done, lambda _: self._window.close_at_once())
