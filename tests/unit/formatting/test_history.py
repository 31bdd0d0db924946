from __future__ import annotations

from dataclasses import replace

from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter, Step
from asr_app.formatting.history import HISTORY, FormatterState
from asr_app.transcription.types import Word

FORMATTER = Formatter(FormatOptions(commands=CommandMode.ON))


def steps(said: str) -> list[Step]:
    state, made = FormatterState(), []
    for words in utterances_of(said):
        made.append(FORMATTER.step(state, words))
        state = made[-1].state
    return made


def written(said: str) -> str:
    return fold(FORMATTER, utterances_of(said))


def test_a_step_says_what_goes_and_what_comes() -> None:
    first, second, third = steps("hello || world || scratch that full stop")
    assert (first.removed_text, first.text) == ("", "Hello")
    assert (second.removed_text, second.text) == ("", " world")
    assert (third.removed_text, third.text) == (" world", ".")


def test_what_is_brought_back_still_knows_its_utterance() -> None:
    *_, last = steps("hello || big world || scratch that || undo that")
    (phrase,) = last.added
    assert (phrase.utterance, phrase.text.text) == (1, " big world")
    assert [span.first_word for span in phrase.text.spans if span.text.strip()] == [0, 1]


def test_a_long_pause_ends_the_phrase_that_scratch_takes_back() -> None:
    words = utterances_of("the first part and the rest scratch that")[0]
    late = [word if index < 3 else _later(word, 1.0) for index, word in enumerate(words)]
    assert fold(FORMATTER, [words]) == ""
    assert fold(FORMATTER, [late]) == "The first part"


def test_capitals_ordered_in_what_is_taken_back_are_off_again() -> None:
    assert written("one || all caps on two || scratch that || three") == "One three"


def test_a_sentence_taken_back_leaves_the_next_to_begin_as_it_did() -> None:
    assert (
        written("it rains full stop || it snows || scratch that || the sun shines")
        == "It rains. The sun shines"
    )


def test_undo_goes_back_step_by_step_and_stops_at_the_start() -> None:
    assert written("one || two || three || undo that || undo that") == "One"
    assert written("one || undo that || undo that || undo that || two") == "Two"


def test_more_than_the_history_cannot_be_taken_back_and_nothing_else_gets_lost() -> None:
    many = [f"word{number}" for number in range(HISTORY + 10)]
    text = written(" || ".join([*many, *["scratch that"] * (HISTORY + 5)]))
    assert text == "Word0" + "".join(f" {word}" for word in many[1:10])
    text = written(" || ".join([*many, *["undo that"] * (HISTORY + 20), "end"]))
    assert text == "Word0" + "".join(f" {word}" for word in [*many[1:10], "end"])


def _later(word: Word, seconds: float) -> Word:
    return replace(word, start_s=word.start_s + seconds, end_s=word.end_s + seconds)
