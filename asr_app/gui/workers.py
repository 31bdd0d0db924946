"""Work outside the GUI thread: a plain thread for each piece, its outcome delivered into the GUI thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject

from asr_app.errors import AsrAppError
from asr_app.gui.mailbox import Mailbox

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Workers(QObject):
    """Starts threads and brings what they give back into the GUI thread.

    Attributes:
        mailbox: Carries the outcomes; long work may post its progress through it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox(self)
        self._threads: list[threading.Thread] = []

    def run(
        self,
        name: str,
        work: Callable[[], T],
        on_done: Callable[[T], None],
        on_error: Callable[[AsrAppError], None],
    ) -> None:
        """Do `work` in a thread of its own.

        Args:
            name: The thread's name, for debuggers.
            work: Touches no Qt object. Any exception it raises reaches `on_error` as an `AsrAppError`.
            on_done: Called in the GUI thread with the result.
            on_error: Called in the GUI thread instead when the work failed.
        """

        def body() -> None:
            try:
                result = work()
            except AsrAppError as error:
                self.mailbox.post(partial(on_error, error))
            except Exception as error:
                self.mailbox.post(partial(_report_unexpected, error, on_error))
            else:
                self.mailbox.post(partial(on_done, result))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=body, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def shut_down(self, timeout_s: float = 10.0) -> None:
        """Deliver nothing any more and wait for the threads, which somebody has told to stop."""
        self.mailbox.close()
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))


def _report_unexpected(error: Exception, on_error: Callable[[AsrAppError], None]) -> None:
    """Write an unforeseen exception to the log and put it into words for the message area."""
    _log.error("unexpected error", exc_info=error)
    message = QCoreApplication.translate("Workers", "Something unexpected went wrong ({kind}: {error}).")
    hint = QCoreApplication.translate("Workers", "Try again; if it happens again, please report it.")
    on_error(AsrAppError(message.format(kind=type(error).__name__, error=error), hint))
