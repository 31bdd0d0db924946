from __future__ import annotations

from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from asr_app.model.attention import (
    Attention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
    MultiHeadAttention,
    make_attention,
)
from asr_app.model.config import AttentionKind, DecoderConfig
from asr_app.model.network import frame_mask

KINDS: tuple[Any, ...] = get_args(AttentionKind)
QUERY_UNITS, MEMORY_UNITS = 6, 10
BATCH, FRAMES = 3, 17
LENGTHS = torch.tensor([17, 1, 8])

each_kind = pytest.mark.parametrize("kind", KINDS)


def mechanism(kind: Any) -> Attention:
    """A small mechanism with random weights."""
    torch.manual_seed(1)
    config = DecoderConfig(
        attention=kind, attention_units=8, attention_heads=2, location_filters=3, location_width_frames=5
    )
    return make_attention(config, MEMORY_UNITS, QUERY_UNITS).eval()


def inputs() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Query, memory, mask and a previous row of weights that sums to one."""
    torch.manual_seed(2)
    mask = frame_mask(LENGTHS, FRAMES)
    previous = torch.randn(BATCH, FRAMES).masked_fill(~mask, float("-inf")).softmax(-1)
    return torch.randn(BATCH, QUERY_UNITS), torch.randn(BATCH, FRAMES, MEMORY_UNITS), mask, previous


@each_kind
def test_rows_sum_to_one_and_cover_only_real_frames(kind: Any) -> None:
    attention = mechanism(kind)
    query, memory, mask, previous = inputs()
    context, weights = attention(query, attention.keys(memory), memory, mask, previous)
    assert context.shape == (BATCH, MEMORY_UNITS)
    torch.testing.assert_close(weights.sum(-1), torch.ones(BATCH))
    assert (weights[~mask] == 0).all()
    assert (weights[mask] > 0).all()


@each_kind
def test_what_lies_beyond_the_end_does_not_matter(kind: Any) -> None:
    attention = mechanism(kind)
    query, memory, mask, previous = inputs()
    loud = torch.where(mask[:, :, None], memory, 1e3)
    expected = attention(query, attention.keys(memory), memory, mask, previous)
    actual = attention(query, attention.keys(loud), loud, mask, previous)
    torch.testing.assert_close(actual, expected)


@each_kind
def test_a_memory_of_one_serves_all_queries(kind: Any) -> None:
    attention = mechanism(kind)
    query, memory, _, previous = inputs()
    one, mask = memory[:1], torch.arange(FRAMES)[None] < 12
    previous = (previous * mask) / (previous * mask).sum(-1, keepdim=True)
    repeated = one.repeat(BATCH, 1, 1)
    shared = attention(query, attention.keys(one), one, mask, previous)
    expected = attention(query, attention.keys(repeated), repeated, mask.repeat(BATCH, 1), previous)
    torch.testing.assert_close(shared, expected)


@each_kind
def test_scores_stay_finite_far_out(kind: Any) -> None:
    attention = mechanism(kind)
    query, memory, mask, previous = inputs()
    context, weights = attention(1e4 * query, attention.keys(1e4 * memory), 1e4 * memory, mask, previous)
    assert context.isfinite().all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(BATCH))


def test_location_attention_is_the_formula_of_chorowski() -> None:
    attention = mechanism("location")
    assert isinstance(attention, LocationAttention)
    query, memory, mask, previous = inputs()
    filters = attention.filters.weight[:, 0]  # (filters, width)
    around = torch.nn.functional.pad(previous, (2, 2))
    scores = torch.zeros(BATCH, FRAMES)
    for row in range(BATCH):
        for frame in range(FRAMES):
            where = attention.location.weight @ (filters @ around[row, frame : frame + 5])
            key = attention.key.weight @ memory[row, frame] + attention.key.bias
            energy = torch.tanh(attention.query.weight @ query[row] + key + where)
            scores[row, frame] = attention.energy.weight[0] @ energy
    expected = scores.masked_fill(~mask, float("-inf")).softmax(-1)

    context, weights = attention(query, attention.keys(memory), memory, mask, previous)

    torch.testing.assert_close(weights, expected)
    torch.testing.assert_close(context, torch.einsum("bt,btd->bd", expected, memory))


def test_location_attention_depends_on_where_it_looked() -> None:
    attention = mechanism("location")
    query, memory, mask, previous = inputs()
    keys = attention.keys(memory)
    here = attention(query, keys, memory, mask, previous)[1]
    there = attention(query, keys, memory, mask, torch.zeros_like(previous))[1]
    assert (here - there).abs().max() > 1e-4


def test_dot_attention_is_torch_s() -> None:
    attention = mechanism("dot")
    assert isinstance(attention, DotAttention)
    query, memory, mask, previous = inputs()
    expected = torch.nn.functional.scaled_dot_product_attention(
        attention.query(query)[:, None], attention.key(memory), memory, attn_mask=mask[:, None]
    )[:, 0]
    torch.testing.assert_close(attention(query, attention.keys(memory), memory, mask, previous)[0], expected)


def test_general_attention_is_a_bilinear_form() -> None:
    attention = mechanism("general")
    assert isinstance(attention, GeneralAttention)
    query, memory, mask, previous = inputs()
    scores = torch.einsum("bq,mq,btm->bt", query, attention.query.weight, memory)
    expected = scores.masked_fill(~mask, float("-inf")).softmax(-1)
    torch.testing.assert_close(
        attention(query, attention.keys(memory), memory, mask, previous)[1], expected, rtol=1e-4, atol=1e-6
    )


def test_multi_head_attention_is_torch_s() -> None:
    attention = mechanism("multihead")
    assert isinstance(attention, MultiHeadAttention)
    query, memory, mask, previous = inputs()
    reference = torch.nn.MultiheadAttention(
        8, num_heads=2, kdim=MEMORY_UNITS, vdim=MEMORY_UNITS, batch_first=True
    )
    # Ours projects queries of another width and puts out the memory's: let torch do what lies between.
    state = reference.state_dict()
    state["q_proj_weight"].copy_(torch.eye(8))
    state["k_proj_weight"].copy_(attention.key.weight)
    state["v_proj_weight"].copy_(attention.value.weight)
    state["in_proj_bias"].copy_(torch.cat([torch.zeros(16), attention.value.bias]))
    state["out_proj.weight"].copy_(torch.eye(8))
    state["out_proj.bias"].zero_()
    merged, expected_weights = reference(
        attention.query(query)[:, None], memory, memory, key_padding_mask=~mask, need_weights=True
    )

    context, weights = attention(query, attention.keys(memory), memory, mask, previous)

    torch.testing.assert_close(context, attention.output(merged[:, 0]))
    torch.testing.assert_close(weights, expected_weights[:, 0])
