"""Streaming resampling to 16 kHz mono."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.audio.resampling import StreamingResampler
from tests.unit.audio.media_files import tone

RATES_HZ = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000]


def resample(samples: np.ndarray, rate_hz: int, channels: int, cuts: list[int]) -> np.ndarray:
    resampler = StreamingResampler(rate_hz, channels)
    parts = [
        resampler.push(part) for part in np.split(samples, sorted(cut % (len(samples) + 1) for cut in cuts))
    ]
    return np.concatenate([*parts, resampler.finish()])


@settings(max_examples=80, deadline=None)
@given(
    rate_hz=st.sampled_from(RATES_HZ),
    channels=st.sampled_from([1, 2, 7]),
    length=st.integers(0, 6_000),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
    seed=st.integers(0, 100),
)
def test_any_split_gives_the_same_samples(
    rate_hz: int, channels: int, length: int, cuts: list[int], seed: int
) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.2, (length, channels)).astype(np.float32)
    whole = resample(samples, rate_hz, channels, [])
    np.testing.assert_array_equal(resample(samples, rate_hz, channels, cuts), whole)
    assert abs(len(whole) - length * 16_000 / rate_hz) <= 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_equals_soxr_in_one_piece(rate_hz: int) -> None:
    samples = np.random.default_rng(3).normal(0, 0.2, rate_hz).astype(np.float32)
    expected = soxr.resample(samples, rate_hz, 16_000, quality="HQ")
    streamed = resample(samples, rate_hz, 1, [100, 5_000])
    assert abs(len(streamed) - len(expected)) <= 1
    common = min(len(streamed), len(expected))
    np.testing.assert_allclose(streamed[:common], expected[:common], atol=1e-5)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_stays_the_same_tone(rate_hz: int) -> None:
    samples = resample(tone(1.0, rate_hz), rate_hz, 1, [])
    assert np.abs(samples - tone(1.0, 16_000)[: len(samples)])[800:-800].max() < 1e-3


def test_what_16_khz_cannot_hold_is_filtered_out_rather_than_folded_back() -> None:
    assert np.abs(resample(tone(1.0, 48_000, 10_000), 48_000, 1, []))[800:-800].max() < 1e-3


def test_a_block_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="1 channels was given, 2 were announced"):
        StreamingResampler(48_000, 2).push(np.zeros(10, np.float32))
    with pytest.raises(ValueError, match="is not audio"):
        StreamingResampler(0, 1)
