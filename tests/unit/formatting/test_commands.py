from __future__ import annotations

import pytest

from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter


def written(said: str, mode: CommandMode = CommandMode.ON, language: str = "en") -> str:
    return fold(Formatter(FormatOptions(language=language, commands=mode)), utterances_of(said))


def test_they_are_off_unless_asked_for() -> None:
    assert fold(Formatter(), utterances_of("hello comma world")) == "Hello comma world"


class TestPauses:
    def test_a_word_that_is_also_a_word_is_a_command_beside_a_pause_only(self) -> None:
        assert written("the victorian period was long") == "The victorian period was long"
        assert written("it is late | period") == "It is late."
        assert written("it is late period | so be it") == "It is late. So be it"

    def test_a_pause_parts_a_command_from_the_word_that_would_make_a_phrase_of_it(self) -> None:
        assert (
            written("the part is the colon cancer grows there") == "The part is the colon cancer grows there"
        )
        assert written("see below colon cancer") == "See below colon cancer"
        assert written("see below colon | cancer") == "See below: cancer"

    def test_what_takes_text_back_must_end_what_is_said(self) -> None:
        assert written("first || scratch that itch") == "First scratch that itch"
        assert written("first || scratch that | second") == "Second"

    def test_for_the_careful_every_command_needs_a_pause_on_both_sides(self) -> None:
        assert written("hello comma world", CommandMode.PAUSED) == "Hello comma world"
        assert written("hello | comma world", CommandMode.PAUSED) == "Hello comma world"
        assert written("hello | comma | world", CommandMode.PAUSED) == "Hello, world"
        assert written("hello | full stop new line | world", CommandMode.PAUSED) == "Hello.\nWorld"


class TestLongestFirst:
    @pytest.mark.parametrize(
        ("said", "text"),
        [
            ("all caps yes", "YES"),
            ("all caps on yes || yes", "YES YES"),
            ("x open square bracket y", "X [y"),
            ("x open bracket y", "X (y"),
        ],
    )
    def test_the_longer_of_two_commands_wins(self, said: str, text: str) -> None:
        assert written(said) == text


class TestLiteral:
    def test_it_takes_the_meaning_from_all_words_of_the_next_command_and_no_more(self) -> None:
        assert written("literal question mark comma yes") == "Question mark, yes"

    def test_without_a_command_after_it_is_a_word(self) -> None:
        assert written("that is literal") == "That is literal"

    def test_the_words_it_frees_keep_their_place(self) -> None:
        words = utterances_of("say literal comma now")[0]
        text = Formatter(FormatOptions(commands=CommandMode.ON)).format(words)
        assert text.words_at(text.text.index("comma")) == range(2, 3)


def test_capitals_in_the_words_do_not_hide_a_command() -> None:
    assert written("Hello Comma world Full Stop") == "Hello, world."
