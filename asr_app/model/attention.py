"""Attention mechanisms with one interface, chosen by `DecoderConfig.attention`."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from asr_app.model.config import DecoderConfig


class Attention(nn.Module):
    """Weights over the encoder's frames and their weighted sum.

    Every mechanism scores frames in `score`; masking, softmax and context are shared. The memory may have a
    batch of one and serve any number of queries (beam search), which broadcasting takes care of.
    """

    def __init__(self, config: DecoderConfig, memory_units: int, query_units: int) -> None:
        """Make the projections of keys and queries to `attention_units`."""
        super().__init__()
        self.key = nn.Linear(memory_units, config.attention_units)
        self.query = nn.Linear(query_units, config.attention_units, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """Project the memory once: (batch, frames, units) to (batch, frames, attention_units)."""
        projected: Tensor = self.key(memory)
        return projected

    def score(self, query: Tensor, keys: Tensor, previous: Tensor) -> Tensor:
        """Score each frame.

        Args:
            query: (batch, query_units)
            keys: (batch or 1, frames, attention_units)
            previous: (batch, frames) weights of the step before; all zero at the first.

        Returns:
            (batch, heads, frames)
        """
        raise TypeError("use one of the mechanisms made by `make_attention`")

    def forward(
        self, query: Tensor, keys: Tensor, memory: Tensor, mask: Tensor, previous: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Attend.

        Args:
            query: (batch, query_units)
            keys: (batch or 1, frames, attention_units) from `keys`
            memory: (batch or 1, frames, units)
            mask: (batch or 1, frames), True on real frames
            previous: (batch, frames)

        Returns:
            context (batch, units) and weights (batch, frames); each row of weights sums to one over real
            frames and is zero elsewhere. With several heads the weights are their mean.
        """
        scores = self.score(query, keys, previous).float()
        weights = scores.masked_fill(~mask[:, None, :], float("-inf")).softmax(-1)
        context = self.combine(weights.to(memory.dtype), memory)
        return context, weights.mean(1)

    def combine(self, weights: Tensor, memory: Tensor) -> Tensor:
        """Weights (batch, 1, frames) and memory (batch or 1, frames, units) to (batch, units)."""
        return torch.matmul(weights, memory).squeeze(1)


class LocationAttention(Attention):
    """Additive attention that sees where it looked before (Chorowski et al. 2015, location-aware)."""

    def __init__(self, config: DecoderConfig, memory_units: int, query_units: int) -> None:
        """Add the filters over the previous weights."""
        super().__init__(config, memory_units, query_units)
        width = config.location_width_frames
        self.filters = nn.Conv1d(1, config.location_filters, width, padding=width // 2, bias=False)
        self.location = nn.Linear(config.location_filters, config.attention_units, bias=False)
        self.energy = nn.Linear(config.attention_units, 1, bias=False)

    def score(self, query: Tensor, keys: Tensor, previous: Tensor) -> Tensor:
        """See `Attention.score`."""
        where = self.location(
            self.filters(previous[:, None, :]).transpose(1, 2)
        )  # (batch, frames, attention)
        energy: Tensor = self.energy(torch.tanh(keys + self.query(query)[:, None, :] + where))
        return energy.transpose(1, 2)


class DotAttention(Attention):
    """Scaled dot product of projected query and key (Vaswani et al. 2017, one head)."""

    def __init__(self, config: DecoderConfig, memory_units: int, query_units: int) -> None:
        """Nothing beyond the projections."""
        super().__init__(config, memory_units, query_units)
        # A bias would add the same to every frame's score, which softmax forgets.
        self.key = nn.Linear(memory_units, config.attention_units, bias=False)
        self.scale = 1 / math.sqrt(config.attention_units)

    def score(self, query: Tensor, keys: Tensor, previous: Tensor) -> Tensor:
        """See `Attention.score`."""
        return torch.matmul(self.query(query)[:, None, :], keys.transpose(1, 2)) * self.scale


class GeneralAttention(Attention):
    """Multiplicative attention: query W memory (Luong et al. 2015, "general")."""

    def __init__(self, config: DecoderConfig, memory_units: int, query_units: int) -> None:
        """Replace both projections by one from query to memory width."""
        super().__init__(config, memory_units, query_units)
        self.key = nn.Identity()  # type: ignore[assignment]
        self.query = nn.Linear(query_units, memory_units, bias=False)

    def score(self, query: Tensor, keys: Tensor, previous: Tensor) -> Tensor:
        """See `Attention.score`."""
        return torch.matmul(self.query(query)[:, None, :], keys.transpose(1, 2))


class MultiHeadAttention(Attention):
    """Several scaled dot products, each over its own part of the projections (Vaswani et al. 2017)."""

    def __init__(self, config: DecoderConfig, memory_units: int, query_units: int) -> None:
        """Add value and output projections."""
        super().__init__(config, memory_units, query_units)
        self.key = nn.Linear(memory_units, config.attention_units, bias=False)  # as in `DotAttention`
        self.heads = config.attention_heads
        self.value = nn.Linear(memory_units, config.attention_units)
        self.output = nn.Linear(config.attention_units, memory_units)

    def _split(self, projected: Tensor) -> Tensor:
        # (batch, n, attention) -> (batch, heads, n, attention / heads)
        split: Tensor = projected.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return split

    def score(self, query: Tensor, keys: Tensor, previous: Tensor) -> Tensor:
        """See `Attention.score`."""
        heads = self._split(self.query(query)[:, None, :])  # (batch, heads, 1, units)
        scores = torch.matmul(heads, self._split(keys).transpose(2, 3)).squeeze(2)
        return scores / math.sqrt(heads.shape[-1])

    def combine(self, weights: Tensor, memory: Tensor) -> Tensor:
        """See `Attention.combine`; weights are (batch, heads, frames)."""
        values = self._split(self.value(memory))  # (batch or 1, heads, frames, units)
        summed = torch.matmul(weights[:, :, None, :], values)  # (batch, heads, 1, units)
        merged: Tensor = self.output(summed.squeeze(2).flatten(1))
        return merged


def make_attention(config: DecoderConfig, memory_units: int, query_units: int) -> Attention:
    """Make the mechanism `config.attention` names."""
    kinds: dict[str, type[Attention]] = {
        "location": LocationAttention,
        "dot": DotAttention,
        "general": GeneralAttention,
        "multihead": MultiHeadAttention,
    }
    return kinds[config.attention](config, memory_units, query_units)
