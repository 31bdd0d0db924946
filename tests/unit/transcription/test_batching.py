from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asr_app.audio.segmentation import Utterance
from asr_app.transcription.batching import FIRST_WINDOW_S, batches_by_length, windows

lengths = st.lists(st.integers(0, 1000), max_size=30)


def utterances(durations_s: list[float]) -> list[Utterance]:
    return [
        Utterance(float(index), np.zeros(round(duration_s * 16_000), np.float32))
        for index, duration_s in enumerate(durations_s)
    ]


@given(lengths, st.integers(1, 3000))
def test_every_utterance_is_in_one_batch(lengths: list[int], most: int) -> None:
    batches = batches_by_length(lengths, most)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))


@given(lengths, st.integers(1, 3000))
def test_a_batch_with_its_padding_stays_within_the_bound(lengths: list[int], most: int) -> None:
    for batch in batches_by_length(lengths, most):
        padded = len(batch) * max(lengths[index] for index in batch)
        assert padded <= most or len(batch) == 1


@given(lengths, st.integers(1, 3000))
def test_the_batch_with_the_earliest_utterance_comes_first(lengths: list[int], most: int) -> None:
    firsts = [batch[0] for batch in batches_by_length(lengths, most)]
    assert firsts == sorted(firsts)


def test_utterances_of_like_length_come_together() -> None:
    assert batches_by_length([10, 1, 10, 1], most_padded=20) == [[0, 2], [1, 3]]


def test_the_first_window_is_a_single_utterance_so_that_words_come_soon() -> None:
    first, second = windows(utterances([1.0] * 5), most_s=60)
    assert [utterance.start_s for utterance in first] == [0.0]
    assert [utterance.start_s for utterance in second] == [1.0, 2.0, 3.0, 4.0]


def test_windows_grow_to_the_bound_and_no_further() -> None:
    groups = list(windows(utterances([5.0] * 40), most_s=20))
    totals_s = [sum(utterance.duration_s for utterance in group) for group in groups]
    assert totals_s[1] == FIRST_WINDOW_S
    assert max(totals_s) == 20
    assert sum(len(group) for group in groups) == 40
