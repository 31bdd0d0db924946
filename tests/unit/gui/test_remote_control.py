from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pytestqt.qtbot import QtBot

from asr_app.errors import RemoteError
from asr_app.gui.dictation_controller import Phase
from asr_app.gui.main_window import MainWindow
from asr_app.session.remote import RemoteAnswer, RemoteCommand, RemoteListener, ask_running_program
from tests.unit.gui.fakes import FakeEngine


def ask(command: RemoteCommand, qtbot: QtBot) -> RemoteAnswer:
    """Ask as another program does, once the window listens, with the window's event loop running."""

    def until_it_listens() -> RemoteAnswer:
        for _ in range(500):
            try:
                return ask_running_program(command)
            except RemoteError:
                stop.wait(0.02)
        raise AssertionError("the window does not listen")

    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(until_it_listens)
        qtbot.waitUntil(answer.done, timeout=20_000)
        return answer.result()


def test_the_window_starts_and_stops_when_told(ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
    assert ask(RemoteCommand.TOGGLE, qtbot) == RemoteAnswer(True, "Dictation starts.")
    qtbot.waitUntil(lambda: ready.controller.phase is Phase.LISTENING)
    assert ask(RemoteCommand.START, qtbot) == RemoteAnswer(True, "It is dictating already.")
    assert ask(RemoteCommand.STOP, qtbot).done
    qtbot.waitUntil(lambda: ready.controller.phase is Phase.FINISHING)
    assert fake.session is not None
    assert fake.session.commands == ["start", "stop"]


def test_it_asks_before_it_discards(ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
    assert not ask(RemoteCommand.CANCEL, qtbot).done
    ask(RemoteCommand.START, qtbot)
    qtbot.waitUntil(lambda: ready.controller.phase is Phase.LISTENING)
    assert ask(RemoteCommand.CANCEL, qtbot).done
    qtbot.waitUntil(lambda: ready.dictation_panel.question is not None)
    assert fake.session is not None
    assert fake.session.commands == ["start"]
    ready.dictation_panel.close_question()


def test_beside_another_program_it_goes_without(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    with RemoteListener(lambda command: RemoteAnswer(True, "mine")):
        window = make_window()
        window.begin()
        qtbot.waitUntil(lambda: window.controller.phase is Phase.IDLE)
        assert ask(RemoteCommand.TOGGLE, qtbot).says == "mine"
