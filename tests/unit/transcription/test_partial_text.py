from __future__ import annotations

import pytest

from asr_app.transcription.live import LiveWord
from asr_app.transcription.partial_text import PartialText, changed_words


def show(text: PartialText, said: str) -> int:
    return text.replace(said, [LiveWord(word, 0.5) for word in said.split()], 10.0)


def test_words_have_their_time_on_the_recordings_clock() -> None:
    text = PartialText()
    assert show(text, "we will") == 0
    assert [(word.text, word.end_s, word.version) for word in text.words] == [
        ("we", 10.5, 0),
        ("will", 10.5, 0),
    ]


def test_a_word_that_changes_keeps_its_place_and_gets_a_new_version() -> None:
    text = PartialText()
    show(text, "we will meat")
    assert show(text, "we will meet again") == 1
    assert [word.version for word in text.words] == [0, 0, 1, 0]


def test_a_word_that_goes_and_comes_back_is_not_forgotten() -> None:
    text = PartialText()
    show(text, "we meat")
    assert show(text, "we") == 1
    assert show(text, "we meet") == 0
    assert len(text.words) == 2


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("", "we", 0),
        ("we will", "we will meet", 0),
        ("we well", "we will", 1),
        ("we will meet", "we meet", 1),
        ("will meet", "we will meet", 0),
        ("a b c", "x y z", 3),
    ],
)
def test_only_words_that_were_shown_and_are_gone_count_as_changed(
    before: str, after: str, changed: int
) -> None:
    assert changed_words(before.split(), after.split()) == changed
