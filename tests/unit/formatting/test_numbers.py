from __future__ import annotations

from collections.abc import Sequence

import pytest

from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.numbers import Form
from asr_app.formatting.tokens import Case, Prediction
from asr_app.formatting.values import SpanKind

ALL = frozenset(Form)


def written(said: str, *, forms: frozenset[Form] = ALL, digits_from: int = 10) -> str:
    options = FormatOptions(forms=forms, digits_from=digits_from, capitals=False)
    return fold(Formatter(options), utterances_of(said))


def test_small_numbers_in_prose_are_a_matter_of_taste() -> None:
    assert written("five of twelve") == "five of 12"
    assert written("five of twelve", digits_from=0) == "5 of 12"
    assert written("five of twelve", digits_from=13) == "five of twelve"


@pytest.mark.parametrize(
    ("form", "said", "text"),
    [
        (Form.CARDINAL, "twenty five people", "25 people"),
        (Form.ORDINAL, "the twenty fifth time", "the 25th time"),
        (Form.YEAR, "since nineteen eighty four", "since 1984"),
        (Form.TIME, "at seven thirty p m", "at 7:30 pm"),
        (Form.DATE, "the fifth of june", "5 June"),
        (Form.MONEY, "five dollars", "$5"),
        (Form.PERCENT, "five percent", "5%"),
        (Form.UNIT, "five kilometres", "5 km"),
        (Form.PHONE, "five five five one two three four", "555-1234"),
        (Form.DIGITS, "four seven one one", "4711"),
        (Form.LETTERS, "the b b c", "the BBC"),
        (Form.ADDRESS, "see example dot com", "see example.com"),
        (Form.TITLE, "mister smith", "Mr Smith"),
    ],
)
def test_each_form_can_be_switched_off_alone_and_on_alone(form: Form, said: str, text: str) -> None:
    assert written(said) == text
    assert written(said, forms=frozenset({form})) == text
    assert written(said, forms=ALL - {form}) != text


def test_a_letter_o_that_is_no_digit_leaves_every_word_in_its_place() -> None:
    said = "what will you have my dear o"
    assert written(said) == said
    assert written("not a sight o good to twenty of you") == "not a sight o good to 20 of you"


def test_with_no_form_wanted_nothing_changes() -> None:
    said = "at seven thirty on the fifth of may nineteen eighty four twenty five dollars"
    assert written(said, forms=frozenset()) == said


def test_a_long_pause_parts_numbers() -> None:
    first, second = utterances_of("twenty five")[0]
    together = Formatter(FormatOptions(capitals=False))
    assert together.format([first, second]).text == "25"
    apart = utterances_of("twenty || five")
    assert together.format([*apart[0], *apart[1]]).text == "20 five"


def test_a_form_is_one_span_of_all_its_words() -> None:
    text = Formatter().format(utterances_of("on the fifth of may nineteen eighty four he left")[0])
    (form,) = (span for span in text.spans if span.kind is SpanKind.FORM)
    assert (form.text, form.first_word, form.end_word) == ("5 May 1984", 1, 8)


def test_a_title_and_its_name_keep_words_of_their_own() -> None:
    text = Formatter().format(utterances_of("then mister smith left")[0])
    forms = [(span.text, span.first_word, span.end_word) for span in text.spans if span.kind is SpanKind.FORM]
    assert (text.text, forms) == ("Then Mr Smith left", [("Mr", 1, 2), ("Smith", 2, 3)])


def test_a_capital_of_automatic_punctuation_tells_a_name_after_a_title() -> None:
    def punctuator(words: Sequence[str]) -> list[Prediction]:
        return [Prediction(case=Case.CAPITAL if word == "who" else Case.AS_IS) for word in words]

    words = utterances_of("i like doctor who")[0]
    assert Formatter(punctuator=punctuator).format(words).text == "I like Dr Who"
    assert Formatter().format(words).text == "I like doctor who"


def test_words_come_through_as_they_were_when_they_are_no_form() -> None:
    assert written("McDonald had Two Sons") == "McDonald had Two Sons"
