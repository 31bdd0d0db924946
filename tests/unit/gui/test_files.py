from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import __version_info__
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from asr_app.errors import MediaError
from asr_app.gui.file_queue import FileJob, JobState
from asr_app.gui.main_window import MainWindow
from tests.unit.gui.fakes import FakeEngine


@pytest.fixture
def recordings(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("first.wav", "second.mp3")]
    for path in paths:
        path.write_bytes(b"RIFF")
    return paths


def drop(window: MainWindow, paths: list[Path]) -> None:
    """Let files go over the middle of the window, as the window system does it."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    arguments = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    # PySide 6.12 changed the type of the place.
    place = QPointF(300, 300) if __version_info__ >= (6, 12) else QPoint(300, 300)
    enter = QDragEnterEvent(place, *arguments)  # type: ignore[arg-type, unused-ignore]
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), *arguments))


def job_of(window: MainWindow, name: str) -> FileJob:
    return next(job for job in window.queue.jobs if job.path.name == name)


def test_dropped_files_are_transcribed_one_after_the_other(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings)
    qtbot.waitUntil(lambda: len(ready.queue.jobs) == 2 and fake.recognizer.half_way.is_set())
    assert [job.state for job in ready.queue.jobs] == [JobState.RUNNING, JobState.WAITING]
    fake.recognizer.go_on.set()
    qtbot.waitUntil(lambda: all(job.state is JobState.DONE for job in ready.queue.jobs))
    assert job_of(ready, "first.wav").transcript is not None


def test_no_part_of_the_window_keeps_a_drop_for_itself(ready: MainWindow) -> None:
    from PySide6.QtWidgets import QWidget

    takers = [each for each in ready.findChildren(QWidget) if each.acceptDrops()]
    assert takers == []
    assert ready.acceptDrops()


def test_dropped_folders_give_the_recordings_in_them(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.go_on.set()
    folder = recordings[0].parent
    (folder / "notes.txt").write_text("no sound")
    (folder / "deeper").mkdir()
    (folder / "deeper" / "third.flac").write_bytes(b"fLaC")
    drop(ready, [folder])
    qtbot.waitUntil(lambda: len(ready.queue.jobs) == 3)
    assert {job.path.name for job in ready.queue.jobs} == {"first.wav", "second.mp3", "third.flac"}


def test_a_folder_without_recordings_is_said(ready: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "empty").mkdir()
    drop(ready, [tmp_path / "empty"])
    qtbot.waitUntil(lambda: ready.messages.current is not None)
    assert ready.messages.current is not None
    assert "empty" in ready.messages.current.text


def test_progress_is_in_seconds_of_sound_with_the_time_left(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].done_s == 30.0)
    job = ready.queue.jobs[0]
    assert job.fraction == 0.5
    assert ready.queue.state_text(job) == "0:30 of 1:00 · 0:03 left"


def test_cancelling_keeps_the_text_so_far_and_goes_on_with_the_next(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings)
    qtbot.waitUntil(lambda: fake.recognizer.half_way.is_set())
    first, second = ready.queue.jobs
    ready.files_panel.choose(first)
    QTest.mouseClick(ready.files_panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: first.state is JobState.CANCELLED)
    assert [each.text for each in first.segments] == ["one two three"]
    assert "0:30" in ready.queue.state_text(first)
    qtbot.waitUntil(lambda: second.state is JobState.RUNNING)


def test_delete_cancels_a_waiting_row(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings)
    qtbot.waitUntil(lambda: len(ready.queue.jobs) == 2)
    second = ready.queue.jobs[1]
    ready.files_panel.choose(second)
    QTest.keyClick(ready.files_panel.view, Qt.Key.Key_Delete)
    assert second.state is JobState.CANCELLED


def test_an_error_is_on_its_row_and_nowhere_in_the_text(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.errors["first.wav"] = MediaError("“first.wav” is empty.", "Record it again.")
    fake.recognizer.go_on.set()
    drop(ready, recordings)
    qtbot.waitUntil(lambda: not ready.queue.is_busy and len(ready.queue.jobs) == 2)
    failed, done = ready.queue.jobs
    assert failed.state is JobState.FAILED
    assert ready.queue.state_text(failed) == "“first.wav” is empty. Record it again."
    spoken = ready.queue.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "is empty" in spoken
    assert done.state is JobState.DONE
    assert ready.tabs.dictation.toPlainText() == ""
    ready.files_panel.choose(failed)
    assert not ready.files_panel.show_button.isEnabled()


def test_an_unforeseen_error_is_on_its_row_and_in_the_log(
    ready: MainWindow,
    fake: FakeEngine,
    recordings: list[Path],
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake.recognizer.errors["first.wav"] = ZeroDivisionError("oh")
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].state is JobState.FAILED)
    assert "ZeroDivisionError" in ready.queue.state_text(ready.queue.jobs[0])
    assert "unexpected error" in caplog.text


def test_enter_opens_the_text_and_its_utterances_are_drawn(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.go_on.set()
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].state is JobState.DONE)
    ready.files_panel.choose(ready.queue.jobs[0])
    QTest.keyClick(ready.files_panel.view, Qt.Key.Key_Return)
    assert ready.tabs.current_view.toPlainText() == "one two three\nfour five"
    inspector = ready.inspector
    assert inspector is not None
    qtbot.waitUntil(lambda: inspector.arrays is not None)
    assert set(fake.inspected) == {(recordings[0], 0.0, 30.0)}
    QTest.keyClick(ready.tabs.current_view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: inspector.arrays is not None and inspector.arrays.start_s == 30.0)


def test_the_first_text_comes_to_the_front_by_itself_and_later_ones_do_not(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.go_on.set()
    drop(ready, recordings[:2])
    qtbot.waitUntil(
        lambda: all(job.state is JobState.DONE for job in ready.queue.jobs) and ready.tabs.count() > 1
    )
    assert ready.tabs.count() == 2
    assert ready.tabs.tabText(ready.tabs.currentIndex()) == recordings[0].name


def test_the_text_of_a_running_recording_grows(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].has_text)
    ready.tabs.show_job(ready.queue.jobs[0])
    assert ready.tabs.current_view.toPlainText() == "one two three"
    fake.recognizer.go_on.set()
    qtbot.waitUntil(lambda: ready.tabs.current_view.toPlainText() == "one two three\nfour five")


def test_a_text_can_be_closed_and_the_dictation_cannot(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.go_on.set()
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: bool(ready.queue.jobs) and ready.queue.jobs[0].state is JobState.DONE)
    ready.tabs.show_job(ready.queue.jobs[0])
    ready.tabs.close_current()
    ready.tabs.close_current()
    assert ready.tabs.count() == 1
    assert ready.tabs.current_view is ready.tabs.dictation


def test_clearing_removes_what_is_finished(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    fake.recognizer.go_on.set()
    drop(ready, recordings)
    qtbot.waitUntil(lambda: len(ready.queue.jobs) == 2 and not ready.queue.is_busy)
    QTest.mouseClick(ready.files_panel.clear_button, Qt.MouseButton.LeftButton)
    assert ready.queue.jobs == []


def test_files_dropped_before_the_model_is_loaded_wait_for_it(
    fake: FakeEngine, make_window: Callable[[], MainWindow], recordings: list[Path], qtbot: QtBot
) -> None:
    fake.model_may_load.clear()
    fake.recognizer.go_on.set()
    window = make_window()
    window.begin(recordings[:1])
    qtbot.waitUntil(lambda: len(window.queue.jobs) == 1)
    assert window.queue.state_text(window.queue.jobs[0]) == "Waiting for the model"
    fake.model_may_load.set()
    qtbot.waitUntil(lambda: window.queue.jobs[0].state is JobState.DONE)


def test_closing_while_a_recording_runs_ends_its_thread(
    ready: MainWindow, fake: FakeEngine, recordings: list[Path], qtbot: QtBot
) -> None:
    drop(ready, recordings[:1])
    qtbot.waitUntil(lambda: fake.recognizer.half_way.is_set())
    assert not ready.close()
    ready.close_at_once()
    assert ready.queue.jobs[0].cancelled.is_set()
