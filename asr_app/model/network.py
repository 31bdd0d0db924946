"""The network: convolutional subsampling, stacked bidirectional LSTM, CTC heads, attention decoder.

One set of weights runs in two ways. With full context every layer sees the whole utterance. In chunks
(latency-controlled bidirectional LSTM: Zhang et al. 2016, Xue and Yan 2017) the forward direction carries its
state from chunk to chunk while the backward direction starts fresh at the end of each look-ahead.

Padding never reaches a real frame: convolutions see zeros beyond the end, and the backward direction runs on
each utterance reversed within its own length, so that padding comes last for it too. (Packed sequences would
do the same at less than half the speed on a CPU.)
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from asr_app.model.attention import make_attention
from asr_app.model.chunks import Windows
from asr_app.model.config import Chunking, DecoderConfig, ModelConfig
from asr_app.model.features import LogMel

State = tuple[Tensor, ...]
"""Of one recurrent direction: (hidden, cell) for LSTM, (hidden,) for GRU, each (1, batch, units)."""


def frame_mask(lengths: Tensor, frames: int) -> Tensor:
    """True on real frames: (batch,) to (batch, frames)."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


def reverse_within(x: Tensor, lengths: Tensor) -> Tensor:
    """Reverse each sequence within its length, padding staying behind: (batch, frames, units)."""
    index = torch.arange(x.shape[1], device=x.device)[None, :].expand(x.shape[0], -1)
    index = torch.where(index < lengths[:, None], lengths[:, None] - 1 - index, index)
    return x.gather(1, index[:, :, None].expand(-1, -1, x.shape[2]))


def halve(lengths: Tensor) -> Tensor:
    """Lengths after a stride of two, a lone last frame counting."""
    return (lengths + 1) // 2


class Subsampling(nn.Module):
    """Two 3x3 convolutions of stride 2 in time and frequency: a quarter of the frames."""

    def __init__(self, config: ModelConfig) -> None:
        """Convolutions, then a projection to the encoder's width."""
        super().__init__()
        channels = config.conv_channels
        self.first = nn.Conv2d(1, channels, 3, stride=2, padding=(0, 1))
        self.second = nn.Conv2d(channels, channels, 3, stride=2, padding=(0, 1))
        bands = (config.features.mel_bands + 3) // 4
        self.project = nn.Linear(channels * bands, config.encoder_width)
        self.norm = nn.LayerNorm(config.encoder_width)

    def forward(self, features: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Features (batch, frames, mel_bands) to (batch, frames / 4 rounded up, width) with their lengths."""
        x = features[:, None]  # (batch, 1, frames, bands)
        for convolution in (self.first, self.second):
            x = x * frame_mask(lengths, x.shape[2])[:, None, :, None]
            lengths = halve(lengths)
            # Time is padded here, not in the convolution: a stream has neighbours where a whole has zeros.
            x = torch.relu(convolution(nn.functional.pad(x, (0, 0, 1, 1))))[:, :, : int(lengths.max())]
        # Padding is zero from here on: what is not there must not set the scale where int8 is used.
        return self.finish(x) * frame_mask(lengths, x.shape[2])[:, :, None], lengths

    def finish(self, x: Tensor) -> Tensor:
        """Channels and bands (batch, channels, frames, bands) to (batch, frames, width)."""
        x = x.transpose(1, 2).flatten(2)  # (batch, frames, channels * bands), channel-major
        normed: Tensor = self.norm(self.project(x))
        return normed


class BidirectionalLayer(nn.Module):
    """One bidirectional recurrent layer with LayerNorm and residual."""

    def __init__(self, config: ModelConfig) -> None:
        """One recurrent module per direction, so that each runs on its own span of frames."""
        super().__init__()
        recurrent = nn.LSTM if config.cell == "lstm" else nn.GRU
        self.forward_rnn = recurrent(config.encoder_width, config.encoder_units, batch_first=True)
        self.backward_rnn = recurrent(config.encoder_width, config.encoder_units, batch_first=True)
        self.norm = nn.LayerNorm(config.encoder_width)
        self.dropout = nn.Dropout(config.dropout)

    def run(self, rnn: nn.Module, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Run one direction over (batch, frames, width) from a state, None at the start."""
        start = state[0] if state is not None and len(state) == 1 else state  # GRU: a bare tensor
        y, end = rnn(x, start)
        return y, end if isinstance(end, tuple) else (end,)

    def run_backward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Run the backward direction from the end of each sequence: (batch, frames, width)."""
        return reverse_within(self.run(self.backward_rnn, reverse_within(x, lengths), None)[0], lengths)

    def heard(self, x: Tensor) -> Tensor:
        """What both directions hear of a frame: dropout, in autocast's precision where that is on.

        Converted once here instead of in dropout and in each direction.
        """
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        kept: Tensor = self.dropout(x)
        return kept

    def finish(self, ahead: Tensor, back: Tensor, x: Tensor) -> Tensor:
        """Join both directions (…, units) each, normalise, add the input (…, width)."""
        y: Tensor = self.norm(torch.cat([ahead, back], dim=-1)) + x
        return y

    def forward(
        self, x: Tensor, lengths: Tensor, state: State | None = None, main_frames: int | None = None
    ) -> tuple[Tensor, State]:
        """Run both directions.

        Args:
            x: (batch, frames, width)
            lengths: (batch,) real frames
            state: Of the forward direction before the first frame; None at the start.
            main_frames: Frames after which the forward state is taken, the rest being look-ahead; None: all.

        Returns:
            (batch, frames, width), zero beyond the lengths, and the forward direction's state.
        """
        main = x.shape[1] if main_frames is None else min(main_frames, x.shape[1])
        heard = self.heard(x)
        ahead, state = self.run(self.forward_rnn, heard[:, :main], state)
        if main < x.shape[1]:
            ahead = torch.cat([ahead, self.run(self.forward_rnn, heard[:, main:], state)[0]], dim=1)
        y = self.finish(ahead, self.run_backward(heard, lengths), x)
        return y * frame_mask(lengths, x.shape[1])[:, :, None], state


@dataclass
class EncoderOutput:
    """What the encoder makes of a batch.

    Attributes:
        frames: (batch, frames, width) at the output rate.
        lengths: (batch,) of `frames`.
        phone_frames: (batch, frames, width) below the phone head, at the rate after the convolutions.
        phone_lengths: (batch,) of `phone_frames`.
    """

    frames: Tensor
    lengths: Tensor
    phone_frames: Tensor
    phone_lengths: Tensor


class Encoder(nn.Module):
    """Stacked bidirectional layers, full-context or in chunks."""

    def __init__(self, config: ModelConfig) -> None:
        """Build from the configuration."""
        super().__init__()
        self.config = config
        self.subsampling = Subsampling(config)
        self.layers = nn.ModuleList(BidirectionalLayer(config) for _ in range(config.encoder_layers))

    def forward(self, features: Tensor, lengths: Tensor, chunking: Chunking | None = None) -> EncoderOutput:
        """Encode normalised features (batch, frames, mel_bands) with lengths (batch,)."""
        x, lengths = self.subsampling(features, lengths)
        if chunking is None:
            return self.window(x, lengths, [None] * len(self.layers))[0]
        windows = Windows.cut(x, lengths, chunking)
        frames, phone_frames = x.shape[1], x
        for number, layer in enumerate(self.layers, 1):
            assert isinstance(layer, BidirectionalLayer)
            windows = windows.run(layer)
            if number == self.config.phone_layer:
                phone_frames = windows.joined(frames)
            if number == self.config.reduction_layer:
                windows, frames = windows.halved(), (frames + 1) // 2
        output_lengths = halve(lengths) if self.config.reduction == 2 else lengths
        return EncoderOutput(windows.joined(frames), output_lengths, phone_frames, lengths)

    def window(
        self, x: Tensor, lengths: Tensor, states: list[State | None], main_frames: int | None = None
    ) -> tuple[EncoderOutput, list[State | None]]:
        """Run all layers on one window of subsampled frames.

        Args:
            x: (batch, frames, width) after the convolutions: the chunk, then its look-ahead.
            lengths: (batch,) real frames in the window.
            states: Forward state of each layer before the window.
            main_frames: Frames of the chunk; None: the whole window. Only these are returned.

        Returns:
            The chunk's frames (their lengths counting the chunk alone) and the states after the chunk.
        """
        main = x.shape[1] if main_frames is None else min(main_frames, x.shape[1])
        after: list[State | None] = []
        phone_frames, phone_lengths = x[:, :main], lengths.clamp(max=main)
        for index, layer in enumerate(self.layers):
            x, state = layer(x, lengths, states[index], main)
            after.append(state)
            if index + 1 == self.config.phone_layer:
                phone_frames = x[:, :main]
            if index + 1 == self.config.reduction_layer:
                x, lengths, main = average_pairs(x, lengths), halve(lengths), (main + 1) // 2
        return EncoderOutput(x[:, :main], lengths.clamp(max=main), phone_frames, phone_lengths), after


def average_pairs(x: Tensor, lengths: Tensor) -> Tensor:
    """Average neighbouring frames; a lone last frame stays: (batch, frames, width) to half the frames."""
    x = nn.functional.pad(x, (0, 0, 0, x.shape[1] % 2))
    pairs: Tensor = x.unflatten(1, (-1, 2)).sum(
        2
    )  # (batch, frames / 2, 2, width) -> (batch, frames / 2, width)
    lone = torch.arange(pairs.shape[1], device=x.device)[None, :] * 2 + 1 == lengths[:, None]
    return pairs * torch.where(lone, 1.0, 0.5)[:, :, None]


@dataclass
class DecoderMemory:
    """The encoder's frames as the decoder sees them, prepared once for all steps.

    Attributes:
        frames: (batch, frames, units)
        keys: (batch, frames, attention_units)
        mask: (batch, frames), True on real frames.
    """

    frames: Tensor
    keys: Tensor
    mask: Tensor


@dataclass
class DecoderState:
    """The decoder between two tokens.

    Attributes:
        cells: Per layer (hidden, cell) or (hidden,), each (batch, units).
        context: (batch, encoder width), what attention brought last.
        attention: (batch, frames), its weights; all zero before the first token.
    """

    cells: list[State]
    context: Tensor
    attention: Tensor

    def select(self, rows: Tensor) -> DecoderState:
        """Keep (and repeat) rows of the batch, as a beam does: rows (n,) of indices."""
        cells = [tuple(part[rows] for part in cell) for cell in self.cells]
        return DecoderState(cells, self.context[rows], self.attention[rows])


class AttentionDecoder(nn.Module):
    """Recurrent decoder that attends to the encoder's frames and spells one token a step.

    Token `vocabulary_size` starts the input and ends the output.
    """

    def __init__(self, config: ModelConfig, decoder: DecoderConfig) -> None:
        """Build from the configuration."""
        super().__init__()
        self.end = config.vocabulary_size
        self.units = decoder.units
        width = config.encoder_width
        cell = nn.LSTMCell if config.cell == "lstm" else nn.GRUCell
        self.embedding = nn.Embedding(config.vocabulary_size + 1, decoder.embedding_units)
        sizes = [decoder.embedding_units + width] + [decoder.units] * (decoder.layers - 1)
        self.cells = nn.ModuleList(cell(size, decoder.units) for size in sizes)
        self.cell_parts = 2 if config.cell == "lstm" else 1
        self.attention = make_attention(decoder, width, decoder.units)
        self.hidden = nn.Linear(decoder.units + width, decoder.units)
        self.output = nn.Linear(decoder.units, config.vocabulary_size + 1)
        self.dropout = nn.Dropout(decoder.dropout)

    def prepare(self, frames: Tensor, lengths: Tensor) -> DecoderMemory:
        """Project the encoder's frames (batch, frames, width) with lengths (batch,) once."""
        return DecoderMemory(frames, self.attention.keys(frames), frame_mask(lengths, frames.shape[1]))

    def initial_state(self, memory: DecoderMemory, batch: int | None = None) -> DecoderState:
        """State before the first token, for `batch` rows (default: the memory's)."""
        rows = memory.frames.shape[0] if batch is None else batch
        zero = memory.frames.new_zeros(rows, self.units)
        return DecoderState(
            [tuple([zero] * self.cell_parts) for _ in self.cells],
            memory.frames.new_zeros(rows, memory.frames.shape[2]),
            memory.frames.new_zeros(rows, memory.frames.shape[1], dtype=torch.float32),
        )

    def step(self, tokens: Tensor, state: DecoderState, memory: DecoderMemory) -> tuple[Tensor, DecoderState]:
        """Spell one token further.

        Args:
            tokens: (batch,) the tokens before; `end` at the start.
            state: Of the same batch.
            memory: Of the same batch, or of a batch of one that all rows share.

        Returns:
            logits (batch, vocabulary_size + 1) and the new state, whose attention belongs to these logits.
        """
        found, state = self._attend(tokens, state, memory)
        return self._spell(found), state

    def _attend(
        self, tokens: Tensor, state: DecoderState, memory: DecoderMemory
    ) -> tuple[Tensor, DecoderState]:
        """The recurrent half of a step: (batch, units + encoder width) of the cell and its context."""
        x = torch.cat([self.dropout(self.embedding(tokens)), state.context], dim=-1)
        cells: list[State] = []
        for cell, before in zip(self.cells, state.cells, strict=True):
            after = cell(x, before if len(before) == 2 else before[0])
            cells.append(after if isinstance(after, tuple) else (after,))
            x = cells[-1][0]
        context, weights = self.attention(x, memory.keys, memory.frames, memory.mask, state.attention)
        return torch.cat([x, context], dim=-1), DecoderState(cells, context, weights)

    def _spell(self, found: Tensor) -> Tensor:
        """The other half, which no later step waits for: (…, units + encoder width) to logits."""
        logits: Tensor = self.output(self.dropout(torch.tanh(self.hidden(found))))
        return logits

    def forward(
        self, frames: Tensor, lengths: Tensor, targets: Tensor, sampling: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Spell given targets (training, rescoring, drawing the attention).

        Args:
            frames: (batch, frames, width)
            lengths: (batch,)
            targets: (batch, tokens) without `end`; padding may hold any valid token.
            sampling: Probability of feeding the decoder's own last choice (Bengio et al. 2015).

        Returns:
            logits (batch, tokens + 1, vocabulary_size + 1), the last of each row predicting `end`, and
            attention (batch, tokens + 1, frames).
        """
        memory = self.prepare(frames, lengths)
        state = self.initial_state(memory)
        token = targets.new_full((targets.shape[0],), self.end)
        steps: list[Tensor] = []
        attention: list[Tensor] = []
        for position in range(targets.shape[1] + 1):
            found, state = self._attend(token, state, memory)
            steps.append(found)
            attention.append(state.attention)
            if position < targets.shape[1]:
                token = targets[:, position]
                if sampling > 0:
                    own = torch.rand(token.shape, device=token.device) < sampling
                    with torch.no_grad():
                        token = torch.where(own, self._spell(found).argmax(-1), token)
        # All steps are spelled in one product, with one gradient of its weights instead of one a step.
        return self._spell(torch.stack(steps, dim=1)), torch.stack(attention, dim=1)


class AcousticModel(nn.Module):
    """Features, encoder and heads: everything a bundle's weights hold."""

    def __init__(self, config: ModelConfig) -> None:
        """Build from the configuration; the filter bank is still to be filled (see `LogMel`)."""
        super().__init__()
        self.config = config
        self.features = LogMel(config.features)
        self.encoder = Encoder(config)
        self.ctc_head = nn.Linear(config.encoder_width, config.vocabulary_size + 1)
        self.phone_head = nn.Linear(config.encoder_width, len(config.phones) + 1) if config.phones else None
        self.decoder = AttentionDecoder(config, config.decoder) if config.decoder else None

    def forward(self, features: Tensor, lengths: Tensor, chunking: Chunking | None = None) -> EncoderOutput:
        """Encode normalised features (batch, frames, mel_bands) with lengths (batch,)."""
        output: EncoderOutput = self.encoder(features, lengths, chunking)
        return output

    def ctc_log_probs(self, output: EncoderOutput) -> Tensor:
        """Subword CTC: (batch, frames, vocabulary_size + 1), natural logarithm, the blank last."""
        logits: Tensor = self.ctc_head(output.frames)
        return logits.float().log_softmax(-1)

    def phone_log_probs(self, output: EncoderOutput) -> Tensor:
        """Phone CTC: (batch, frames after the convolutions, phones + 1), natural logarithm, the blank last.

        Raises:
            ValueError: The model has no phone head.
        """
        if self.phone_head is None:
            raise ValueError("this model has no phone head")
        logits: Tensor = self.phone_head(output.phone_frames)
        return logits.float().log_softmax(-1)
