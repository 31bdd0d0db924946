"""The state machine that finds where speech begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.audio.endpointing import Endpointer, EndpointEvent, EndpointPolicy, SpeechEnded, SpeechStarted

W = 512
POLICY = EndpointPolicy(
    min_speech_ms=96, hangover_ms=320, pre_roll_ms=160, post_roll_ms=64, max_utterance_s=4.0, cut_search_s=1.0
)


def run(
    probabilities: list[float], policy: EndpointPolicy = POLICY, total: int | None = None
) -> list[EndpointEvent]:
    endpointer = Endpointer(policy)
    events = [event for probability in probabilities for event in endpointer.push(probability)]
    return events + endpointer.finish(len(probabilities) * W if total is None else total)


def test_speech_has_a_little_of_the_quiet_before_and_after_it() -> None:
    events = run([0.0] * 20 + [0.9] * 30 + [0.0] * 20)
    start, end = 20 * W - 2_560, 50 * W + 1_024
    assert events == [SpeechStarted(start), SpeechEnded(start, end)]


def test_speech_is_announced_as_soon_as_it_is_sure_and_ended_after_the_hangover() -> None:
    endpointer = Endpointer(POLICY)
    told = {
        window: events
        for window, probability in enumerate([0.0] * 20 + [0.9] * 30 + [0.0] * 20)
        if (events := endpointer.push(probability))
    }
    assert list(told) == [22, 59]


def test_a_click_is_no_speech() -> None:
    assert run([0.0] * 20 + [0.9] * 2 + [0.0] * 20) == []


def test_a_probability_between_release_and_threshold_keeps_speech_but_does_not_begin_it() -> None:
    assert run([0.4] * 50) == []
    assert run([0.9] + [0.4] * 50 + [0.0] * 20) == [SpeechStarted(0), SpeechEnded(0, 51 * W + 1_024)]


def test_a_pause_shorter_than_the_hangover_does_not_end_speech() -> None:
    events = run([0.9] * 10 + [0.0] * 9 + [0.9] * 10 + [0.0] * 10)
    assert events == [SpeechStarted(0), SpeechEnded(0, 29 * W + 1_024)]


def test_the_pre_roll_reaches_neither_before_the_recording_nor_into_the_last_utterance() -> None:
    policy = EndpointPolicy(
        min_speech_ms=32, hangover_ms=32, pre_roll_ms=320, post_roll_ms=32, max_utterance_s=4.0
    )
    events = run([0.9] * 5 + [0.0] * 2 + [0.9] * 5, policy)
    assert events == [
        SpeechStarted(0),
        SpeechEnded(0, 6 * W),
        SpeechStarted(6 * W),
        SpeechEnded(6 * W, 12 * W),
    ]


def test_speech_at_the_end_of_the_recording_ends_with_it() -> None:
    assert run([0.0] * 10 + [0.9] * 10, total=20 * W - 100)[-1] == SpeechEnded(10 * W - 2_560, 20 * W - 100)


def test_too_long_speech_is_cut_at_its_quietest_place_before_the_limit() -> None:
    probabilities = [0.9] * 400
    probabilities[110] = 0.5  # 3.5 s, within the second that is searched
    probabilities[50] = 0.4  # quieter, but too early
    events = run(probabilities)
    cut = 110 * W + W // 2
    assert events[:3] == [SpeechStarted(0), SpeechEnded(0, cut, was_cut=True), SpeechStarted(cut)]


def test_the_limit_in_a_pause_is_a_plain_end() -> None:
    events = run([0.9] * 120 + [0.0] * 30)
    assert events == [SpeechStarted(0), SpeechEnded(0, 120 * W + 1_024)]


def test_what_is_needed_later_is_never_called_old() -> None:
    endpointer = Endpointer(POLICY)
    oldest = 0
    for probability in ([0.0] * 30 + [0.9] * 200 + [0.0] * 40) * 3:
        events = endpointer.push(probability)
        assert all(event.start_sample >= oldest for event in events)
        assert endpointer.oldest_needed_sample >= oldest
        oldest = endpointer.oldest_needed_sample


@settings(max_examples=150, deadline=None)
@given(
    runs=st.lists(
        st.tuples(st.integers(1, 200), st.sampled_from([0.0, 0.3, 0.4, 0.45, 0.6, 1.0])), max_size=30
    ),
    missing=st.integers(0, W - 1),
)
def test_for_any_probabilities_utterances_are_in_order_and_bounded(
    runs: list[tuple[int, float]], missing: int
) -> None:
    probabilities = [probability for count, probability in runs for _ in range(count)]
    total = max(0, len(probabilities) * W - missing)
    events = run(probabilities, total=total)
    assert all(
        isinstance(event, SpeechStarted if index % 2 == 0 else SpeechEnded)
        for index, event in enumerate(events)
    )
    before = 0
    for started, ended in zip(events[::2], events[1::2], strict=True):
        assert isinstance(ended, SpeechEnded)
        assert before <= started.start_sample == ended.start_sample <= ended.end_sample
        assert ended.end_sample - ended.start_sample <= POLICY.max_utterance_s * 16_000
        before = ended.end_sample
    assert before <= len(probabilities) * W


def test_a_policy_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match="release"):
        EndpointPolicy(threshold=0.3, release=0.5)
    with pytest.raises(ValueError, match="no room"):
        EndpointPolicy(max_utterance_s=0.5)


def voices(probabilities: list[float]) -> list[float]:
    """How long each utterance was surely speech, in windows."""
    ended = [event for event in run(probabilities) if isinstance(event, SpeechEnded)]
    return [event.voice_s * 16_000 / W for event in ended]


def test_an_utterance_tells_how_long_it_was_surely_speech() -> None:
    assert voices([0.0] * 5 + [0.6] * 4 + [0.95] * 7 + [0.5] * 3 + [0.0] * 20) == [7]
    assert voices([0.0] * 5 + [0.95] * 2 + [0.0] * 20 + [0.6] * 6 + [0.0] * 20) == [0]


def test_what_surely_is_speech_counts_in_one_of_the_two_parts_of_a_cut_utterance() -> None:
    first, second = voices([0.95] * 100 + [0.5] + [0.95] * 40 + [0.0] * 20)
    assert first > 0 and second > 0
    assert first + second == 140


def test_while_somebody_speaks_the_sure_part_grows() -> None:
    endpointer = Endpointer(POLICY)
    grown = []
    for probability in [0.95] * 6 + [0.0] * 15:
        endpointer.push(probability)
        grown.append(round(endpointer.voice_s * 16_000 / W))
    assert grown[:6] == [0, 0, 3, 4, 5, 6]
    assert grown[-1] == 0
