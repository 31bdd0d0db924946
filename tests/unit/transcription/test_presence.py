"""When the words of an utterance are taken for inventions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.transcription.presence import nobody_spoke, spoken_only
from asr_app.transcription.types import Segment, Word

SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("voice_s", "confidences", "invented"),
    [
        (0.0, [0.56], True),  # a bark, "I"
        (0.06, [0.01], True),  # a sneeze, "who"
        (0.0, [], True),
        (0.16, [0.94], False),  # "two", said alone
        (0.13, [0.68], False),  # "d"
        (0.48, [0.13], False),  # "hello", hardly understood
        (1.9, [0.11, 0.02], False),  # a sentence on a bad line
        (3.0, [0.9, 0.001], False),
    ],
)
def test_the_less_voice_activity_was_sure_the_surer_a_word_must_be(
    voice_s: float, confidences: list[float], invented: bool
) -> None:
    assert nobody_spoke(voice_s, confidences) is invented


@given(st.floats(0, 20), st.floats(0, 20), SHARES, SHARES)
def test_more_voice_and_surer_words_never_speak_against_a_speaker(
    voice_s: float, more_s: float, confidence: float, other: float
) -> None:
    if not nobody_spoke(voice_s, [confidence]):
        assert not nobody_spoke(voice_s + more_s, [confidence])
        assert not nobody_spoke(voice_s, [confidence, other])


def test_a_segment_loses_all_of_its_words_or_none() -> None:
    segment = Segment((Word("but", 0.1, 0.3, 0.14), Word("who", 0.3, 0.5, 0.02)), 0.0, 0.7)
    assert spoken_only(segment, 0.0).words == ()
    assert spoken_only(segment, 0.0).end_s == segment.end_s
    assert spoken_only(segment, 1.0) is segment


def test_where_voice_activity_was_not_asked_nothing_is_left_out() -> None:
    segment = Segment((Word("but", 0.1, 0.3, 0.001),), 0.0, 0.7)
    assert spoken_only(segment, None) is segment
