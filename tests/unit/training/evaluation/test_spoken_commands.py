"""Counting spoken commands that are heard."""

from __future__ import annotations

import numpy as np
import pytest

from asr_app.training.evaluation.spoken_commands import find_commands, measure, read_sentences
from asr_app.training.evaluation.vocabulary import VocabularyCase


def case(text: str) -> VocabularyCase:
    return VocabularyCase(text, (), np.zeros(16_000, np.float32), "")


def test_the_longest_phrase_counts_and_none_within_another() -> None:
    said = "all caps on new line dot dot dot comma full stop stop comma"
    assert find_commands(said.split()) == {
        "all caps on": 1,
        "new line": 1,
        "dot dot dot": 1,
        "comma": 2,
        "full stop": 1,
    }


def test_commands_count_as_often_as_they_were_said_and_heard() -> None:
    heard = {
        "yes comma no comma full stop": "yes comma no come a full stop",
        "new line": "new line comma",
    }
    report = measure([case(text) for text in heard], lambda one: heard[one.text])
    assert (report.said, report.heard, report.false) == (4, 3, 1)
    assert report.missed == (("comma", "yes comma no come a full stop"),)
    assert report.wer == pytest.approx(3 / 8)


def test_every_sentence_has_a_command_and_there_are_thirty() -> None:
    sentences = read_sentences()
    assert len({sentence.text for sentence in sentences}) == 30
    assert all(find_commands(sentence.text.split()) for sentence in sentences)
