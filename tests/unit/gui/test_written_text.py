from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from asr_app.formatting.tokens import Case, Prediction
from asr_app.gui.transcript_view import TranscriptView
from asr_app.gui.written_text import WrittenText
from asr_app.transcription.events import FinalResult
from tests.unit.gui.fakes import segment

SAID = {"anna": Prediction("", Case.CAPITAL), "came": Prediction("."), "well": Prediction(",")}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the network has read, an entry each time."""
    read: list[str] = []

    def punctuate(words: Sequence[str]) -> list[Prediction]:
        read.append(" ".join(words))
        return [SAID.get(word, Prediction()) for word in words]

    monkeypatch.setattr("asr_app.punctuation.punctuator.load_punctuator", lambda bundle: punctuate)
    return read


@pytest.fixture
def written(seen: list[str]) -> WrittenText:
    text = WrittenText()
    text.use(SimpleNamespace(language="en"))
    return text


def test_a_model_without_punctuation_is_shown_as_heard(qtbot: QtBot) -> None:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.add_segment(segment("so twenty five came"))
    assert view.text == "so twenty five came"


def test_final_words_get_marks_capitals_and_forms_and_one_utterance_continues_the_other(
    qtbot: QtBot, written: WrittenText
) -> None:
    view = TranscriptView(written=written)
    qtbot.addWidget(view)
    view.show_provisional(0, "well an", 0.0)
    view.settle(0, segment("well twenty five of"))
    view.add_segment(segment("them and anna came"))
    view.add_segment(segment("then"))
    assert view.text == view.toPlainText() == "Well, 25 of\nthem and Anna came.\nThen"


def test_a_session_begins_with_a_capital_and_can_be_taken_back(qtbot: QtBot, written: WrittenText) -> None:
    view = TranscriptView(written=written)
    qtbot.addWidget(view)
    view.add_segment(segment("so it"))
    view.begin_session()
    view.add_segment(segment("is"))
    view.discard_session()
    view.begin_session()
    view.add_segment(segment("was"))
    assert view.text == view.toPlainText() == "So it\nWas"


def test_the_network_reads_where_events_come_from_and_not_when_the_text_is_laid_out(
    written: WrittenText, seen: list[str]
) -> None:
    passed: list[object] = []
    final = FinalResult(0, segment("anna came"))
    written.reading(passed.append)(final)
    assert (passed, seen) == ([final], ["anna came"])
    text, _ = written.write(final.segment, None)
    assert (text, seen) == ("Anna came.", ["anna came"])
