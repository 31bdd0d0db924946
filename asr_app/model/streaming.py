"""The encoder on a stream: features in, finished encoder frames out, chunk by chunk."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from asr_app.model.config import Chunking
from asr_app.model.network import Encoder, EncoderOutput, State


class _ConvolutionStream:
    """One subsampling convolution on a stream: keeps the frames its next window needs."""

    def __init__(self, convolution: nn.Conv2d, bands: int) -> None:
        self._convolution = convolution
        # The zero before the first frame, as padding of the whole would put it there.
        self._rest = convolution.weight.new_zeros(1, convolution.in_channels, 1, bands)

    def push(self, frames: Tensor, last: bool) -> Tensor:
        """Frames (1, channels, frames, bands) in, those that are complete out."""
        x = torch.cat([self._rest, frames], dim=2)
        if last:
            x = nn.functional.pad(x, (0, 0, 0, 1))
        count = max(0, (x.shape[2] - 1) // 2)
        self._rest = x[:, :, 2 * count :]
        if count == 0:
            bands = (x.shape[3] + 1) // 2
            return x.new_zeros(1, self._convolution.out_channels, 0, bands)
        return torch.relu(self._convolution(x[:, :, : 2 * count + 1]))


class StreamingEncoder:
    """Runs an encoder in chunks; its frames equal those of the chunked forward on the whole utterance.

    Features may come in any portions. A chunk is finished as soon as its look-ahead has arrived.

    Attributes:
        chunking: May be changed between two chunks; those after are cut anew.
    """

    def __init__(self, encoder: Encoder, chunking: Chunking) -> None:
        """Start at the beginning of an utterance."""
        self._encoder = encoder
        self.chunking = chunking
        subsampling = encoder.subsampling
        bands = encoder.config.features.mel_bands
        self._first = _ConvolutionStream(subsampling.first, bands)
        self._second = _ConvolutionStream(subsampling.second, (bands + 1) // 2)
        self._pending = subsampling.project.weight.new_zeros(1, 0, encoder.config.encoder_width)
        self._states: list[State | None] = [None] * len(encoder.layers)

    @torch.inference_mode()
    def push(self, features: Tensor, last: bool = False) -> list[EncoderOutput]:
        """Add normalised features.

        Args:
            features: (frames, mel_bands), any number of frames.
            last: The utterance ends here; what is left is finished without further look-ahead.

        Returns:
            The chunks finished now, each with a batch of one.
        """
        # (frames, bands) -> (1, 1, frames, bands)
        x = self._second.push(self._first.push(features[None, None], last), last)
        if x.shape[2]:
            self._pending = torch.cat([self._pending, self._encoder.subsampling.finish(x)], dim=1)
        chunk = self.chunking.chunk_frames
        step = chunk + self.chunking.lookahead_frames
        finished: list[EncoderOutput] = []
        while self._pending.shape[1] >= step or (last and self._pending.shape[1] > 0):
            window = self._pending[:, :step]
            lengths = torch.tensor([window.shape[1]], device=window.device)
            output, self._states = self._encoder.window(window, lengths, self._states, chunk)
            finished.append(output)
            self._pending = self._pending[:, chunk:]
        return finished
