from __future__ import annotations

import pytest

from asr_app.formatting.cases import utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.values import FormattedText, Span, SpanKind

WORD, SPACE, FORM = SpanKind.WORD, SpanKind.SPACE, SpanKind.FORM
PAID = FormattedText(
    (
        Span("Paid", 0, 1, WORD),
        Span(" ", 1, 1, SPACE),
        Span("$5.50", 1, 6, FORM),
        Span("!", 5, 6, SpanKind.PREDICTED),
    )
)


def test_the_texts_of_the_spans_are_the_text() -> None:
    assert PAID.text == "Paid $5.50!"


def test_each_character_knows_its_words() -> None:
    assert [PAID.words_at(character) for character in (0, 3, 4, 5, 9, 10)] == [
        range(0, 1),
        range(0, 1),
        range(1, 1),
        range(1, 6),
        range(1, 6),
        range(5, 6),
    ]


@pytest.mark.parametrize("character", [-1, 11])
def test_there_is_no_word_behind_a_character_that_is_not_there(character: int) -> None:
    with pytest.raises(IndexError):
        PAID.words_at(character)


def test_each_word_knows_its_characters() -> None:
    assert PAID.characters_of(0) == range(0, 4)
    assert PAID.characters_of(2) == range(5, 10)
    assert PAID.characters_of(5) == range(5, 11)  # The last word of the sum, and the mark after it.


def test_a_command_is_not_displayed_and_has_no_characters() -> None:
    words = utterances_of("meet cap anna")[0]
    text = Formatter(FormatOptions(commands=CommandMode.ON)).format(words)
    assert text.text == "Meet Anna"
    assert list(text.characters_of(1)) == []
    assert text.words_at(5) == range(2, 3)


def test_the_times_of_a_form_are_those_of_its_words() -> None:
    words = utterances_of("it costs five dollars today")[0]
    text = Formatter().format(words)
    found = text.words_at(text.text.index("$5") + 1)
    assert [words[index].text for index in found] == ["five", "dollars"]
    assert (words[found[0]].start_s, words[found[-1]].end_s) == (words[2].start_s, words[3].end_s)
