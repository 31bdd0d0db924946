from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from asr_app.errors import AsrAppError, BundleError
from asr_app.gui.dictation_controller import Phase
from asr_app.gui.main_window import MainWindow
from asr_app.session.events import Failed, LagChanged, LevelChanged, SessionState, StateChanged
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted
from tests.unit.gui.fakes import MICROPHONES, FakeEngine, FakeSession, arrays, segment


def session_of(fake: FakeEngine) -> FakeSession:
    assert fake.session is not None
    return fake.session


def start(window: MainWindow, fake: FakeEngine, qtbot: QtBot) -> FakeSession:
    window.dictation_panel.toggle()
    qtbot.waitUntil(lambda: window.controller.phase is Phase.LISTENING)
    return session_of(fake)


def press_button(box: QMessageBox, words: str, qtbot: QtBot) -> None:
    button: QAbstractButton = next(each for each in box.buttons() if words in each.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


class TestKeys:
    @pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_F9])
    def test_a_key_starts_and_stops(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot, key: Qt.Key
    ) -> None:
        ready.activateWindow()
        ready.tabs.dictation.setFocus()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is ready.tabs.dictation)
        QTest.keyClick(ready.tabs.dictation, key)
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.LISTENING)
        QTest.keyClick(ready.tabs.dictation, key)
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.FINISHING)
        assert session_of(fake).commands == ["start", "stop"]

    def test_space_on_the_large_control_starts_once(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        ready.dictation_panel.button.setFocus()
        QTest.keyClick(ready.dictation_panel.button, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.LISTENING)
        assert session_of(fake).commands == ["start"]

    def test_space_in_the_list_of_microphones_does_not_start(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        box = ready.dictation_panel.picker.box
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Space)
        box.hidePopup()
        assert session_of(fake).commands == []


class TestStates:
    def test_start_pressed_before_the_model_is_there_is_remembered(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], qtbot: QtBot
    ) -> None:
        fake.model_may_load.clear()
        window = make_window()
        window.begin()
        window.dictation_panel.toggle()
        assert window.controller.phase is Phase.WANTED
        fake.model_may_load.set()
        qtbot.waitUntil(lambda: window.controller.phase is Phase.LISTENING)

    def test_start_pressed_too_early_can_be_taken_back(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], qtbot: QtBot
    ) -> None:
        fake.model_may_load.clear()
        window = make_window()
        window.begin()
        window.dictation_panel.toggle()
        window.dictation_panel.toggle()
        fake.model_may_load.set()
        qtbot.waitUntil(lambda: window.controller.phase is Phase.IDLE)
        assert session_of(fake).commands == []

    def test_the_state_is_said_in_words(self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
        panel = ready.dictation_panel
        assert panel.state_label.text() == "Ready"
        assert panel.button.accessibleName() == "Start dictation"
        session = start(ready, fake, qtbot)
        assert "Listening" in panel.state_label.text()
        assert panel.button.accessibleName() == "Stop"
        panel.toggle()
        qtbot.waitUntil(lambda: "Finishing" in panel.state_label.text())
        assert not panel.can_toggle
        session.emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: panel.state_label.text() == "Ready")

    def test_the_microphone_chosen_is_opened_and_named(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        ready.dictation_panel.picker.box.setCurrentIndex(2)
        start(ready, fake, qtbot)
        assert fake.opened == [MICROPHONES[1]]
        assert "Desk microphone" in ready.status_line.microphone.text()
        assert not ready.dictation_panel.picker.box.isEnabled()

    def test_level_time_and_lag_are_shown(self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
        session = start(ready, fake, qtbot)
        session.emit(LevelChanged(-20.0, -6.0))
        session.emit(LagChanged(3.5))
        qtbot.waitUntil(lambda: ready.status_line.lag.text() != "")
        assert ready.dictation_panel.meter.rms_db == -20.0
        assert "3.5 s" in ready.status_line.lag.text()
        qtbot.waitUntil(lambda: ready.dictation_panel.time_label.text() == "0:01")

    def test_too_loud_is_said_in_words(self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
        session = start(ready, fake, qtbot)
        session.emit(LevelChanged(-3.0, 0.0))
        qtbot.waitUntil(lambda: "Too loud" in ready.dictation_panel.state_label.text())


class TestText:
    def test_partial_words_are_provisional_until_the_final_ones_settle_in_their_place(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, view = start(ready, fake, qtbot), ready.tabs.dictation
        session.emit(SpeechStarted(0, 0.5))
        session.emit(PartialResult(0, "hello word", 1.2))
        qtbot.waitUntil(lambda: view.provisional_text == "hello word")
        assert view.text == ""
        look = _look_of_first_letter(ready)
        assert look.fontItalic()
        assert look.underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine
        session.emit(FinalResult(0, segment("hello world", 0.5, 1.4)))
        qtbot.waitUntil(lambda: view.text == "hello world")
        assert view.provisional_text == ""
        assert view.toPlainText() == "hello world"
        look = _look_of_first_letter(ready)
        assert not look.fontItalic()
        assert look.underlineStyle() == QTextCharFormat.UnderlineStyle.NoUnderline

    def test_an_utterance_without_words_leaves_nothing(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, view = start(ready, fake, qtbot), ready.tabs.dictation
        for event in (
            FinalResult(0, segment("first", 0, 1)),
            SpeechStarted(1, 2.0),
            PartialResult(1, "hum", 2.5),
            FinalResult(1, segment("", 2, 3)),
            SpeechStarted(2, 4.0),
            FinalResult(2, segment("third", 4, 5)),
        ):
            session.emit(event)
        qtbot.waitUntil(lambda: view.text == "first\nthird")
        assert view.toPlainText() == "first\nthird"

    def test_a_second_dictation_keeps_the_first(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, view = start(ready, fake, qtbot), ready.tabs.dictation
        session.emit(FinalResult(0, segment("first time")))
        session.emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.IDLE)
        start(ready, fake, qtbot)
        session.emit(SpeechStarted(0, 0.0))
        session.emit(FinalResult(0, segment("second time")))
        qtbot.waitUntil(lambda: view.toPlainText() == "first time\nsecond time")

    def test_copying_leaves_provisional_words_out(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, view = start(ready, fake, qtbot), ready.tabs.dictation
        session.emit(FinalResult(0, segment("settled words")))
        session.emit(PartialResult(1, "maybe", 2.0))
        qtbot.waitUntil(lambda: view.provisional_text == "maybe")
        ready.tabs.copy_button.click()
        assert QGuiApplication.clipboard().text() == "settled words"

    def test_live_pictures_grow_and_the_final_ones_replace_them(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, inspector = start(ready, fake, qtbot), ready.inspector
        assert inspector is not None
        session.emit(SpeechStarted(0, 0.0))
        session.emit(PartialResult(0, "a", 1.0, arrays(0.0, 10, attention=False)))
        session.emit(PartialResult(0, "a b", 2.0, arrays(0.4, 10, attention=False)))
        qtbot.waitUntil(lambda: inspector.arrays is not None and len(inspector.arrays.ctc_posteriors) == 20)
        session.emit(FinalResult(0, segment("a b c", pictures=True)))
        qtbot.waitUntil(lambda: inspector.arrays is not None and inspector.arrays.attention is not None)

    def test_a_chosen_utterance_stays_in_the_inspector_while_others_arrive(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, inspector = start(ready, fake, qtbot), ready.inspector
        assert inspector is not None
        for number in range(3):
            session.emit(FinalResult(number, segment("a b c", number * 2.0, number * 2.0 + 1, pictures=True)))
        qtbot.waitUntil(lambda: len(ready.tabs.dictation.segments) == 3)
        ready.tabs.dictation.select(0)
        session.emit(FinalResult(3, segment("a b c", 6.0, 7.0, pictures=True)))
        qtbot.waitUntil(lambda: len(ready.tabs.dictation.segments) == 4)
        assert inspector.arrays is not None and inspector.arrays.start_s == 0.0


def _look_of_first_letter(window: MainWindow) -> QTextCharFormat:
    cursor = QTextCursor(window.tabs.dictation.document())
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    return cursor.charFormat()


class TestCancelling:
    def test_escape_asks_and_then_takes_back_this_dictation_only(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session, view = start(ready, fake, qtbot), ready.tabs.dictation
        session.emit(FinalResult(0, segment("to keep")))
        session.emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.IDLE)
        start(ready, fake, qtbot)
        session.emit(FinalResult(0, segment("to forget")))
        session.emit(PartialResult(1, "this too", 3.0))
        qtbot.waitUntil(lambda: view.provisional_text == "this too")
        QTest.keyClick(ready, Qt.Key.Key_Escape)
        question = ready.dictation_panel.question
        assert question is not None
        assert "cancel" not in session.commands
        press_button(question, "Discard", qtbot)
        qtbot.waitUntil(lambda: view.toPlainText() == "to keep")
        assert session.commands[-1] == "cancel"

    def test_escape_twice_goes_on_dictating(self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot) -> None:
        session = start(ready, fake, qtbot)
        QTest.keyClick(ready, Qt.Key.Key_Escape)
        question = ready.dictation_panel.question
        assert question is not None
        QTest.keyClick(question, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: ready.dictation_panel.question is None)
        assert session.commands == ["start"]
        assert ready.controller.phase is Phase.LISTENING

    def test_escape_while_nothing_runs_asks_nothing(self, ready: MainWindow, qtbot: QtBot) -> None:
        QTest.keyClick(ready, Qt.Key.Key_Escape)
        assert ready.dictation_panel.question is None

    def test_the_question_goes_when_the_dictation_has_ended(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        QTest.keyClick(ready, Qt.Key.Key_Escape)
        session.emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: ready.dictation_panel.question is None)


class TestProblems:
    def test_without_a_microphone_the_window_says_what_to_do_and_finds_one_later(
        self, fake: FakeEngine, ready: MainWindow, qtbot: QtBot
    ) -> None:
        fake.microphones.clear()
        ready.dictation_panel.picker.refresh_button.click()
        qtbot.waitUntil(lambda: ready.messages.isVisible())
        message = ready.messages.current
        assert message is not None
        assert message.text == "No microphone was found."
        assert "Look again" in message.hint
        assert ready.dictation_panel.state_label.text() == "No microphone"
        assert not ready.dictation_panel.can_toggle
        fake.microphones.append(MICROPHONES[0])
        ready.messages.action_button.click()
        qtbot.waitUntil(lambda: ready.messages.isHidden())
        assert ready.dictation_panel.can_toggle

    def test_a_missing_sound_library_is_said_with_its_remedy(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], qtbot: QtBot
    ) -> None:
        fake.microphone_error = AsrAppError("PortAudio is missing.", "Install libportaudio2.")
        window = make_window()
        window.begin()
        qtbot.waitUntil(lambda: window.messages.current is not None)
        assert window.messages.current is not None
        assert window.messages.current.hint == "Install libportaudio2."

    def test_a_missing_model_is_said_and_dictation_is_closed(
        self, fake: FakeEngine, make_window: Callable[[], MainWindow], qtbot: QtBot
    ) -> None:
        fake.model_error = BundleError("There is no model.", "Install one.")
        window = make_window()
        with qtbot.waitSignal(window.unusable):
            window.begin()
        assert window.messages.current is not None
        assert window.messages.current.text == "There is no model."
        assert window.status_line.model.text() == "No model loaded"
        assert not window.dictation_panel.can_toggle

    def test_a_failure_is_a_message_and_no_text(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        session.emit(FinalResult(0, segment("what was said")))
        session.emit(Failed("The microphone has gone.", "Connect it again."))
        session.emit(StateChanged(SessionState.FAILED))
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.IDLE)
        assert ready.messages.current is not None
        assert ready.messages.current.text == "The microphone has gone."
        assert ready.tabs.dictation.toPlainText() == "what was said"
        start(ready, fake, qtbot)
        assert ready.messages.current is None


class TestClosing:
    def test_closing_asks_while_dictated_text_is_nowhere_else(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        session.emit(FinalResult(0, segment("precious words")))
        session.emit(StateChanged(SessionState.IDLE))
        qtbot.waitUntil(lambda: ready.controller.phase is Phase.IDLE)
        assert not ready.close()
        assert ready.isVisible()
        question = ready.findChild(QMessageBox)
        assert isinstance(question, QMessageBox)
        press_button(question, "Keep open", qtbot)
        ready.tabs.copy()
        assert ready.close()

    def test_closing_for_good_while_dictating_ends_the_session(
        self, ready: MainWindow, fake: FakeEngine, qtbot: QtBot
    ) -> None:
        session = start(ready, fake, qtbot)
        assert not ready.close()
        question = ready.findChild(QMessageBox)
        assert isinstance(question, QMessageBox)
        press_button(question, "Close", qtbot)
        qtbot.waitUntil(lambda: ready.isHidden())
        assert session.commands[-1] == "close"
