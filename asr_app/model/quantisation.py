"""int8 copies of a network, for the processor.

Dynamic quantisation: weights become int8 once, each row with a scale of its own; what is multiplied with them
becomes 7 bits at run time, with a scale for each call. This is torch's `quantize_dynamic` done with the
operators beneath it, because `torch.ao.quantization` is on its way out and takes one scale for a whole batch.
"""

from __future__ import annotations

import copy
import time
from typing import Any, cast

import torch
from torch import Tensor, nn

from asr_app.model.network import AcousticModel, BidirectionalLayer, State

_MEASURED_FRAMES = 50
"""Two seconds of speech at 40 ms a frame."""

_MEASURED_RUNS = 5
"""The quickest counts: what else the machine does only ever makes a run slower."""

_CLEARLY_FASTER = 0.85
"""int8 must take less than this share of the time of float32."""

_SAME_ENOUGH = 0.25
"""Largest difference of a recurrent layer's outputs, which lie in -1…1; rounding makes 0.01 to 0.1."""

_WORTH_MEASURING = 2**16
"""Weights of one matrix below which there is nothing to gain."""

_ACTIVATION_BITS_7 = True
"""torch's `reduce_range`. Processors without VNNI add pairs of products in 16 bits, which 8 bits overflow.
Others could use 8, but then the same recording would give other words on another machine."""

Key = tuple[type[nn.Module], int, int, int]

_decided: dict[Key, bool] = {}


class _Cell(nn.Module):
    """The int8 weights of one recurrent layer and direction.

    Attributes:
        hidden_size: Units.
        is_lstm: Otherwise it is a GRU.
    """

    def __init__(self, rnn: nn.Module, suffix: str, is_lstm: bool) -> None:
        super().__init__()
        self.hidden_size = int(cast(Any, rnn).hidden_size)
        self.is_lstm = is_lstm
        # `ih`: what the input is multiplied with; `hh`: what the state is.
        weights, biases = (
            [cast(Tensor, getattr(rnn, f"{kind}_{part}{suffix}")).detach() for part in ("ih", "hh")]
            for kind in ("weight", "bias")
        )
        packed = [pack(weight, bias) for weight, bias in zip(weights, biases, strict=True)]
        make = torch.ops.quantized.make_quantized_cell_params_dynamic
        self._packed = make(*packed, *biases, _ACTIVATION_BITS_7)

    def run(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Run (batch, frames, width) with one scale for all; the output, and the new state."""
        # One layer, no dropout, not training, not bidirectional, the batch first.
        common = ([self._packed], True, 1, 0.0, False, False, True)
        if self.is_lstm:
            lstm: Any = torch.quantized_lstm
            y, *end = lstm(x, list(state), *common, dtype=torch.qint8, use_dynamic=True)
        else:
            gru: Any = torch.quantized_gru
            y, *end = gru(x, state[0], *common)
        return y, tuple(end)


class QuantisedRecurrent(_Cell):
    """An LSTM or GRU of one layer and one direction in int8, called as the module it is made of.

    Each row of a batch goes alone. Its scales are then its own, so that what is heard in an utterance does
    not depend, to the last bit, on the others in the batch.
    """

    def __init__(self, rnn: nn.LSTM | nn.GRU) -> None:
        """Take over the weights of `rnn`, which stays as it is.

        Raises:
            RuntimeError: torch has no int8 kernels for this processor.
        """
        super().__init__(rnn, "_l0", isinstance(rnn, nn.LSTM))

    def forward(self, x: Tensor, start: Tensor | State | None = None) -> tuple[Tensor, Tensor | State]:
        """Run frames (batch, frames, width) from a state, of zeros where None; see `nn.LSTM` and `nn.GRU`."""
        if start is None:
            zero = x.new_zeros(1, x.shape[0], self.hidden_size)
            start = (zero, zero) if self.is_lstm else zero
        parts = start if isinstance(start, tuple) else (start,)
        rows = [
            self.run(x[row : row + 1], tuple(part[:, row : row + 1].contiguous() for part in parts))
            for row in range(x.shape[0])
        ]
        ends = tuple(torch.cat(part, dim=1) for part in zip(*(end for _, end in rows), strict=True))
        return torch.cat([y for y, _ in rows]), ends if self.is_lstm else ends[0]


class QuantisedCell(_Cell):
    """An LSTM or GRU cell in int8, called as the module it is made of; the batch shares its scales."""

    def __init__(self, cell: nn.LSTMCell | nn.GRUCell) -> None:
        """Take over the weights of `cell`, which stays as it is; `RuntimeError` as for the others."""
        super().__init__(cell, "", isinstance(cell, nn.LSTMCell))

    def forward(self, x: Tensor, before: Tensor | State) -> Tensor | State:
        """Run one step (batch, width) from a state of (batch, units) each."""
        parts = before if isinstance(before, tuple) else (before,)
        # A sequence of one frame: (batch, width) -> (batch, 1, width), states (1, batch, units).
        _, end = self.run(x[:, None], tuple(part[None] for part in parts))
        after = tuple(part[0] for part in end)
        return after if self.is_lstm else after[0]


class QuantisedLinear(nn.Module):
    """A linear layer in int8; everything in one call shares its scale."""

    def __init__(self, linear: nn.Linear) -> None:
        """Take over the weights of `linear`, which stays as it is; `RuntimeError` as for the others."""
        super().__init__()
        self._packed = pack(linear.weight.detach(), linear.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """Map (…, inputs) to (…, outputs)."""
        return cast(Tensor, torch.ops.quantized.linear_dynamic(x, self._packed, _ACTIVATION_BITS_7))


def pack(weight: Tensor, bias: Tensor) -> Any:
    """Round a weight (outputs, inputs) to int8, symmetrically, and lay it out for the processor."""
    scales = weight.abs().amax(dim=1).clamp(min=1e-8).double() / 127
    zero_points = torch.zeros(len(scales), dtype=torch.long)
    rounded = torch.quantize_per_channel(weight, scales, zero_points, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(rounded, bias)


def quantise(network: AcousticModel) -> AcousticModel:
    """Make a copy of a network with int8 where nearly all of its weights and work are.

    That is the recurrent layers of the encoder, and the cells and layers behind the attention of the decoder.
    What is not int8 shares its weights with `network`: the convolutions and their projection, the heads and
    the attention, which together are a tenth of the work and have the numbers that others are read from.

    Args:
        network: On the processor, in evaluation mode, with nothing hooked on; it stays as it is.

    Raises:
        RuntimeError: torch has no int8 kernels for this processor.
    """
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    copied = copy.deepcopy(network, cast(dict[int, Any], shared))
    for layer in copied.encoder.layers:
        layer = cast(BidirectionalLayer, layer)
        layer.forward_rnn = cast(Any, QuantisedRecurrent(layer.forward_rnn))
        layer.backward_rnn = cast(Any, QuantisedRecurrent(layer.backward_rnn))
    if copied.decoder is not None:
        decoder = copied.decoder
        decoder.cells = nn.ModuleList(QuantisedCell(cast(nn.LSTMCell, cell)) for cell in decoder.cells)
        decoder.hidden = cast(Any, QuantisedLinear(decoder.hidden))
        decoder.output = cast(Any, QuantisedLinear(decoder.output))
    return copied


def int8_is_faster(network: AcousticModel) -> bool:
    """Measure whether int8 is clearly faster than float32 here, and as good as right.

    One recurrent layer in both precisions, in the calling thread with the number of threads torch has now:
    some ten milliseconds. The answer is remembered for layers of the same shape.
    """
    rnn = cast(nn.LSTM | nn.GRU, network.encoder.layers[0].forward_rnn)
    if cast(Tensor, rnn.weight_ih_l0).numel() < _WORTH_MEASURING:
        return False
    key = (type(rnn), rnn.input_size, rnn.hidden_size, torch.get_num_threads())
    if key not in _decided:
        try:
            _decided[key] = _measure(rnn)
        except RuntimeError:  # no kernels for this processor
            _decided[key] = False
    return _decided[key]


@torch.inference_mode()
def _measure(rnn: nn.LSTM | nn.GRU) -> bool:
    quantised = QuantisedRecurrent(rnn)
    x = torch.randn(1, _MEASURED_FRAMES, rnn.input_size, generator=torch.Generator().manual_seed(0))
    float32_s, int8_s = float("inf"), float("inf")
    for _ in range(_MEASURED_RUNS):
        begun_s = time.perf_counter()
        expected = rnn(x)[0]
        between_s = time.perf_counter()
        found = quantised(x)[0]
        ended_s = time.perf_counter()
        float32_s, int8_s = min(float32_s, between_s - begun_s), min(int8_s, ended_s - between_s)
    agrees = float((found - expected).abs().max()) < _SAME_ENOUGH
    return agrees and int8_s < _CLEARLY_FASTER * float32_s
