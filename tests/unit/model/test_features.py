from __future__ import annotations

import itertools

import librosa
import numpy as np
import pytest
import torch
import torchaudio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from asr_app.model.config import FeatureConfig
from asr_app.model.features import LogMel, StreamingLogMel, librosa_filterbank
from tests.unit.model.builders import noise

CONFIG = FeatureConfig()
# Both references place the window in the middle of the transform; LogMel starts its frame with the window.
EDGE_SAMPLES = (CONFIG.fft_samples - CONFIG.window_samples) // 2


@pytest.fixture(scope="module")
def log_mel() -> LogMel:
    """The real analysis, with statistics that are not trivial."""
    log_mel = LogMel(CONFIG)
    log_mel.filterbank.copy_(torch.from_numpy(librosa_filterbank(CONFIG)))
    log_mel.mean.copy_(torch.linspace(-9, -3, CONFIG.mel_bands))
    log_mel.std.copy_(torch.linspace(1, 3, CONFIG.mel_bands))
    return log_mel


def speech_like() -> NDArray[np.float32]:
    """A rising tone in noise with a silent gap, one second and a bit."""
    time_s = np.arange(17_321) / CONFIG.sample_rate_hz
    samples = 0.3 * np.sin(2 * np.pi * (200 + 2_500 * time_s) * time_s).astype(np.float32) + noise(
        len(time_s)
    )
    samples[8_000:9_000] = 0
    return samples


def test_frames_equal_librosa(log_mel: LogMel) -> None:
    samples = speech_like()
    power = librosa.feature.melspectrogram(
        y=np.pad(samples, EDGE_SAMPLES),
        sr=CONFIG.sample_rate_hz,
        n_fft=CONFIG.fft_samples,
        win_length=CONFIG.window_samples,
        hop_length=CONFIG.hop_samples,
        window="hann",
        center=False,
        power=2.0,
        n_mels=CONFIG.mel_bands,
        fmin=CONFIG.min_hz,
        fmax=CONFIG.max_hz,
    )
    expected = np.log(np.maximum(power, CONFIG.log_floor)).T

    actual = log_mel.log_mel(torch.from_numpy(samples)[None])[0].numpy()

    assert actual.shape == expected.shape == (106, 80)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-3)


def test_frames_equal_torchaudio(log_mel: LogMel) -> None:
    samples = torch.from_numpy(speech_like())
    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate=CONFIG.sample_rate_hz,
        n_fft=CONFIG.fft_samples,
        win_length=CONFIG.window_samples,
        hop_length=CONFIG.hop_samples,
        f_min=CONFIG.min_hz,
        f_max=CONFIG.max_hz,
        n_mels=CONFIG.mel_bands,
        center=False,
        power=2.0,
        norm="slaney",
        mel_scale="slaney",
    )
    power = transform(torch.nn.functional.pad(samples, (EDGE_SAMPLES, EDGE_SAMPLES)))
    expected = power.clamp_min(CONFIG.log_floor).log().T

    torch.testing.assert_close(log_mel.log_mel(samples[None])[0], expected, rtol=0, atol=1e-3)


def test_filter_bank_equals_torchaudio() -> None:
    expected = torchaudio.functional.melscale_fbanks(
        n_freqs=CONFIG.fft_samples // 2 + 1,
        f_min=CONFIG.min_hz,
        f_max=CONFIG.max_hz,
        n_mels=CONFIG.mel_bands,
        sample_rate=CONFIG.sample_rate_hz,
        norm="slaney",
        mel_scale="slaney",
    )
    bank = librosa_filterbank(CONFIG)
    assert bank.dtype == np.float32
    np.testing.assert_allclose(bank, expected.numpy().T, rtol=0, atol=1e-6)


def test_a_frame_is_its_definition(log_mel: LogMel) -> None:
    samples = speech_like()
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.abs(np.fft.rfft(samples[10 * 160 : 10 * 160 + 400] * window, 512)) ** 2
    expected = np.log(librosa_filterbank(CONFIG) @ power)
    actual = log_mel.log_mel(torch.from_numpy(samples)[None])[0, 10].numpy()
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-3)


def test_forward_normalises(log_mel: LogMel) -> None:
    samples = torch.from_numpy(speech_like())[None]
    expected = (log_mel.log_mel(samples) - log_mel.mean) / log_mel.std
    torch.testing.assert_close(log_mel(samples), expected)


def test_silence_is_the_floor(log_mel: LogMel) -> None:
    frames = log_mel.log_mel(torch.zeros(1, 4_000))
    torch.testing.assert_close(frames, torch.full_like(frames, float(np.log(CONFIG.log_floor))))


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (1, 0), (399, 0), (400, 1), (559, 1), (560, 2), (16_000, 98)]
)
def test_only_whole_windows_give_frames(log_mel: LogMel, samples: int, frames: int) -> None:
    assert log_mel.frame_count(samples) == frames
    assert log_mel(torch.zeros(2, samples)).shape == (2, frames, CONFIG.mel_bands)


def test_window_is_not_stored_but_bank_and_statistics_are(log_mel: LogMel) -> None:
    assert set(log_mel.state_dict()) == {"filterbank", "mean", "std"}


@settings(max_examples=60, deadline=None, database=None)
@given(
    total=st.integers(0, 3_000),
    cuts=st.lists(st.integers(0, 3_000), max_size=25),
)
def test_streamed_frames_equal_the_batch_for_every_split(
    total: int, cuts: list[int], log_mel: LogMel
) -> None:
    samples = noise(total, seed=total)
    edges = [0, *sorted(min(cut, total) for cut in cuts), total]
    stream = StreamingLogMel(log_mel)

    parts = [stream.push(samples[start:end]) for start, end in itertools.pairwise(edges)]

    torch.testing.assert_close(
        torch.cat(parts), log_mel(torch.from_numpy(samples)[None])[0], rtol=1e-5, atol=1e-4
    )


def test_sample_by_sample_gives_each_frame_as_soon_as_its_window_is_full(log_mel: LogMel) -> None:
    samples = noise(1_000)
    stream = StreamingLogMel(log_mel)
    counts = [len(stream.push(samples[i : i + 1])) for i in range(len(samples))]
    assert [i + 1 for i, count in enumerate(counts) if count] == [400, 560, 720, 880]


def test_a_stream_takes_views_and_read_only_arrays(log_mel: LogMel, recwarn: pytest.WarningsRecorder) -> None:
    samples = noise(1_600)
    read_only = samples.copy()
    read_only.setflags(write=False)
    strided = np.stack([samples, samples], axis=1)[:, 0]
    expected = log_mel(torch.from_numpy(samples)[None])[0]
    torch.set_warn_always(True)
    try:
        for block in (read_only, strided):
            torch.testing.assert_close(StreamingLogMel(log_mel).push(block), expected)
    finally:
        torch.set_warn_always(False)
    assert not recwarn.list
