"""What a test must not leave behind: running threads and open windows."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

# A thread that was told to stop may need a moment to do so; one that was not told never will.
GRACE_S = 2.0


def running_threads() -> set[threading.Thread]:
    """The Python threads alive now, without those that foreign code (PortAudio, Qt) lent to Python."""
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def left_threads(before: set[threading.Thread]) -> list[str]:
    """Describe the threads alive now that were not in `before`, after a short grace."""
    deadline_s = time.monotonic() + GRACE_S
    started = running_threads() - before
    for thread in started:
        thread.join(max(0.0, deadline_s - time.monotonic()))
    return [f"thread {t.name!r} is still running" for t in started if t.is_alive()]


def _of_type(kind: type) -> Iterator[Any]:
    for thing in gc.get_objects():
        # A dead weakref proxy raises as soon as its class is asked for.
        if issubclass(type(thing), kind):
            yield thing


def left_qt() -> list[str]:
    """Describe the Qt threads still running and the windows still visible; empty where Qt is not loaded.

    It looks at every object there is, which takes a while: for tests that use Qt.
    """
    core: Any = sys.modules.get("PySide6.QtCore")
    widgets: Any = sys.modules.get("PySide6.QtWidgets")
    if core is None or core.QCoreApplication.instance() is None:
        return []
    is_valid = sys.modules["shiboken6"].isValid
    found = []
    if not core.QThreadPool.globalInstance().waitForDone(int(GRACE_S * 1000)):
        found.append("the global QThreadPool is still working")
    for thread in _of_type(core.QThread):
        if not is_valid(thread) or thread is core.QThread.currentThread():
            continue
        if thread.isRunning() and not thread.wait(int(GRACE_S * 1000)):
            found.append(f"QThread {thread.objectName()!r} is still running")
    if widgets is not None and isinstance(widgets.QApplication.instance(), widgets.QApplication):
        found += [
            f"window {type(w).__name__} is still visible"
            for w in widgets.QApplication.topLevelWidgets()
            if w.isVisible()
        ]
    return found
