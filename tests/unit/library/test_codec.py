from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.library.codec import PackedWords, pack, preview_of, unpack, word_places
from asr_app.transcription.types import Segment, Word
from tests.unit.library.builders import invented, spoken

times = st.integers(0, 40_000_000).map(lambda value: value / 1000)
words = st.builds(
    Word,
    st.text(st.characters(exclude_characters="\x01\x02", exclude_categories=["Cs"]), max_size=8),
    times,
    times,
    st.integers(0, 1000).map(lambda value: value / 1000),
)
segments = st.builds(Segment, st.lists(words, max_size=5).map(tuple), times, times)


@settings(max_examples=30, deadline=None)
@given(st.lists(segments, max_size=4))
def test_what_is_packed_comes_back_to_the_millisecond(parts: list[Segment]) -> None:
    assert unpack(pack(parts)) == tuple(parts)


@settings(max_examples=30, deadline=None)
@given(st.lists(segments, max_size=4))
def test_each_word_stands_where_it_is_said_to(parts: list[Segment]) -> None:
    packed = pack(parts)
    places = word_places(packed)
    heard = [(index, word) for index, part in enumerate(parts) for word in part.words]
    assert [(place.segment, packed.text[place.first : place.end]) for place in places] == [
        (index, word.text) for index, word in heard
    ]
    assert [place.start_s for place in places] == [word.start_s for _, word in heard]


def test_a_word_takes_few_bytes() -> None:
    (transcript,) = invented(1, 1500)
    packed = pack(transcript.segments)
    assert len(packed.data) / 1500 < 8


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: PackedWords(packed.text[:-1], packed.data),
        lambda packed: PackedWords(packed.text, packed.data[:-3]),
        lambda packed: PackedWords(packed.text, b"\x09" + packed.data[1:]),
        lambda packed: PackedWords(packed.text, b""),
    ],
)
def test_damage_is_noticed(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(ValueError, match=r"damaged|format|together"):
        unpack(damage(pack(spoken("one two", "three").segments)))


def test_a_preview_is_the_beginning_on_one_line() -> None:
    assert preview_of(spoken("one two", "", "three").segments) == "one two three"
    assert len(preview_of(spoken("word " * 100).segments)) <= 160
    assert preview_of([dataclasses.replace(spoken("a").segments[0], words=())]) == ""
