"""The window and the person's own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from asr_app.gui.dictation_controller import DictationController, Phase
from asr_app.gui.engine import RecognizerLike
from asr_app.gui.main_window import MainWindow
from asr_app.gui.message_area import Message, MessageArea
from asr_app.gui.own_vocabulary import OwnVocabulary, in_one
from asr_app.gui.vocabulary_keeper import VocabularyKeeper
from asr_app.gui.workers import Workers
from asr_app.transcription.vocabulary import Vocabulary, user_file
from tests.unit.gui.fakes import FakeEngine


class Preferring:
    """A recogniser that takes words and finds fault with some."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, ...]] = []

    def set_vocabulary(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        self.taken.append(tuple(entry.phrase for entry in vocabulary.entries))
        return tuple(
            f"“{entry.phrase}” is mute." for entry in vocabulary.entries if entry.phrase.startswith("X")
        )


def write(text: str) -> None:
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(text, encoding="utf-8")


def test_a_changed_file_is_taken_once_and_an_unchanged_one_not_again() -> None:
    recognizer = Preferring()
    own = OwnVocabulary()
    assert own.read() == Vocabulary()
    assert own.refresh(cast(Any, recognizer)) == ""
    write("Siobhan = shiv on\n")
    assert own.refresh(cast(Any, recognizer)) == ""
    assert own.refresh(cast(Any, recognizer)) == ""
    user_file().unlink()
    own.refresh(cast(Any, recognizer))
    assert recognizer.taken == [("Siobhan",), ()]


def test_a_wrong_file_leaves_the_words_as_they_were_and_is_named() -> None:
    write("Niamh = neve\n=\n")
    own, recognizer = OwnVocabulary(), Preferring()
    assert own.read() == Vocabulary()
    sentence = own.refresh(cast(Any, recognizer))
    assert sentence.startswith("Line 2 of the vocabulary")
    assert recognizer.taken == []
    write("Niamh = neve\n")
    assert own.refresh(cast(Any, recognizer)) == ""
    assert recognizer.taken == [("Niamh",)]


@pytest.mark.parametrize(
    ("problems", "sentence"),
    [
        ((), ""),
        (("One.",), "One."),
        (("One.", "Two."), "2 entries of your vocabulary have no effect. The first: One."),
    ],
)
def test_many_problems_are_one_message(problems: tuple[str, ...], sentence: str) -> None:
    assert in_one(problems) == sentence


def test_before_each_dictation_the_file_is_looked_at_and_what_is_wrong_is_said_once(
    fake: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = ["“X” is mute.", "“X” is mute.", "", "“Y” is mute."]
    asked: list[RecognizerLike] = []

    def refresh(recognizer: RecognizerLike) -> str:
        asked.append(recognizer)
        return sentences[len(asked) - 1]

    engine = replace(fake.engine(), refresh_vocabulary=refresh)
    around = QWidget()
    qtbot.addWidget(around)
    workers, messages = Workers(), MessageArea(around)
    told: list[str] = []
    show = messages.show_message

    def tell(key: str, message: Message) -> None:
        told.append(message.text)
        show(key, message)

    monkeypatch.setattr(messages, "show_message", tell)
    controller = DictationController(engine, workers)
    keeper = VocabularyKeeper(engine, workers, controller, messages)
    controller.use_recognizer(fake.recognizer)
    keeper.use_recognizer(fake.recognizer)
    qtbot.waitUntil(lambda: shown(messages) == "“X” is mute." and controller.phase is Phase.IDLE)
    messages.dismiss_button.click()
    for _ in range(3):
        before = len(asked)
        controller.start(None)
        qtbot.waitUntil(partial(_has_looked, asked, before))
        controller.cancel()
        qtbot.waitUntil(lambda: controller.phase is Phase.IDLE)
    qtbot.waitUntil(lambda: shown(messages) == "“Y” is mute.")
    assert told == ["“X” is mute.", "“Y” is mute."]
    assert asked == [fake.recognizer] * 4
    controller.shut_down()
    workers.shut_down()


def _has_looked(asked: list[RecognizerLike], before: int) -> bool:
    return len(asked) > before


def shown(messages: MessageArea) -> str:
    return "" if messages.current is None else messages.current.text


def test_the_window_says_what_is_wrong_with_the_words(
    fake: FakeEngine,
    make_window: Callable[[], MainWindow],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = replace(fake.engine(), refresh_vocabulary=lambda recognizer: "“X” is mute.")
    monkeypatch.setattr(fake, "engine", lambda: engine)
    window = make_window()
    window.begin()
    # The inspector is imported meanwhile.
    qtbot.waitUntil(lambda: shown(window.messages) == "“X” is mute.", timeout=60_000)
    qtbot.waitUntil(lambda: window.inspector is not None and window.controller.phase is Phase.IDLE)
