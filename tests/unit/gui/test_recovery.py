from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from asr_app.errors import JournalError
from asr_app.gui.dictation_controller import Phase
from asr_app.gui.live_engine import LiveEngine
from asr_app.gui.main_window import MainWindow
from asr_app.session.events import Notice, NoticeCleared, SessionState, StateChanged, Topic
from asr_app.session.folder import Status
from asr_app.session.store import StoredSession
from asr_app.transcription.types import Transcript
from tests.unit.gui.fakes import MICROPHONES, FakeEngine
from tests.unit.gui.test_dictation import press_button, session_of, start


class Disk:
    """Dictations on disk, and what the window did with them."""

    def __init__(self, sessions: list[StoredSession]) -> None:
        self.sessions = sessions
        self.kept: list[StoredSession] = []
        self.deleted: list[StoredSession] = []
        self.recovered: list[tuple[StoredSession, Transcript]] = []

    def engine(self) -> LiveEngine:
        return LiveEngine(
            interrupted=lambda: self.sessions,
            keep=self.kept.append,
            delete=self.deleted.append,
            recovered=lambda session, transcript: self.recovered.append((session, transcript)),
        )


def stored(folder: Path, duration_s: float = 75.0) -> StoredSession:
    return StoredSession(folder, datetime(2026, 5, 4, 10, 30, tzinfo=UTC), Status.RECORDING, duration_s)


@pytest.fixture
def disk(fake: FakeEngine, tmp_path: Path) -> Disk:
    disk = Disk([stored(tmp_path / "one")])
    fake.live = disk.engine()
    return disk


@pytest.fixture
def asked(disk: Disk, make_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    """A window that asks what shall become of an interrupted dictation."""
    window = make_window()
    window.begin()
    qtbot.waitUntil(lambda: window.recovery.question is not None and window.controller.phase is Phase.IDLE)
    return window


def choose(window: MainWindow, words: str, qtbot: QtBot) -> None:
    assert window.recovery.question is not None
    press_button(window.recovery.question, words, qtbot)


class TestInterruptedDictation:
    def test_nothing_is_asked_when_nothing_was_interrupted(self, ready: MainWindow) -> None:
        assert ready.recovery.question is None

    def test_it_is_offered_with_its_length_and_enter_loses_nothing(
        self, asked: MainWindow, disk: Disk, qtbot: QtBot
    ) -> None:
        question = asked.recovery.question
        assert question is not None
        assert "1:15" in question.informativeText()
        assert question.defaultButton().text() == "&Transcribe it"
        QTest.keyClick(question, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: asked.recovery.question is None)
        assert disk.kept == disk.deleted == []
        assert asked.queue.jobs == []

    def test_transcribing_it_puts_it_among_the_recordings_and_notes_the_text(
        self, asked: MainWindow, disk: Disk, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        choose(asked, "Transcribe", qtbot)
        fake.recognizer.go_on.set()
        qtbot.waitUntil(lambda: bool(disk.recovered))
        session, transcript = disk.recovered[0]
        assert session is disk.sessions[0]
        assert transcript.complete
        assert asked.queue.jobs[0].path == session.audio

    def test_text_that_was_not_finished_is_not_noted(
        self, asked: MainWindow, disk: Disk, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        choose(asked, "Transcribe", qtbot)
        qtbot.waitUntil(fake.recognizer.half_way.is_set)
        with qtbot.waitSignal(asked.queue.job_finished):
            asked.queue.cancel(asked.queue.jobs[0])
        assert disk.recovered == []

    def test_keeping_it_says_where_it_lies(self, asked: MainWindow, disk: Disk, qtbot: QtBot) -> None:
        choose(asked, "Keep", qtbot)
        qtbot.waitUntil(lambda: asked.messages.current is not None)
        assert disk.kept == disk.sessions
        assert asked.messages.current is not None
        assert str(disk.sessions[0].audio) in asked.messages.current.text

    def test_deleting_it_deletes_it(self, asked: MainWindow, disk: Disk, qtbot: QtBot) -> None:
        choose(asked, "Delete", qtbot)
        qtbot.waitUntil(lambda: disk.deleted == disk.sessions)

    def test_several_are_asked_about_one_after_the_other_and_later_means_all(
        self,
        fake: FakeEngine,
        disk: Disk,
        make_window: Callable[[], MainWindow],
        tmp_path: Path,
        qtbot: QtBot,
    ) -> None:
        disk.sessions = [stored(tmp_path / name) for name in ("one", "two", "three")]
        window = make_window()
        window.begin()
        qtbot.waitUntil(lambda: window.recovery.question is not None)
        first = window.recovery.question
        choose(window, "Delete", qtbot)
        qtbot.waitUntil(lambda: window.recovery.question not in (None, first))
        choose(window, "later", qtbot)
        qtbot.waitUntil(lambda: window.recovery.question is None)
        assert [session.name for session in disk.deleted] == ["three"]

    def test_a_disk_that_refuses_is_a_message(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], tmp_path: Path, qtbot: QtBot
    ) -> None:
        def refuse(session: StoredSession) -> None:
            raise JournalError("It cannot be removed.", "Make its folder writable.")

        fake.live = LiveEngine(interrupted=lambda: [stored(tmp_path / "one")], delete=refuse)
        window = make_window()
        window.begin()
        qtbot.waitUntil(lambda: window.recovery.question is not None)
        choose(window, "Delete", qtbot)
        qtbot.waitUntil(lambda: window.messages.current is not None)
        assert window.messages.current is not None
        assert window.messages.current.hint == "Make its folder writable."


class TestNotices:
    def test_what_a_dictation_has_to_say_is_shown_until_it_is_no_longer_so(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        session.emit(Notice(Topic.JOURNAL, "The disk is full.", "Make room."))
        session.emit(Notice(Topic.SILENCE, "Is it muted?"))
        qtbot.waitUntil(lambda: ready.messages.current is not None)
        assert ready.messages.current is not None
        assert ready.messages.current.text == "Is it muted?"
        session.emit(NoticeCleared(Topic.SILENCE))
        qtbot.waitUntil(
            lambda: ready.messages.current is not None and ready.messages.current.text == "The disk is full."
        )
        session.emit(NoticeCleared(Topic.JOURNAL))
        qtbot.waitUntil(lambda: ready.messages.current is None)

    def test_a_lost_microphone_is_said_and_stop_still_works(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        session.emit(StateChanged(SessionState.RECOVERING))
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.RECOVERING)
        assert "Waiting for the microphone" in ready.dictation_panel.state_label.text()
        ready.dictation_panel.toggle()
        assert session.commands[-1] == "stop"

    def test_f8_pauses_and_goes_on(self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
        session = start(ready, fake, qtbot)
        ready.activateWindow()
        ready.tabs.dictation.setFocus()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is ready.tabs.dictation)
        QTest.keyClick(ready.tabs.dictation, Qt.Key.Key_F8)
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.PAUSED)
        assert "Paused" in ready.dictation_panel.state_label.text()
        QTest.keyClick(ready.tabs.dictation, Qt.Key.Key_F8)
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.LISTENING)
        assert session.commands == ["start", "pause", "resume"]


class TestDevicesThatComeAndGo:
    def test_the_list_follows_and_waits_for_the_end_of_a_dictation(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], qtbot: QtBot
    ) -> None:
        changed: list[Callable[[], None]] = []

        def watch(on_change: Callable[[], None]) -> Callable[[], None]:
            changed.append(on_change)
            return changed.clear

        fake.live = LiveEngine(watch_devices=watch)
        fake.microphones = MICROPHONES[:1]
        window = make_window()
        window.begin()
        box = window.dictation_panel.picker.box
        qtbot.waitUntil(lambda: box.count() == 2 and window.controller.phase is Phase.IDLE)
        fake.microphones = list(MICROPHONES)
        changed[0]()
        qtbot.waitUntil(lambda: box.count() == 3)
        start(window, fake, qtbot)
        fake.microphones = MICROPHONES[:1]
        changed[0]()
        session_of(fake).emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: box.count() == 2)
        window.close_at_once()
        assert changed == []
