from __future__ import annotations

import pytest

from asr_app.export.document import Document
from asr_app.formatting.values import FormattedText, Span, SpanKind
from asr_app.transcription.types import Segment, Word
from tests.unit.export.builders import dictated_document, formatted_document, market, transcript


def test_a_number_stands_for_the_time_of_all_its_words() -> None:
    pieces = formatted_document().paragraphs()[0].pieces
    twenty, five = market().segments[0].words[2:4]
    assert pieces[2].text == "25"
    assert (pieces[2].start_s, pieces[2].end_s) == (twenty.start_s, five.end_s)


def test_a_mark_said_later_belongs_to_the_word_it_touches() -> None:
    (paragraph,) = dictated_document("hello", "comma world").paragraphs()
    hello, world = paragraph.pieces
    assert (hello.text, hello.start_s) == ("Hello,", 0.1)
    assert hello.end_s == pytest.approx(10.4)
    assert world.text == "world"


def test_a_piece_is_as_sure_as_its_least_sure_word() -> None:
    words = (Word("a", 0, 1, 0.9), Word("b", 1, 2, 0.2))
    text = FormattedText((Span("ab", 0, 2, SpanKind.FORM), Span("!", 2, 2, SpanKind.MARK)))
    document = Document(transcript([Segment(words, 0, 2)]), "x", texts=(text,))
    assert document.paragraphs()[0].pieces[0].confidence == 0.2


def test_text_without_words_lies_where_the_text_before_it_ends() -> None:
    text = FormattedText(
        (Span("a", 0, 1, SpanKind.WORD), Span(" ", 1, 1, SpanKind.SPACE), Span("*", 1, 1, SpanKind.MARK))
    )
    document = Document(transcript([Segment((Word("a", 0, 1, 0.9),), 0, 2)]), "x", texts=(text,))
    mark = document.paragraphs()[0].pieces[1]
    assert (mark.text, mark.start_s, mark.end_s, mark.confidence) == ("*", 1, 1, None)


def test_each_segment_has_its_text() -> None:
    with pytest.raises(ValueError, match="one display text for each segment"):
        Document(market(), "x", texts=())
