"""Cutting a stream into utterances."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.audio.media import load_samples
from asr_app.audio.segmentation import SampleBuffer, Utterance, cut_utterances
from asr_app.audio.vad import VoiceActivityDetector

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def spoken(speech_wav: Path) -> Samples:
    return load_samples(speech_wav)


def utterances(blocks: list[Samples], policy: EndpointPolicy | None = None) -> list[Utterance]:
    return list(cut_utterances(blocks, VoiceActivityDetector(), policy))


def silence(duration_s: float) -> Samples:
    return np.zeros(round(duration_s * 16_000), np.float32)


def test_two_sentences_with_a_pause_are_two_utterances_at_their_times(spoken: Samples) -> None:
    recording = np.concatenate([silence(3.0), spoken, silence(2.0), spoken, silence(1.5)])
    found = utterances([recording])
    second_s = 5.0 + len(spoken) / 16_000
    assert len(found) == 2
    for utterance, begins_s in zip(found, (3.0, second_s), strict=True):
        assert utterance.start_s == pytest.approx(begins_s, abs=0.5)
        assert utterance.end_s == pytest.approx(begins_s + len(spoken) / 16_000, abs=0.5)
        position = round(utterance.start_s * 16_000)
        assert position / 16_000 == utterance.start_s
        np.testing.assert_array_equal(
            utterance.samples, recording[position : position + len(utterance.samples)]
        )


def test_how_the_stream_is_split_changes_nothing(spoken: Samples) -> None:
    recording = np.concatenate([silence(1.0), spoken, silence(0.9), spoken])
    whole = utterances([recording])
    for size in (160, 512, 8_000, 50_001):
        split = utterances([recording[start : start + size] for start in range(0, len(recording), size)])
        assert [utterance.start_s for utterance in split] == [utterance.start_s for utterance in whole]
        for ours, theirs in zip(split, whole, strict=True):
            np.testing.assert_array_equal(ours.samples, theirs.samples)


def test_each_utterance_comes_as_soon_as_it_is_over(spoken: Samples) -> None:
    recording = np.concatenate([spoken, silence(2.0), spoken, silence(2.0)])
    fed = 0

    def blocks() -> Iterator[Samples]:
        nonlocal fed
        for start in range(0, len(recording), 1_600):
            fed = start + 1_600
            yield recording[start : start + 1_600]

    first = next(cut_utterances(blocks(), VoiceActivityDetector()))
    assert fed / 16_000 < first.end_s + 0.6


def test_speech_without_a_pause_is_cut_and_nothing_is_lost(spoken: Samples) -> None:
    policy = EndpointPolicy(max_utterance_s=2.0, cut_search_s=1.0, hangover_ms=1_000)
    recording = np.concatenate([spoken] * 4)
    found = utterances([recording], policy)
    assert len(found) > 4
    assert max(utterance.duration_s for utterance in found) <= 2.0
    assert sum(utterance.duration_s for utterance in found) > 0.9 * len(recording) / 16_000


def test_silence_a_single_sample_and_nothing_hold_no_utterance() -> None:
    assert utterances([silence(5.0)]) == []
    assert utterances([np.ones(1, np.float32)]) == []
    assert utterances([]) == []


def test_a_stretch_keeps_the_recordings_clock(spoken: Samples) -> None:
    plain = next(cut_utterances([spoken, silence(1.0)], VoiceActivityDetector()))
    moved = next(cut_utterances([spoken, silence(1.0)], VoiceActivityDetector(), offset_s=100.0))
    assert moved.start_s == plain.start_s + 100.0


def test_memory_does_not_grow_with_the_recording() -> None:
    """A minute of silence leaves no more than a block and the pre-roll in the buffer."""
    kept: list[int] = []
    import weakref

    alive: list[weakref.ref[Samples]] = []

    def blocks() -> Iterator[Samples]:
        for _ in range(60):
            block = np.zeros(16_000, np.float32)
            alive.append(weakref.ref(block))
            kept.append(sum(reference() is not None for reference in alive))
            yield block

    assert list(cut_utterances(blocks(), VoiceActivityDetector())) == []
    assert max(kept) <= 4


def test_the_buffer_gives_what_it_holds_and_says_when_it_does_not() -> None:
    buffer = SampleBuffer()
    for start in range(0, 100, 10):
        buffer.append(np.arange(start, start + 10, dtype=np.float32))
    np.testing.assert_array_equal(buffer.take(25, 47), np.arange(25, 47))
    buffer.forget_before(35)
    np.testing.assert_array_equal(buffer.take(35, 100), np.arange(35, 100))
    assert len(buffer.take(100, 100)) == 0
    with pytest.raises(IndexError, match="not in the buffer"):
        buffer.take(25, 47)
    with pytest.raises(IndexError, match="not in the buffer"):
        buffer.take(90, 101)
