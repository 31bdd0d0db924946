from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.errors import FormattingError
from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.history import FormatterState
from asr_app.formatting.tokens import Case, Prediction
from asr_app.formatting.values import SpanKind
from asr_app.transcription.types import Word

ALL_ON = Formatter(FormatOptions(commands=CommandMode.ON))
ALL_OFF = Formatter(FormatOptions.off())
# Words that meet in every stage, and some that do not.
VOCABULARY = """
    hello i the a one five twenty hundred point oh nineteen eighty four dollars percent may fifth of at
    example dot com comma period full stop question mark new line paragraph open close quote bracket cap
    all caps end no space scratch undo that literal u s seven thirty p m and half past kilometres 's
    straße ß é
""".split()  # noqa: SIM905 -- a list of them would be a page
utterance = st.lists(st.sampled_from(VOCABULARY), max_size=14)
gaps = st.sampled_from([0.0, 0.1, 0.4, 2.0])


@st.composite
def spoken_words(draw: st.DrawFn) -> list[Word]:
    time_s, words = 0.0, []
    for text in draw(utterance):
        time_s += draw(gaps)
        words.append(Word(text, time_s, time_s + 0.3, 0.9))
        time_s += 0.3
    return words


class TestProperties:
    @settings(max_examples=60, deadline=None)
    @given(spoken_words())
    def test_word_ranges_are_within_bounds_and_never_go_back(self, words: list[Word]) -> None:
        text = ALL_ON.format(words)
        assert text.text == "".join(span.text for span in text.spans)
        first = end = 0
        for span in text.spans:
            assert span.text
            assert first <= span.first_word <= span.end_word <= len(words)
            assert span.end_word >= end
            assert (span.first_word == span.end_word) == (span.kind is SpanKind.SPACE)
            first, end = span.first_word, span.end_word

    @settings(max_examples=60, deadline=None)
    @given(spoken_words())
    def test_with_everything_off_the_text_is_the_words_with_spaces_between(self, words: list[Word]) -> None:
        assert ALL_OFF.format(words).text == " ".join(word.text for word in words)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(utterance, max_size=5))
    def test_folding_utterances_without_forms_or_commands_is_formatting_all_at_once(
        self, utterances: list[list[str]]
    ) -> None:
        plain = Formatter(FormatOptions(forms=frozenset()))
        parts = [[Word(text, 0.0, 0.0, 1.0) for text in part] for part in utterances]
        assert fold(plain, parts) == plain.format([word for part in parts for word in part]).text

    @settings(max_examples=40, deadline=None)
    @given(spoken_words())
    def test_spaces_and_capitals_are_right_already_when_they_are_laid_out_again(
        self, words: list[Word]
    ) -> None:
        plain = Formatter(FormatOptions(forms=frozenset()))
        marked = [
            "".join((word.text, mark)) for word, mark in zip(words, [",", ".", "", "?"] * 4, strict=False)
        ]
        once = plain.format([Word(text, 0.0, 0.0, 1.0) for text in marked]).text
        again = plain.format([Word(text, 0.0, 0.0, 1.0) for text in once.split()]).text
        assert again == once

    @settings(max_examples=40, deadline=None)
    @given(st.lists(spoken_words(), max_size=6))
    def test_what_each_step_removes_and_adds_gives_what_is_displayed(
        self, utterances: list[list[Word]]
    ) -> None:
        state, displayed = FormatterState(), ""
        for words in utterances:
            step = ALL_ON.step(state, words)
            assert displayed.endswith(step.removed_text)
            displayed = displayed[: len(displayed) - len(step.removed_text)] + step.text
            state = step.state
        assert displayed == "".join(phrase.text.text for phrase in state.phrases)


def test_formatting_one_text_leaves_no_trace_on_the_next() -> None:
    words = utterances_of("all caps on open quote hello")[0]
    assert ALL_ON.format(words) == ALL_ON.format(words)
    assert ALL_ON.format(utterances_of("hello")[0]).text == "Hello"


class TestLanguages:
    def test_a_region_does_not_matter(self) -> None:
        formatter = Formatter(FormatOptions(language="de-AT", commands=CommandMode.ON))
        assert formatter.format(utterances_of("hallo komma welt")[0]).text == "Hallo, welt"

    def test_an_unknown_language_gets_capitals_and_nothing_else(self) -> None:
        formatter = Formatter(FormatOptions(language="fr"))
        assert formatter.format(utterances_of("vingt cinq comma")[0]).text == "Vingt cinq comma"

    def test_commands_in_a_language_without_any_are_an_error(self) -> None:
        with pytest.raises(FormattingError, match="no spoken commands"):
            Formatter(FormatOptions(language="fr", commands=CommandMode.ON))


class Marks:
    """Automatic punctuation that knows the answer: a mark and a case for some words."""

    def __init__(self, **predictions: Prediction) -> None:
        self.predictions = predictions
        self.seen: list[str] = []

    def __call__(self, words: Sequence[str]) -> list[Prediction]:
        self.seen += words
        return [self.predictions.get(word, Prediction()) for word in words]


def punctuated(said: str, /, **predictions: Prediction) -> str:
    options = FormatOptions(commands=CommandMode.ON)
    return fold(Formatter(options, punctuator=Marks(**predictions)), utterances_of(said))


COMMA, STOP = Prediction(","), Prediction(".")


class TestAutomaticPunctuation:
    def test_marks_and_capitals_come_from_the_predictions(self) -> None:
        text = punctuated("hello anna how are you", anna=Prediction(",", Case.CAPITAL), you=Prediction("?"))
        assert text == "Hello Anna, how are you?"

    def test_a_sentence_begins_after_a_predicted_stop(self) -> None:
        assert punctuated("so it is || what next", **{"is": STOP}) == "So it is. What next"

    def test_it_is_not_shown_the_words_of_commands(self) -> None:
        marks = Marks()
        formatter = Formatter(FormatOptions(commands=CommandMode.ON), punctuator=marks)
        formatter.format(utterances_of("hello comma world new line literal comma")[0])
        assert marks.seen == ["hello", "world", "comma"]

    def test_a_spoken_mark_takes_the_place_of_a_predicted_one(self) -> None:
        assert punctuated("hello question mark next", hello=COMMA) == "Hello? Next"
        assert punctuated("hello close quote comma next", hello=STOP) == "Hello”, next"

    def test_a_spoken_mark_takes_the_place_of_one_that_ended_the_utterance_before(self) -> None:
        assert punctuated("it is late || exclamation mark || yes", late=STOP) == "It is late! Yes"
        assert punctuated("it is late || comma || yes", late=STOP) == "It is late, yes"

    def test_undoing_that_brings_the_predicted_mark_back(self) -> None:
        assert (
            punctuated("it is late || exclamation mark || undo that || yes", late=STOP) == "It is late. Yes"
        )

    def test_lines_quotes_and_brackets_leave_it_in_place(self) -> None:
        assert punctuated("late new line next", late=STOP) == "Late.\nNext"
        assert punctuated("he said open quote hello close quote", said=COMMA) == "He said, “hello”"
        assert punctuated("open quote hello close quote", hello=STOP) == "“Hello.”"

    def test_it_stands_after_the_whole_of_a_form_and_belongs_to_its_last_word(self) -> None:
        words = utterances_of("it costs five dollars now")[0]
        text = Formatter(punctuator=Marks(dollars=COMMA)).format(words)
        assert text.text == "It costs $5, now"
        assert text.words_at(text.text.index(",")) == range(3, 4)

    def test_no_number_reaches_across_it(self) -> None:
        assert punctuated("we saw twenty five others", twenty=COMMA) == "We saw 20, five others"
