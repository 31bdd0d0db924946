"""Voice activity from silero-vad's network."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.audio.media import load_samples
from asr_app.audio.vad import WINDOW_SAMPLES, VoiceActivityDetector

NOISE = np.random.default_rng(11).normal(0, 0.1, 20_000).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(length=st.integers(0, 8_000), cuts=st.lists(st.integers(0, 8_000), max_size=20))
def test_any_split_gives_the_same_probabilities_to_the_last_bit(length: int, cuts: list[int]) -> None:
    samples = NOISE[:length]
    whole = VoiceActivityDetector().push(samples)
    detector = VoiceActivityDetector()
    parts = [detector.push(part) for part in np.split(samples, sorted(min(cut, length) for cut in cuts))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(whole) == length // WINDOW_SAMPLES
    assert detector.waiting_samples == length % WINDOW_SAMPLES


def test_speech_is_told_from_silence(speech_wav: Path) -> None:
    speech = load_samples(speech_wav)
    silence = np.zeros(32_000, np.float32)
    probabilities = VoiceActivityDetector().push(np.concatenate([silence, speech, silence]))
    first, last = 32_000 // WINDOW_SAMPLES, (32_000 + len(speech)) // WINDOW_SAMPLES
    assert probabilities[: first - 1].max() < 0.2
    assert (probabilities[first:last] > 0.5).mean() > 0.7
    assert probabilities[last + 12 :].max() < 0.2


def test_silence_noise_and_a_tone_are_no_speech() -> None:
    seconds = np.arange(48_000) / 16_000
    for sound in (
        np.zeros(48_000),
        np.random.default_rng(2).normal(0, 0.05, 48_000),
        0.3 * np.sin(2765 * seconds),
    ):
        probabilities = VoiceActivityDetector().push(sound.astype(np.float32))
        assert (probabilities > 0.5).mean() < 0.05


def test_after_a_reset_nothing_of_the_past_is_left() -> None:
    detector = VoiceActivityDetector()
    first = detector.push(NOISE[:5_000])
    detector.reset()
    np.testing.assert_array_equal(detector.push(NOISE[:5_000]), first)


def test_the_network_is_the_one_torch_computes(speech_wav: Path) -> None:
    """The same layers built of torch's own, with the published weights."""
    torch: Any = pytest.importorskip("torch")
    from safetensors.torch import load_file

    weights = load_file(str(files("silero_vad") / "data" / "silero_vad_16k.safetensors"))
    convolutions = [(f"conv{number}", stride) for number, stride in ((1, 1), (2, 2), (3, 2), (4, 1))]
    cell = torch.nn.LSTMCell(128, 128)
    cell.load_state_dict(
        {name[10:]: value for name, value in weights.items() if name.startswith("lstm_cell.")}
    )
    samples = load_samples(speech_wav)[:32_000]
    padded = torch.from_numpy(np.concatenate([np.zeros(64, np.float32), samples]))
    expected, state = [], None
    functional = torch.nn.functional
    with torch.inference_mode():
        for start in range(0, len(samples) - WINDOW_SAMPLES + 1, WINDOW_SAMPLES):
            window = functional.pad(padded[start : start + 576][None, None], (0, 64), mode="reflect")
            spectrum = functional.conv1d(window, weights["stft_conv.weight"], stride=128)
            features = (spectrum[:, :129] ** 2 + spectrum[:, 129:] ** 2).sqrt()
            for name, stride in convolutions:
                kernel, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
                features = functional.conv1d(features, kernel, bias, stride=stride, padding=1).relu()
            state = cell(features.squeeze(-1), state)
            score = functional.conv1d(
                state[0].relu()[..., None], weights["final_conv.weight"], weights["final_conv.bias"]
            )
            expected.append(float(score.sigmoid()))
    np.testing.assert_allclose(VoiceActivityDetector().push(samples), expected, atol=1e-4)


def test_it_decides_as_the_packages_own_model_does(speech_wav: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        original = torch.jit.load(str(files("silero_vad") / "data" / "silero_vad.jit"))
    samples = load_samples(speech_wav)
    samples = samples[: len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES]
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [
            float(original(torch.from_numpy(window.copy())[None], 16_000))
            for window in samples.reshape(-1, 512)
        ]
    ours = VoiceActivityDetector().push(samples)
    assert ((ours > 0.5) == (np.array(expected) > 0.5)).mean() > 0.93


def test_listening_needs_neither_torch_nor_the_packages_code() -> None:
    program = (
        "import sys, numpy, asr_app.audio.vad as vad, asr_app.audio.segmentation, asr_app.audio.devices;"
        "vad.VoiceActivityDetector().push(numpy.zeros(1024, numpy.float32));"
        "print(sorted({'torch', 'torchaudio', 'onnxruntime', 'silero_vad'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_it_costs_a_small_part_of_real_time() -> None:
    detector = VoiceActivityDetector()
    detector.push(NOISE[:2_048])
    best_s = min(_seconds_for(detector, NOISE[:16_000]) for _ in range(5))
    assert best_s < 0.2  # measured: 0.009 to 0.022; the bound leaves room for a busy machine


def _seconds_for(detector: VoiceActivityDetector, samples: np.ndarray) -> float:
    begun_s = time.perf_counter()
    detector.push(samples)
    return time.perf_counter() - begun_s
