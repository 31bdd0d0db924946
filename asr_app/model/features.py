"""Log-mel features, whole and streaming.

The filter bank is librosa's (Slaney scale and norm), computed once when a model is created and frozen into
its bundle, so that a later librosa cannot change what the model hears and the program runs without librosa.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from asr_app.model.config import FeatureConfig


def librosa_filterbank(config: FeatureConfig) -> NDArray[np.float32]:
    """Compute the mel filter bank with librosa (needed only when a model is created).

    Returns:
        Weights of shape (mel_bands, fft_samples // 2 + 1).
    """
    import librosa

    weights = librosa.filters.mel(
        sr=config.sample_rate_hz,
        n_fft=config.fft_samples,
        n_mels=config.mel_bands,
        fmin=config.min_hz,
        fmax=config.max_hz,
    )
    return np.asarray(weights, dtype=np.float32)


class LogMel(nn.Module):
    """Samples to normalised log-mel frames.

    Frame `i` covers samples `i * hop` to `i * hop + window`; nothing is padded at the edges.

    Attributes:
        filterbank: (mel_bands, bins), frozen.
        mean: (mel_bands,) of the natural-log mel powers over the training data.
        std: (mel_bands,), likewise.
    """

    filterbank: Tensor
    mean: Tensor
    std: Tensor
    window: Tensor

    def __init__(self, config: FeatureConfig) -> None:
        """Make room for filter bank and statistics; the bundle or the trainer fills them."""
        super().__init__()
        self.config = config
        bins = config.fft_samples // 2 + 1
        self.register_buffer("filterbank", torch.zeros(config.mel_bands, bins))
        self.register_buffer("mean", torch.zeros(config.mel_bands))
        self.register_buffer("std", torch.ones(config.mel_bands))
        window = torch.hann_window(config.window_samples, periodic=True)
        self.register_buffer("window", window, persistent=False)

    def frame_count(self, samples: int) -> int:
        """Frames that `samples` samples give."""
        past_first = samples - self.config.window_samples
        return 0 if past_first < 0 else 1 + past_first // self.config.hop_samples

    def log_mel(self, samples: Tensor) -> Tensor:
        """Natural logarithm of mel powers, not normalised.

        Args:
            samples: (batch, samples) in -1…1.

        Returns:
            (batch, frames, mel_bands)
        """
        if samples.shape[-1] < self.config.window_samples:
            return samples.new_zeros(samples.shape[0], 0, self.config.mel_bands)
        frames = samples.unfold(-1, self.config.window_samples, self.config.hop_samples)
        # The place of the window within the padded frame only turns phases, which the power forgets.
        spectrum = torch.fft.rfft(frames * self.window, n=self.config.fft_samples)
        power = spectrum.real.square() + spectrum.imag.square()
        mel: Tensor = power @ self.filterbank.T
        return mel.clamp_min(self.config.log_floor).log()

    def normalise(self, log_mel: Tensor) -> Tensor:
        """Subtract the mean and divide by the standard deviation of the training data."""
        return (log_mel - self.mean) / self.std

    def forward(self, samples: Tensor) -> Tensor:
        """Samples (batch, samples) to normalised frames (batch, frames, mel_bands)."""
        return self.normalise(self.log_mel(samples))


class StreamingLogMel:
    """Log-mel frames of a stream: those of `LogMel` on the whole, for every split of the samples."""

    def __init__(self, log_mel: LogMel) -> None:
        """Start at the beginning of a recording."""
        self._log_mel = log_mel
        self._rest = torch.zeros(0)

    def push(self, samples: NDArray[np.float32]) -> Tensor:
        """Add samples.

        Args:
            samples: (samples,) in -1…1, any number.

        Returns:
            The frames that are complete now, (frames, mel_bands), normalised.
        """
        block = torch.tensor(np.asarray(samples, dtype=np.float32))  # copied: the caller's may be read-only
        self._rest = torch.cat([self._rest, block])
        count = self._log_mel.frame_count(len(self._rest))
        hop, window = self._log_mel.config.hop_samples, self._log_mel.config.window_samples
        if count == 0:
            return self._log_mel.mean.new_zeros(0, self._log_mel.config.mel_bands)
        with torch.inference_mode():
            frames: Tensor = self._log_mel(
                self._rest[None, : (count - 1) * hop + window].to(self._log_mel.mean.device)
            )[0]
        self._rest = self._rest[count * hop :]
        return frames
