from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.export.document import Paragraph, Piece
from asr_app.export.subtitles import Cue, SubtitleRules, cues_of

RULES = SubtitleRules()


def said(text: str, word_s: float = 0.25, gap_s: float = 0.05, start_s: float = 0.0) -> list[Piece]:
    """Words one after the other; `|` is a pause of two seconds."""
    pieces, now_s = [], start_s
    for word in text.split():
        if word == "|":
            now_s += 2.0
            continue
        pieces.append(Piece(word, now_s, now_s + word_s, 0.9))
        now_s += word_s + gap_s
    return pieces


def cut(text: str, rules: SubtitleRules = RULES, word_s: float = 0.25) -> list[Cue]:
    return cues_of([Paragraph(tuple(said(text, word_s)))], rules)


def shown(cues: list[Cue]) -> list[str]:
    return ["/".join(cue.lines) for cue in cues]


class TestCuts:
    def test_a_short_sentence_is_one_line(self) -> None:
        assert shown(cut("We met at the library.")) == ["We met at the library."]

    def test_a_new_cue_begins_after_a_pause(self) -> None:
        assert shown(cut("hello there | good morning")) == ["hello there", "good morning"]

    def test_cues_end_with_sentences_rather_than_in_the_middle_of_one(self) -> None:
        cues = cut(
            "The train was late again. We waited for an hour in the cold and nobody told us why. "
            "Then it came."
        )
        assert [cue.lines[-1][-1] for cue in cues] == ["."] * len(cues)

    def test_a_clause_is_the_next_best_place(self) -> None:
        cues = cut(
            "when the train that we had been waiting for finally came to the station, everybody who was "
            "still there tried to get in at once"
        )
        assert shown(cues)[0].endswith("station,")

    def test_without_marks_the_longest_of_short_pauses_decides(self) -> None:
        pieces = said("one two three four five six seven eight nine ten", 0.4)
        late = [Piece(p.text, p.start_s + 0.5, p.end_s + 0.5, 0.9) for p in pieces[6:]]
        rules = SubtitleRules(line_characters=20)
        assert shown(cues_of([Paragraph((*pieces[:6], *late))], rules))[0].replace("/", " ").endswith("six")

    def test_two_lines_are_of_like_length(self) -> None:
        (cue,) = cut("we were walking along the river when it began to rain quite hard")
        assert len(cue.lines) == 2
        assert abs(len(cue.lines[0]) - len(cue.lines[1])) < 8

    def test_a_line_ends_after_a_comma_where_one_is_near(self) -> None:
        (cue,) = cut("we were walking along the river bank, when it suddenly began to rain")
        assert cue.lines[0].endswith("bank,")

    def test_a_word_wider_than_a_line_is_broken(self) -> None:
        cues = cut("see " + "x" * 100, SubtitleRules(line_characters=40, lines=3))
        assert "".join(line for cue in cues for line in cue.lines) == "see" + "x" * 100


class TestTimes:
    def test_a_cue_begins_with_its_first_word(self) -> None:
        cues = cut("hello | there")
        assert [cue.start_ms for cue in cues] == [0, 2300]

    def test_one_word_stands_for_the_shortest_time(self) -> None:
        (cue,) = cut("yes", SubtitleRules(min_duration_s=1.2))
        assert cue.end_ms - cue.start_ms == 1200

    def test_a_cue_stands_as_long_as_it_takes_to_read(self) -> None:
        (cue,) = cut("extraordinarily complicated circumstances", SubtitleRules(reading_cps=10))
        assert cue.end_ms - cue.start_ms == pytest.approx(4100, abs=1)

    def test_it_gives_way_to_the_next(self) -> None:
        rules = SubtitleRules(min_duration_s=5, pause_s=1.5, gap_s=0.1)
        first, second = cut("hello | there", rules)
        assert first.end_ms == second.start_ms - 100

    def test_fast_speech_is_cut_so_that_it_can_be_read_as_far_as_it_can(self) -> None:
        fast = cut("a " * 60, word_s=0.1)
        for cue in fast:
            assert cue.end_ms - cue.start_ms <= 7000


@st.composite
def paragraphs_of(draw: st.DrawFn) -> list[Paragraph]:
    """Any words at any times, overlapping and out of order included."""
    made, now_s = [], draw(st.floats(0, 5))
    for _ in range(draw(st.integers(1, 3))):
        pieces = []
        for _ in range(draw(st.integers(1, 12))):
            text = draw(st.text("abc.,", min_size=1, max_size=15))
            now_s = max(0.0, now_s + draw(st.floats(-0.3, 1.5)))
            pieces.append(Piece(text, now_s, now_s + draw(st.floats(0, 1)), None))
        made.append(Paragraph(tuple(pieces)))
    return made


@settings(max_examples=60, deadline=None)
@given(
    paragraphs_of(),
    st.builds(
        SubtitleRules,
        line_characters=st.integers(1, 30),
        lines=st.integers(1, 3),
        max_duration_s=st.floats(1, 7),
        gap_s=st.floats(0, 0.5),
    ),
)
def test_the_hard_rules_hold_for_any_words(paragraphs: list[Paragraph], rules: SubtitleRules) -> None:
    cues = cues_of(paragraphs, rules)
    for cue in cues:
        assert 1 <= len(cue.lines) <= rules.lines
        assert all(1 <= len(line) <= rules.line_characters for line in cue.lines)
        assert 0 < cue.end_ms - cue.start_ms <= round(rules.max_duration_s * 1000)
    for one, two in pairwise(cues):
        assert two.start_ms - one.end_ms >= round(rules.gap_s * 1000)
    letters = "".join(piece.text for paragraph in paragraphs for piece in paragraph.pieces)
    assert "".join(line.replace(" ", "") for cue in cues for line in cue.lines) == letters


@pytest.mark.parametrize(
    "wrong",
    [{"lines": 0}, {"line_characters": 0}, {"min_duration_s": 8.0}, {"reading_cps": 0.0}, {"gap_s": -1.0}],
)
def test_rules_that_no_cue_can_keep_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"needs a|longest|positive"):
        SubtitleRules(**wrong)  # type: ignore[arg-type]
