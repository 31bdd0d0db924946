"""What is spoken into a microphone appears as words in the window, through everything that is real."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from asr_app.errors import BundleError
from asr_app.gui.dictation_controller import Phase
from asr_app.gui.engine import real_engine
from asr_app.gui.main_window import MainWindow
from asr_app.gui.theme import theme_keeper
from asr_app.model.bundle import find_bundle
from asr_app.transcription.recognizer import Recognizer
from tests.helpers.virtual_microphone import VirtualMicrophone

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets" / "samples" / "garden.wav"
LOADING_MS = 60_000
WORDS_MS = 60_000


@pytest.fixture(scope="module")
def model() -> str:
    try:
        find_bundle("default")
    except BundleError as error:
        pytest.skip(f"no model: {error}")
    return "default"


@pytest.fixture
def window(model: str, vmic: VirtualMicrophone, qtbot: QtBot) -> MainWindow:
    theme_keeper()
    window = MainWindow(real_engine(model, "cpu"))
    qtbot.addWidget(window, before_close_func=MainWindow.close_at_once)
    with qtbot.waitExposed(window):
        window.show()
    window.begin()
    qtbot.waitUntil(
        lambda: window.controller.phase is Phase.IDLE and window.dictation_panel.picker.has_devices,
        timeout=LOADING_MS,
    )
    return window


def choose_microphone(window: MainWindow, name: str) -> None:
    box = window.dictation_panel.picker.box
    index = next(index for index in range(1, box.count()) if box.itemText(index).startswith(name))
    box.setCurrentIndex(index)


def noting(seen: list[str], read: Callable[[], str]) -> Callable[..., None]:
    return lambda *_: seen.append(read())


@pytest.mark.timeout(240)
def test_spoken_words_appear_in_the_window(
    window: MainWindow, vmic: VirtualMicrophone, model: str, qtbot: QtBot
) -> None:
    view, provisional, levels_db = window.tabs.dictation, list[str](), list[float]()
    window.controller.partial_heard.connect(noting(provisional, lambda: view.provisional_text))
    window.controller.level_changed.connect(lambda rms_db, _: levels_db.append(rms_db))
    choose_microphone(window, "pulse")
    window.dictation_panel.toggle()
    qtbot.waitUntil(lambda: window.controller.phase is Phase.LISTENING, timeout=LOADING_MS)
    assert "pulse" in window.status_line.microphone.text()
    with vmic.playing(SAMPLE) as player:
        qtbot.waitUntil(lambda: player.poll() is not None, timeout=WORDS_MS)
    window.dictation_panel.toggle()
    qtbot.waitUntil(lambda: window.controller.phase is Phase.IDLE, timeout=WORDS_MS)

    assert window.messages.current is None
    expected = Recognizer.load(model, "cpu").transcribe(SAMPLE).text
    assert SequenceMatcher(None, expected, view.text.replace("\n", " ")).ratio() > 0.8, view.text
    assert view.provisional_text == ""
    assert any(provisional), "no word was shown before the utterance ended"
    assert max(levels_db) > -40
    assert view.segments[-1].inspection is not None
    assert window.inspector is not None
    assert window.inspector.arrays is view.segments[-1].inspection
