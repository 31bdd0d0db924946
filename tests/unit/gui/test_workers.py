from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from asr_app.errors import AsrAppError, MediaError
from asr_app.gui.workers import Workers


def unexpected(outcome: object) -> None:
    raise AssertionError(outcome)


def test_the_result_arrives_in_the_gui_thread(qtbot: QtBot) -> None:
    workers, seen = Workers(), []

    def done(result: str) -> None:
        seen.append((result, threading.current_thread() is threading.main_thread()))

    workers.run("work", lambda: threading.current_thread().name, done, unexpected)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("work", True)]
    workers.shut_down()


def test_a_known_error_arrives_as_it_is(qtbot: QtBot) -> None:
    workers, seen = Workers(), list[AsrAppError]()
    error = MediaError("It is empty.", "Record it again.")

    def fail() -> None:
        raise error

    workers.run("work", fail, unexpected, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [error]
    workers.shut_down()


def test_an_unforeseen_error_is_put_into_words_and_logged(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    workers, seen = Workers(), list[AsrAppError]()

    def fail() -> None:
        raise KeyError("lost")

    workers.run("work", fail, unexpected, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert "KeyError" in seen[0].message
    assert seen[0].hint
    assert "lost" in caplog.text
    workers.shut_down()


def test_posts_keep_their_order(qtbot: QtBot) -> None:
    workers, seen = Workers(), list[int]()

    def work() -> None:
        for number in range(500):
            workers.mailbox.post(lambda number=number: seen.append(number))  # type: ignore[misc]

    workers.run("work", work, lambda _: seen.append(-1), unexpected)
    qtbot.waitUntil(lambda: -1 in seen)
    assert seen == [*range(500), -1]
    workers.shut_down()


def test_after_the_end_nothing_is_delivered_and_no_thread_is_left(qtbot: QtBot) -> None:
    workers, go_on, seen = Workers(), threading.Event(), list[bool]()
    workers.run("work", go_on.wait, seen.append, unexpected)
    go_on.set()
    workers.shut_down()
    with qtbot.waitSignal(workers.destroyed):
        workers.deleteLater()
    assert seen == []
