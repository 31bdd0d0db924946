from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from asr_app.gui.dictation_controller import Phase
from asr_app.gui.main_window import MainWindow
from asr_app.gui.theme import theme_keeper
from tests.unit.gui.fakes import FakeEngine


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> Iterator[None]:
    theme_keeper()
    yield
    # What is left of a window must not be destroyed by a thread of a later test.
    gc.collect()


@pytest.fixture
def fake() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def make_window(fake: FakeEngine, qtbot: QtBot) -> Callable[[], MainWindow]:
    """Makes a window over the fake engine, on screen but not yet at work; it is closed after the test."""

    def close(window: MainWindow) -> None:
        fake.model_may_load.set()
        fake.recognizer.go_on.set()
        window.close_at_once()

    def make() -> MainWindow:
        window = MainWindow(fake.engine())
        qtbot.addWidget(window, before_close_func=close)
        with qtbot.waitExposed(window):
            window.show()
        return window

    return make


@pytest.fixture
def ready(make_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    """A window whose model, microphones and inspector are there."""
    window = make_window()
    window.begin()
    qtbot.waitUntil(
        lambda: (
            window.inspector is not None
            and window.controller.phase is Phase.IDLE
            and window.dictation_panel.picker.has_devices
        )
    )
    return window
