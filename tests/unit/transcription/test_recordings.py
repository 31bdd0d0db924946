from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.audio.media import load_samples
from asr_app.errors import MediaError
from asr_app.transcription.recordings import check_samples, open_recording, without_nonsense
from tests.unit.transcription.builders import SAMPLES


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (np.array([0.0, np.nan], np.float32), "not numbers"),
        (np.array([0.0, np.inf], np.float32), "not numbers"),
        (np.zeros((10, 2), np.float32), "not one channel .*10 x 2"),
        (np.float32(0.5), "not one channel"),
        (np.array([0.0, 20_000.0]), "reach 20000 where 1 is the loudest"),
        (np.zeros(10, np.int32), "type int32"),
        (np.array(["a", "b"]), "type <U1"),
    ],
)
def test_what_is_no_sound_is_refused_with_a_sentence(samples: Any, sentence: str) -> None:
    with pytest.raises(MediaError, match=sentence):
        check_samples(samples)


def test_integers_become_the_floats_they_stand_for() -> None:
    converted = check_samples(np.array([-32768, 0, 16384], np.int16))
    assert converted.dtype == np.float32
    np.testing.assert_array_equal(converted, [-1.0, 0.0, 0.5])


def test_double_precision_is_taken() -> None:
    assert check_samples(np.array([0.25, -0.25])).dtype == np.float32


def test_no_samples_are_a_recording_too() -> None:
    recording = open_recording(np.zeros(0, np.float32), 0.0, None, pytest.fail)
    assert recording.total_s == 0
    assert list(recording.blocks) == []


@given(st.floats(0, 3), st.none() | st.floats(0, 3))
def test_a_stretch_of_an_array_is_its_slice(start_s: float, end_s: float | None) -> None:
    samples = np.arange(2 * 16_000, dtype=np.float32) / 40_000
    recording = open_recording(samples, start_s, end_s, pytest.fail)
    heard = np.concatenate([np.zeros(0, np.float32), *recording.blocks])
    first = round(start_s * 16_000)
    last = len(samples) if end_s is None else max(first, round(end_s * 16_000))
    np.testing.assert_array_equal(heard, samples[first:last])
    assert recording.total_s == pytest.approx(len(heard) / 16_000)


@pytest.mark.parametrize(
    ("start_s", "end_s"), [(0.0, None), (1.0, None), (0.5, 2.0), (0.0, 100.0), (50.0, None)]
)
def test_a_file_says_how_long_the_stretch_is(start_s: float, end_s: float | None) -> None:
    path = SAMPLES / "library.wav"
    recording = open_recording(path, start_s, end_s, pytest.fail)
    heard = np.concatenate([np.zeros(0, np.float32), *recording.blocks])
    assert recording.total_s == pytest.approx(len(heard) / 16_000, abs=0.001)
    np.testing.assert_array_equal(heard, load_samples(path, start_s=start_s, end_s=end_s))


def test_clean_samples_are_passed_on_without_a_copy() -> None:
    samples = np.zeros(10, np.float32)
    assert without_nonsense(samples) is samples
