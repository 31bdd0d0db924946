"""What augmentation changes and what it keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from asr_app.model.config import FeatureConfig
from asr_app.model.features import LogMel, librosa_filterbank
from asr_app.training.augmentation import Augmenter, add_noise, mask, stretch, through_codec, through_room
from asr_app.training.recipe import AugmentationSection

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def log_mel() -> LogMel:
    module = LogMel(FeatureConfig())
    module.filterbank.copy_(torch.from_numpy(librosa_filterbank(FeatureConfig())))
    return module


def tone(frequency_hz: float, seconds: float = 1.0) -> np.ndarray:
    t = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)


def test_tempo_changes_the_number_of_frames_and_nothing_else() -> None:
    matrix = torch.linspace(0, 1, 80).expand(200, 80)
    faster = stretch(matrix, 1.25, 1.0)
    assert faster.shape == (160, 80)
    torch.testing.assert_close(faster, matrix[:160])


def test_a_longer_frequency_axis_moves_a_peak_up() -> None:
    matrix = torch.zeros(50, 80)
    matrix[:, 40] = 1.0
    assert int(stretch(matrix, 1.0, 1.1)[10].argmax()) == 44
    assert int(stretch(matrix, 1.0, 0.9)[10].argmax()) == 36
    assert stretch(matrix, 1.0, 0.9).shape == (50, 80)


@pytest.mark.parametrize("snr_db", [0.0, 10.0, 25.0])
def test_noise_has_the_power_asked_for(snr_db: float) -> None:
    torch.manual_seed(1)
    speech, noise = torch.randn(300, 80), torch.randn(300, 80) + 4.0
    noisy = add_noise(speech, noise, snr_db)
    added = (noisy.exp() - speech.exp()).sum() / speech.exp().sum()
    assert 10 * float(torch.log10(1 / added)) == pytest.approx(snr_db, abs=0.01)


def test_masks_set_cells_to_the_mean_and_keep_the_rest() -> None:
    features = torch.ones(400, 80)
    masked = mask(features, AugmentationSection(), 1.0, np.random.default_rng(3))
    assert set(masked.unique().tolist()) == {0.0, 1.0}
    assert 0.3 < float(masked.mean()) < 1.0
    assert float(features.mean()) == 1.0, "the original is untouched"


def test_strength_zero_masks_nothing() -> None:
    features = torch.ones(400, 80)
    torch.testing.assert_close(mask(features, AugmentationSection(), 0.0, np.random.default_rng(3)), features)


def test_a_room_keeps_length_loudness_and_the_time_of_the_direct_sound() -> None:
    samples = np.zeros(RATE_HZ, np.float32)
    samples[4000] = 1.0
    response = np.zeros(3000, np.float32)
    response[[100, 900, 2500]] = [1.0, 0.5, 0.2]
    wet = through_room(samples, response)
    assert len(wet) == len(samples)
    assert int(np.abs(wet).argmax()) == 4000
    assert float(np.mean(wet**2)) == pytest.approx(float(np.mean(samples**2)), rel=1e-3)
    assert wet[4000] / wet[4800] == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("codec", "container", "rate_hz", "bit_rate"),
    [
        ("libopus", "ogg", 48_000, 12_000),
        ("libmp3lame", "mp3", 16_000, 32_000),
        ("pcm_mulaw", "wav", 8_000, 0),
    ],
)
def test_a_codec_keeps_the_tone_and_about_the_length(
    codec: str, container: str, rate_hz: int, bit_rate: int
) -> None:
    samples = tone(700.0, 2.0)
    heard = through_codec(samples, codec, container, rate_hz, bit_rate)
    assert abs(len(heard) - len(samples)) < 0.1 * RATE_HZ
    spectrum = np.abs(np.fft.rfft(heard[8000:24000]))
    assert int(spectrum.argmax()) == pytest.approx(700, abs=3)


def test_the_ramp_rises_from_its_first_to_its_last_step() -> None:
    section = AugmentationSection(ramp_from_step=10, ramp_to_step=20, initial_strength=0.2, full_strength=1.0)
    augmenter = Augmenter(section, [], [])
    assert [round(augmenter.strength(step), 6) for step in (0, 10, 15, 20, 99)] == [0.2, 0.2, 0.6, 1.0, 1.0]


def test_the_same_generator_gives_the_same_variation(log_mel: LogMel) -> None:
    samples = tone(500.0)
    frames = log_mel.log_mel(torch.from_numpy(samples)[None])[0]
    noises = [torch.randn(70, 80)]
    augmenter = Augmenter(AugmentationSection(noise_share=1.0), [], noises)
    one = augmenter.on_log_mel(frames, 1.0, np.random.default_rng(7))
    two = augmenter.on_log_mel(frames, 1.0, np.random.default_rng(7))
    other = augmenter.on_log_mel(frames, 1.0, np.random.default_rng(8))
    torch.testing.assert_close(one, two)
    assert one.shape != other.shape or not torch.allclose(one, other)
