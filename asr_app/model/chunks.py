"""The encoder in chunks on whole utterances, as training runs it: all windows of a layer together.

The same function as pushing the chunks one after another (`Encoder.window`, `StreamingEncoder`), arranged for
speed: only the forward direction over the chunks themselves is sequential; every look-ahead and the whole
backward direction, which start afresh in each window, run as one large batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from asr_app.model.config import Chunking

if TYPE_CHECKING:
    from asr_app.model.network import BidirectionalLayer, State


class Windows:
    """Frames of a batch cut into chunks with their look-ahead.

    Attributes:
        main: (batch, chunks, chunk frames, width), each frame once.
        ahead: (batch, chunks, look-ahead frames, width), what each chunk sees of the next ones.
        lengths: (batch, chunks) real frames of chunk and look-ahead together.
    """

    def __init__(self, main: Tensor, ahead: Tensor, lengths: Tensor) -> None:
        """Hold the parts; use `cut` to make them."""
        self.main = main
        self.ahead = ahead
        self.lengths = lengths

    @staticmethod
    def cut(x: Tensor, lengths: Tensor, chunking: Chunking) -> Windows:
        """Cut (batch, frames, width) with lengths (batch,)."""
        chunk, lookahead = chunking.chunk_frames, chunking.lookahead_frames
        chunks = max(1, -(-x.shape[1] // chunk))
        padded = nn.functional.pad(x, (0, 0, 0, chunks * chunk + lookahead - x.shape[1]))
        # (batch, frames, width) -> (batch, chunks, width, window) -> (batch, chunks, window, width)
        windows = padded.unfold(1, chunk + lookahead, chunk).transpose(2, 3)
        starts = torch.arange(chunks, device=lengths.device) * chunk
        within = (lengths[:, None] - starts).clamp(0, chunk + lookahead)
        return Windows(windows[:, :, :chunk], windows[:, :, chunk:], within)

    def joined(self, frames: int) -> Tensor:
        """The chunks one after another: (batch, frames, width)."""
        return self.main.flatten(1, 2)[:, :frames]

    def run(self, layer: BidirectionalLayer) -> Windows:
        """Run one layer; zero beyond the lengths."""
        chunks, chunk = self.main.shape[1:3]
        main, ahead = layer.heard(self.main), layer.heard(self.ahead)
        state: State | None = None
        outputs: list[Tensor] = []
        states: list[State] = []
        for index in range(chunks):
            y, state = layer.run(layer.forward_rnn, main[:, index], state)
            outputs.append(y)
            states.append(state)
        # (batch, chunks, …) and (batch * chunks, …) from here on.
        ahead_forward = self._look_ahead(layer, ahead, states)
        whole = torch.cat([main, ahead], dim=2).flatten(0, 1)
        back = layer.run_backward(whole, self.lengths.flatten()).unflatten(0, (-1, chunks))
        real = self._mask()
        parts = (
            (torch.stack(outputs, dim=1), back[:, :, :chunk], self.main, real[:, :, :chunk]),
            (ahead_forward, back[:, :, chunk:], self.ahead, real[:, :, chunk:]),
        )
        new_main, new_ahead = (layer.finish(f, b, x) * mask for f, b, x, mask in parts)
        return Windows(new_main, new_ahead, self.lengths)

    def halved(self) -> Windows:
        """Average pairs of frames; a lone last frame stays."""
        chunk = self.main.shape[2]
        x = torch.cat([self.main, self.ahead], dim=2)
        # (batch, chunks, frames, width) -> (batch, chunks, frames / 2, 2, width)
        pairs = x.unflatten(2, (-1, 2)).sum(3)
        second = torch.arange(pairs.shape[2], device=x.device) * 2 + 1
        lone = second == self.lengths[:, :, None]
        pairs = pairs * torch.where(lone, 1.0, 0.5)[..., None]
        return Windows(pairs[:, :, : chunk // 2], pairs[:, :, chunk // 2 :], (self.lengths + 1) // 2)

    def _look_ahead(self, layer: BidirectionalLayer, ahead: Tensor, states: list[State]) -> Tensor:
        if ahead.shape[2] == 0:
            return ahead[..., : ahead.shape[-1] // 2]
        # Per chunk (1, batch, units) -> (1, batch * chunks, units), in the order of `flatten(0, 1)`.
        after = tuple(torch.stack(parts, dim=2).flatten(1, 2) for parts in zip(*states, strict=True))
        y, _ = layer.run(layer.forward_rnn, ahead.flatten(0, 1), after)
        unfolded: Tensor = y.unflatten(0, (-1, ahead.shape[1]))
        return unfolded

    def _mask(self) -> Tensor:
        frames = self.main.shape[2] + self.ahead.shape[2]
        index = torch.arange(frames, device=self.lengths.device)
        return (index < self.lengths[:, :, None])[..., None]
