"""Voice activity: the probability of speech in every 32 ms, from silero-vad's network.

The weights are those that the package `silero-vad` ships for 16 kHz
(`silero_vad/data/silero_vad_16k.safetensors`, MIT licence, https://github.com/snakers4/silero-vad); the
network is the one its `tinygrad_model.py` writes down: a short-time Fourier transform, four convolutions, an
LSTM cell and one output.

It is computed here with NumPy rather than through the package, for three reasons: importing `silero_vad`
changes torch's thread count for the whole program; its TorchScript file uses an interface that torch has
deprecated; and with two threads on a busy machine one window (0.7 million multiplications) took longer than
the 32 ms it lasts. `einsum` never starts a thread, so the cost stays the same whatever else the machine does,
and a program that only listens does not need torch at all.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

WINDOW_SAMPLES = 512
"""One probability is given for this many samples (32 ms at 16 kHz)."""

_CONTEXT_SAMPLES = 64
_FFT_SAMPLES = 256
_HOP_SAMPLES = 128
_BINS = _FFT_SAMPLES // 2 + 1
_STATE_SIZE = 128
_WEIGHTS_FILE = "silero_vad_16k.safetensors"


class VoiceActivityDetector:
    """Speech probabilities of a stream of 16 kHz samples.

    The result is the same, to the last bit, however the samples are split over the calls of `push`. Samples
    that do not fill a window wait for the next call. One to two percent of one core in real time.

    An object keeps the state of one stream and belongs to one thread; the weights are shared by all of them.
    """

    def __init__(self) -> None:
        self._network = _load_network()
        self.reset()

    def reset(self) -> None:
        """Forget everything heard so far: the next sample is the first of a new recording."""
        self._waiting: Samples = np.zeros(
            _CONTEXT_SAMPLES, np.float32
        )  # last context, then unfinished window
        self._hidden: Samples = np.zeros(_STATE_SIZE, np.float32)
        self._cell: Samples = np.zeros(_STATE_SIZE, np.float32)

    @property
    def waiting_samples(self) -> int:
        """How many samples have arrived since the last full window, 0 to 511."""
        return len(self._waiting) - _CONTEXT_SAMPLES

    def push(self, samples: Samples) -> Samples:
        """Take samples and give the probability of every window they complete.

        Args:
            samples: float32 `(n,)`, 16 kHz mono, nominally within -1 to 1; any n, also 0.

        Returns:
            float32 `(windows,)`, each in 0 to 1, one per 512 samples since the last `reset`.
        """
        stream = np.concatenate([self._waiting, np.asarray(samples, np.float32)])
        windows = (len(stream) - _CONTEXT_SAMPLES) // WINDOW_SAMPLES
        probabilities = np.empty(windows, np.float32)
        for window in range(windows):
            start = window * WINDOW_SAMPLES
            heard = stream[start : start + _CONTEXT_SAMPLES + WINDOW_SAMPLES]
            probabilities[window], self._hidden, self._cell = self._network.step(
                heard, self._hidden, self._cell
            )
        self._waiting = stream[windows * WINDOW_SAMPLES :].copy()
        return probabilities


class _Network:
    """silero-vad for 16 kHz, one window a call; holds weights only, no state."""

    def __init__(self, weights: dict[str, Samples]) -> None:
        self._fourier = np.ascontiguousarray(weights["stft_conv.weight"][:, 0])  # (258, 256)
        self._convolutions = [
            (_taps_first(weights[f"{name}.weight"]), weights[f"{name}.bias"], stride)
            for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1))
        ]
        self._gates = np.concatenate([weights["lstm_cell.weight_ih"], weights["lstm_cell.weight_hh"]], axis=1)
        self._gates_bias = weights["lstm_cell.bias_ih"] + weights["lstm_cell.bias_hh"]
        self._output = weights["final_conv.weight"][0, :, 0]
        self._output_bias = weights["final_conv.bias"][0]

    def step(self, heard: Samples, hidden: Samples, cell: Samples) -> tuple[Samples, Samples, Samples]:
        """Map `(576,)` samples (64 of context first) and a state to a probability `()` and the next state."""
        features = self._magnitudes(heard)
        for weight, bias, stride in self._convolutions:
            features = _convolve_relu(features, weight, bias, stride)
        gates = _times(np.concatenate([features[0], hidden])[None], self._gates)[0] + self._gates_bias
        keep_in, forget, candidate, out = gates.reshape(4, _STATE_SIZE)
        cell = _sigmoid(forget) * cell + _sigmoid(keep_in) * np.tanh(candidate)
        hidden = _sigmoid(out) * np.tanh(cell)
        score = np.add.reduce(np.maximum(hidden, 0) * self._output) + self._output_bias
        return _sigmoid(score), hidden, cell

    def _magnitudes(self, heard: Samples) -> Samples:
        reflection = heard[-2 : -2 - _CONTEXT_SAMPLES : -1]
        mirrored = np.concatenate([heard, reflection])
        frames = np.lib.stride_tricks.sliding_window_view(mirrored, _FFT_SAMPLES)[::_HOP_SAMPLES]
        spectrum = _times(np.ascontiguousarray(frames), self._fourier)  # (4, 258)
        magnitudes: Samples = np.sqrt(spectrum[:, :_BINS] ** 2 + spectrum[:, _BINS:] ** 2)
        return magnitudes


def _taps_first(weight: Samples) -> Samples:
    """Reorder `(out, in, 3)` to `(out, 3 * in)`, the order in which frames lie in memory."""
    return np.ascontiguousarray(weight.transpose(0, 2, 1).reshape(len(weight), -1))


def _convolve_relu(frames: Samples, weight: Samples, bias: Samples, stride: int) -> Samples:
    """Convolve `(frames, in)` over 3 frames with zero padding 1, as `(ceil(frames / stride), out)`."""
    padded = np.zeros((len(frames) + 2, frames.shape[1]), np.float32)
    padded[1:-1] = frames
    patches = np.stack([padded[start : start + 3].ravel() for start in range(0, len(frames), stride)])
    features: Samples = np.maximum(_times(patches, weight) + bias, 0)
    return features


def _times(rows: Samples, weight: Samples) -> Samples:
    """`rows @ weight.T` on this thread alone; a BLAS would start its own threads."""
    product: Samples = np.einsum("rk,ok->ro", rows, weight)
    return product


def _sigmoid(value: Samples) -> Samples:
    """Logistic function, written with tanh so that no value overflows."""
    half = np.float32(0.5)
    result: Samples = half * np.tanh(half * value) + half
    return result


@cache
def _load_network() -> _Network:
    from safetensors.numpy import load_file

    return _Network(load_file(_weights_path()))


def _weights_path() -> Path:
    """Find the weights without importing `silero_vad`, whose import changes torch's thread count."""
    found = importlib.util.find_spec("silero_vad")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(
            "The package silero-vad, which holds the voice activity weights, is not installed."
        )
    return Path(next(iter(found.submodule_search_locations))) / "data" / _WEIGHTS_FILE
