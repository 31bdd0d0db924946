"""Variation of recordings: rooms and codecs on samples; tempo, noise, level and masks on log-mel.

What can be done on log-mel features is done there, where it costs almost nothing: one bilinear resize gives
tempo and vocal-tract length together, adding powers gives noise, an offset gives level.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import av
import numpy as np
import torch
from av.audio.stream import AudioStream
from numpy.typing import NDArray
from torch import Tensor

from asr_app.audio.media import load_samples
from asr_app.training.manifest import decode
from asr_app.training.recipe import AugmentationSection

Samples = NDArray[np.float32]
SAMPLE_RATE_HZ = 16_000
_CODECS = (
    ("libopus", "ogg", 48_000, 12_000),
    ("libmp3lame", "mp3", 16_000, 32_000),
    ("pcm_mulaw", "wav", 8_000, 0),
)


def load_folder(folder: Path | None) -> list[Samples]:
    """Decode all recordings of a folder (noise or room responses), in order of name."""
    if folder is None:
        return []
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix not in {".md", ".txt"})
    return [load_samples(path) for path in paths]


def through_room(samples: Samples, response: Samples) -> Samples:
    """Convolve with a room's impulse response, keeping length, loudness and the time of the direct sound."""
    peak = int(np.abs(response).argmax())
    tail = torch.from_numpy(response[peak:].copy())
    length = len(samples) + len(tail) - 1
    spectrum = torch.fft.rfft(torch.from_numpy(samples), n=length) * torch.fft.rfft(tail, n=length)
    wet: Samples = torch.fft.irfft(spectrum, n=length)[: len(samples)].numpy()
    loudness = np.sqrt(np.mean(samples**2) / max(float(np.mean(wet**2)), 1e-12))
    return (wet * np.float32(loudness)).astype(np.float32)


def through_codec(samples: Samples, codec: str, container: str, rate_hz: int, bit_rate: int) -> Samples:
    """Encode and decode, in memory; the result has about as many samples as went in."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = cast(AudioStream, output.add_stream(codec, rate=rate_hz))
        stream.layout = "mono"
        if bit_rate:
            stream.bit_rate = bit_rate
        converter = av.AudioResampler(
            stream.format.name, "mono", rate_hz, frame_size=stream.frame_size or None
        )
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for part in [*converter.resample(frame), *converter.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return decode(buffer.getvalue(), codec)[: len(samples)]


def stretch(log_mel: Tensor, tempo: float, vocal_tract: float) -> Tensor:
    """Change speed and vocal-tract length: (frames, bands) to (frames / tempo, bands).

    Args:
        log_mel: (frames, bands)
        tempo: 1.1 is a tenth faster.
        vocal_tract: 1.1 moves formants a tenth up the mel axis.
    """
    frames, bands = log_mel.shape
    new_frames, new_bands = max(1, round(frames / tempo)), max(1, round(bands * vocal_tract))
    resized = torch.nn.functional.interpolate(
        log_mel[None, None], size=(new_frames, new_bands), mode="bilinear", align_corners=False
    )[0, 0]
    if new_bands >= bands:
        return resized[:, :bands]
    edge = resized[:, -1:].expand(-1, bands - new_bands)
    return torch.cat([resized, edge], dim=1)


def add_noise(log_mel: Tensor, noise: Tensor, snr_db: float) -> Tensor:
    """Add noise at a signal-to-noise ratio: both are natural-log mel powers (frames, bands)."""
    excess = torch.logsumexp(log_mel.flatten(), 0) - torch.logsumexp(noise.flatten(), 0)
    return torch.logaddexp(log_mel, noise + (excess - snr_db * float(np.log(10)) / 10))


def mask(
    features: Tensor, section: AugmentationSection, strength: float, random: np.random.Generator
) -> Tensor:
    """SpecAugment (Park et al. 2019) on normalised (frames, bands): masked cells become the mean, zero."""
    frames, bands = features.shape
    features = features.clone()
    for _ in range(section.frequency_masks):
        width = int(random.integers(0, round(section.frequency_mask_bands * strength) + 1))
        start = int(random.integers(0, max(1, bands - width)))
        features[:, start : start + width] = 0
    for _ in range(int(random.poisson(section.time_masks_per_s * strength * frames / 100))):
        width = min(int(random.integers(0, section.time_mask_frames + 1)), frames // 5)
        start = int(random.integers(0, max(1, frames - width)))
        features[start : start + width] = 0
    return features


class Augmenter:
    """Draws and applies variations; all randomness comes from the generator given with each recording."""

    def __init__(
        self, section: AugmentationSection, rooms: Sequence[Samples], noises: Sequence[Tensor]
    ) -> None:
        """Prepare.

        Args:
            section: Strengths and shares.
            rooms: Impulse responses at 16 kHz.
            noises: Log-mel powers of noise recordings, (frames, bands) each.
        """
        self._section = section
        self._rooms = rooms
        self._noises = [noise for noise in noises if len(noise)]

    def strength(self, step: int) -> float:
        """The ramp: how strong augmentation is at a step, from 0 to 1."""
        section = self._section
        span = section.ramp_to_step - section.ramp_from_step
        position = (
            (step - section.ramp_from_step) / span if span > 0 else float(step >= section.ramp_from_step)
        )
        rise = section.full_strength - section.initial_strength
        return section.initial_strength + rise * min(1.0, max(0.0, position))

    def on_samples(self, samples: Samples, strength: float, random: np.random.Generator) -> Samples:
        """Rooms and codecs."""
        if self._rooms and random.random() < self._section.room_share * strength:
            samples = through_room(samples, self._rooms[int(random.integers(len(self._rooms)))])
        if random.random() < self._section.codec_share * strength:
            samples = through_codec(samples, *_CODECS[int(random.integers(len(_CODECS)))])
        return samples

    def on_log_mel(self, log_mel: Tensor, strength: float, random: np.random.Generator) -> Tensor:
        """Tempo, vocal tract, noise and level, on natural-log mel powers (frames, bands)."""
        section = self._section
        tempo = 1 + strength * section.tempo * random.uniform(-1, 1)
        vocal_tract = 1 + strength * section.vocal_tract * random.uniform(-1, 1)
        log_mel = stretch(log_mel, tempo, vocal_tract)
        if self._noises and random.random() < section.noise_share * strength:
            noise = self._noises[int(random.integers(len(self._noises)))]
            start = int(random.integers(len(noise)))
            rows = (torch.arange(len(log_mel)) + start) % len(noise)
            lowest_db, highest_db = section.noise_snr_db
            log_mel = add_noise(log_mel, noise[rows], float(random.uniform(lowest_db, highest_db)))
        gain_db = strength * section.gain_db * random.uniform(-1, 1)
        return log_mel + float(gain_db * np.log(10) / 10)

    def on_features(self, features: Tensor, strength: float, random: np.random.Generator) -> Tensor:
        """SpecAugment on normalised features."""
        return mask(features, self._section, strength, random)
