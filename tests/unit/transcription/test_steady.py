from __future__ import annotations

from asr_app.decoding.live_search import HeardWord, LiveHypothesis
from asr_app.transcription.steady import Steadiness, SteadyWords

STEADINESS = Steadiness(hold_frames=2, longest_hold_frames=6, doubt=1.0, margin=1.5)


def text(score: float, said: str, *ends: int) -> LiveHypothesis:
    """A hypothesis; without ends its words end long ago."""
    words = said.split()
    frames = ends or (0,) * len(words)
    return LiveHypothesis(tuple(map(HeardWord, words, frames)), score)


class Screen:
    def __init__(self) -> None:
        self._steady = SteadyWords(STEADINESS)
        self.frames = 100

    def after(self, *hypotheses: LiveHypothesis) -> str:
        return " ".join(word.text for word in self._steady.update(hypotheses, self.frames))


def test_a_word_all_agree_on_is_shown_when_its_last_sound_is_a_moment_past() -> None:
    screen = Screen()
    assert screen.after(text(0, "we will", 90, 99)) == "we"
    screen.frames += 1
    assert screen.after(text(0, "we will", 90, 99)) == "we will"


def test_a_word_that_goes_on_is_never_shown_as_the_shorter_one() -> None:
    screen = Screen()
    assert screen.after(text(0, "we in", 90, 99)) == "we"
    screen.frames += 4
    assert screen.after(text(0, "we", 90)) == "we"
    assert screen.after(text(0, "we into", 90, 101)) == "we into"


def test_where_likely_texts_differ_it_waits_longer_and_then_shows_the_likeliest() -> None:
    screen = Screen()
    rivals = text(0, "we meet", 90, 97), text(-0.5, "we meat", 90, 97)
    assert screen.after(*rivals) == "we"
    screen.frames = 102
    assert screen.after(*rivals) == "we"
    screen.frames = 103
    assert screen.after(*rivals) == "we meet"


def test_an_unlikely_rival_has_no_say() -> None:
    assert Screen().after(text(0, "we meet", 90, 97), text(-1.2, "we meat", 90, 97)) == "we meet"


def test_a_tie_does_not_change_a_shown_word() -> None:
    screen = Screen()
    assert screen.after(text(0, "we meet")) == "we meet"
    assert screen.after(text(0, "we meat"), text(-1.4, "we meet")) == "we meet"


def test_evidence_does() -> None:
    screen = Screen()
    assert screen.after(text(0, "we meet")) == "we meet"
    assert screen.after(text(0, "we meat"), text(-1.6, "we meet")) == "we meat"


def test_words_that_follow_grow_from_the_text_that_is_shown() -> None:
    screen = Screen()
    assert screen.after(text(0, "we meet")) == "we meet"
    assert screen.after(text(0, "we meat pie"), text(-1.2, "we meet by")) == "we meet by"


def test_words_before_a_changed_one_stay() -> None:
    screen = Screen()
    assert screen.after(text(0, "we will meet")) == "we will meet"
    assert screen.after(text(0, "we will need a", 0, 0, 50, 99)) == "we will need"


def test_no_hypotheses_leave_the_text_as_it_is() -> None:
    screen = Screen()
    assert screen.after() == ""
    assert screen.after(text(0, "we")) == "we"
    assert screen.after() == "we"
