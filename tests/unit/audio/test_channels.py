"""One voice out of several channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.audio.channels import ChannelPicker
from asr_app.audio.media import load_samples
from asr_app.audio.resampling import SAMPLE_RATE_HZ

Samples = NDArray[np.float32]
SAMPLES_FOLDER = Path(__file__).resolve().parents[3] / "assets" / "samples"


@pytest.fixture(scope="module")
def voice() -> Samples:
    samples = load_samples(SAMPLES_FOLDER / "library.wav")
    return np.concatenate([np.zeros(8_000, np.float32), samples])


def hum(samples: int, amplitude: float) -> Samples:
    noise = np.random.default_rng(1).standard_normal(samples).astype(np.float32)
    return np.float32(amplitude) * noise


def feed(picker: ChannelPicker, *channels: Samples) -> Samples:
    sound = np.stack(channels, axis=1)
    blocks = [picker.push(sound[start : start + 512]) for start in range(0, len(sound), 512)]
    return np.concatenate([*blocks, picker.finish()])


def test_one_channel_passes_as_it_is(voice: Samples) -> None:
    np.testing.assert_array_equal(feed(ChannelPicker(SAMPLE_RATE_HZ, 1), voice), voice)


@pytest.mark.parametrize("side", [0, 1])
def test_a_voice_on_one_channel_is_taken_from_there(voice: Samples, side: int) -> None:
    picker = ChannelPicker(SAMPLE_RATE_HZ, 2)
    channels = [hum(len(voice), 0.003)] * 2
    channels[side] = voice
    mixed = feed(picker, *channels)
    assert picker.chosen == (side,)
    end = len(voice) // 2
    np.testing.assert_allclose(mixed[end:], voice[end:], atol=1e-6)


def test_a_channel_without_signal_takes_no_part(voice: Samples) -> None:
    picker = ChannelPicker(SAMPLE_RATE_HZ, 2)
    mixed = feed(picker, np.zeros_like(voice), voice)
    assert picker.chosen == (1,)
    np.testing.assert_allclose(mixed[-8_000:], voice[-8_000:], atol=1e-6)


def test_a_voice_in_the_middle_of_a_stereo_microphone_is_the_mean(voice: Samples) -> None:
    picker = ChannelPicker(SAMPLE_RATE_HZ, 2)
    left, right = voice + hum(len(voice), 0.001), 0.8 * voice
    mixed = feed(picker, left, right)
    assert picker.chosen == (0, 1)
    np.testing.assert_allclose(mixed, (left + right) / 2, atol=1e-6)


def test_a_loud_noise_does_not_win_over_a_voice(voice: Samples) -> None:
    picker = ChannelPicker(SAMPLE_RATE_HZ, 2)
    buzz = (0.3 * np.sign(np.sin(np.arange(len(voice)) * 2 * np.pi * 50 / SAMPLE_RATE_HZ))).astype(np.float32)
    feed(picker, buzz, voice)
    assert picker.chosen == (1,)


def test_a_change_of_mind_makes_no_click(voice: Samples) -> None:
    picker = ChannelPicker(SAMPLE_RATE_HZ, 2)
    mixed = feed(picker, np.zeros_like(voice), voice)
    assert picker.chosen == (1,)
    assert np.abs(np.diff(mixed)).max() <= 1.05 * np.abs(np.diff(voice)).max()


def test_the_split_into_blocks_and_the_rate_lose_nothing(voice: Samples) -> None:
    picker = ChannelPicker(48_000, 2)
    loud = np.repeat(voice, 3)
    mixed = feed(picker, loud, loud)
    assert len(mixed) == pytest.approx(len(voice), abs=1)
