"""The encoder: padding, batches and chunks change nothing; the decoder is in `test_decoder.py`."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from asr_app.model.config import Chunking
from asr_app.model.network import (
    AcousticModel,
    BidirectionalLayer,
    Subsampling,
    average_pairs,
    reverse_within,
)
from tests.unit.model.builders import (
    MEL_BANDS,
    VOCABULARY_SIZE,
    assert_same_output,
    padded,
    random_features,
    small_config,
    small_model,
)

each_cell = pytest.mark.parametrize("cell", ["lstm", "gru"])
each_reduction = pytest.mark.parametrize("reduction_layer", [0, 2])
CHUNKINGS = [None, Chunking(2, 0), Chunking(4, 2), Chunking(6, 8), Chunking(100, 100)]


def encoder_model(**changes: Any) -> AcousticModel:
    """A model in double precision, in which equal means equal."""
    return small_model(**{"decoder": None, **changes}).double()


# -- batch and padding ----------------------------------------------------------------------------------


@pytest.mark.parametrize("chunking", CHUNKINGS)
@each_reduction
@each_cell
def test_an_utterance_does_not_depend_on_its_batch(
    cell: str, reduction_layer: int, chunking: Chunking | None
) -> None:
    model = encoder_model(cell=cell, reduction_layer=reduction_layer)
    utterances = [random_features(frames, seed=frames) for frames in (61, 1, 40, 2, 7, 33, 64, 18)]
    with torch.inference_mode():
        batch = model(*padded(utterances, filler=50.0), chunking)
        for row, utterance in enumerate(utterances):
            alone = model(utterance[None], torch.tensor([len(utterance)]), chunking)
            assert_same_output(batch, row, alone)
            torch.testing.assert_close(
                model.ctc_log_probs(batch)[row, : alone.frames.shape[1]], model.ctc_log_probs(alone)[0]
            )


@settings(max_examples=25, deadline=None, database=None)
@given(
    lengths=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    extra=st.integers(0, 9),
    chunking=st.sampled_from(CHUNKINGS),
    cell=st.sampled_from(["lstm", "gru"]),
    reduction_layer=st.sampled_from([0, 1, 2]),
)
def test_nor_on_its_padding_whatever_the_lengths(
    lengths: list[int], extra: int, chunking: Chunking | None, cell: str, reduction_layer: int
) -> None:
    model = encoder_model(cell=cell, reduction_layer=reduction_layer)
    utterances = [random_features(frames, seed=seed) for seed, frames in enumerate(lengths)]
    features, sizes = padded(utterances, filler=-30.0)
    features = nn.functional.pad(features, (0, 0, 0, extra), value=30.0)  # longer than its longest utterance
    with torch.inference_mode():
        batch = model(features, sizes, chunking)
        for row, utterance in enumerate(utterances):
            assert_same_output(batch, row, model(utterance[None], torch.tensor([len(utterance)]), chunking))


@each_reduction
def test_padding_stays_zero(reduction_layer: int) -> None:
    model = encoder_model(reduction_layer=reduction_layer)
    with torch.inference_mode():
        output = model(*padded([random_features(64), random_features(9)], filler=50.0))
    assert output.lengths.tolist() == ([8, 2] if reduction_layer else [16, 3])
    assert output.phone_lengths.tolist() == [16, 3]
    assert (output.frames[1, int(output.lengths[1]) :] == 0).all()
    assert (output.phone_frames[1, 3:] == 0).all()


# -- chunks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frames", [1, 4, 5, 63, 64])
@each_reduction
@each_cell
def test_a_chunk_as_long_as_the_utterance_is_full_context(
    cell: str, reduction_layer: int, frames: int
) -> None:
    model = encoder_model(cell=cell, reduction_layer=reduction_layer)
    features, lengths = random_features(frames)[None], torch.tensor([frames])
    with torch.inference_mode():
        assert_same_output(model(features, lengths, Chunking(16, 0)), 0, model(features, lengths))
        assert_same_output(model(features, lengths, Chunking(16, 4)), 0, model(features, lengths))


@each_cell
def test_a_chunk_hears_its_lookahead_and_nothing_later(cell: str) -> None:
    model = encoder_model(cell=cell)
    chunking = Chunking(4, 2)
    lengths = torch.tensor([80])
    early = random_features(80)
    # The first chunk and its look-ahead are 6 frames, which end in feature 6 * 4 - 1.
    within, beyond = early.clone(), early.clone()
    within[23] += 1
    beyond[24:] += 1
    with torch.inference_mode():
        first, changed, same = (
            model(features[None], lengths, chunking).frames[0, :2] for features in (early, within, beyond)
        )
        full, full_changed = (model(features[None], lengths).frames[0, :2] for features in (early, beyond))
    torch.testing.assert_close(same, first, rtol=0, atol=1e-12)
    assert (changed - first).abs().max() > 1e-6
    assert (full_changed - full).abs().max() > 1e-6


def test_the_forward_direction_carries_its_state_from_chunk_to_chunk() -> None:
    model = encoder_model()
    features = random_features(80)
    other = features.clone()
    other[:8] += 1  # only the first chunk of four frames hears it
    with torch.inference_mode():
        last, changed = (
            model(x[None], torch.tensor([80]), Chunking(4, 0)).frames[0, 2:4] for x in (features, other)
        )
    assert (changed - last).abs().max() > 1e-6


# -- parts against torch's own ----------------------------------------------------------------------------


def test_subsampling_is_two_padded_convolutions() -> None:
    torch.manual_seed(0)
    subsampling = Subsampling(small_config()).double()
    features = random_features(37)[None]
    x = features[:, None]
    for convolution in (subsampling.first, subsampling.second):
        x = torch.relu(nn.functional.conv2d(x, convolution.weight, convolution.bias, stride=2, padding=1))
    expected = subsampling.norm(subsampling.project(x.permute(0, 2, 1, 3).reshape(1, 10, -1)))
    actual, lengths = subsampling(features, torch.tensor([37]))
    assert lengths.tolist() == [10]
    torch.testing.assert_close(actual, expected)


@each_cell
def test_a_layer_is_torch_s_bidirectional_cell_on_packed_sequences(cell: Any) -> None:
    torch.manual_seed(0)
    layer = BidirectionalLayer(small_config(cell=cell)).double().eval()
    kind = nn.LSTM if cell == "lstm" else nn.GRU
    reference = kind(10, 5, batch_first=True, bidirectional=True).double()
    for name, tensor in layer.forward_rnn.state_dict().items():
        reference.state_dict()[name].copy_(tensor)
        reference.state_dict()[f"{name}_reverse"].copy_(layer.backward_rnn.state_dict()[name])
    x, lengths = torch.randn(3, 9, 10, dtype=torch.float64), torch.tensor([9, 1, 6])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    y = nn.utils.rnn.pad_packed_sequence(reference(packed)[0], batch_first=True)[0]

    actual, state = layer(x, lengths)

    assert len(state) == (2 if cell == "lstm" else 1)
    for row, length in enumerate(lengths.tolist()):
        expected = layer.norm(y[row, :length]) + x[row, :length]
        torch.testing.assert_close(actual[row, :length], expected)
        assert (actual[row, length:] == 0).all()


@settings(max_examples=30, deadline=None, database=None)
@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_pairs_are_averaged_and_a_lone_last_frame_stays(lengths: list[int]) -> None:
    frames = max(*lengths, 1)
    x = torch.arange(1.0, 1 + len(lengths) * frames).reshape(len(lengths), frames, 1)
    x = x * (torch.arange(frames)[None, :, None] < torch.tensor(lengths)[:, None, None])
    pairs = average_pairs(x, torch.tensor(lengths))
    assert pairs.shape == (len(lengths), (frames + 1) // 2, 1)
    for row, length in enumerate(lengths):
        real = x[row, :length, 0].tolist()
        expected = [sum(real[i : i + 2]) / len(real[i : i + 2]) for i in range(0, length, 2)]
        assert pairs[row, : len(expected), 0].tolist() == expected
        assert (pairs[row, len(expected) :] == 0).all()


def test_reversing_leaves_padding_behind_and_undoes_itself() -> None:
    x, lengths = torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0]])[:, :, None], torch.tensor([4, 2])
    turned = reverse_within(x, lengths)
    assert turned[:, :, 0].tolist() == [[4, 3, 2, 1], [6, 5, 0, 0]]
    assert torch.equal(reverse_within(turned, lengths), x)


# -- heads ------------------------------------------------------------------------------------------------


def test_heads_give_log_probabilities_with_the_blank_last() -> None:
    model = encoder_model()
    with torch.inference_mode():
        output = model(random_features(40)[None], torch.tensor([40]))
        tokens, phones = model.ctc_log_probs(output), model.phone_log_probs(output)
    assert tokens.shape == (1, 5, VOCABULARY_SIZE + 1)
    assert phones.shape == (1, 10, 3 + 1)
    for log_probs in (tokens, phones):
        assert log_probs.dtype == torch.float32
        torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(log_probs.shape[:2]))


def test_a_model_without_phones_has_no_phone_head() -> None:
    model = encoder_model(phones=())
    assert not any(name.startswith("phone") for name in model.state_dict())
    output = model(random_features(8)[None], torch.tensor([8]))
    with pytest.raises(ValueError, match="no phone head"):
        model.phone_log_probs(output)


def test_samples_go_all_the_way_to_log_probabilities() -> None:
    model = small_model()
    features = model.features(torch.randn(2, 8_000))
    assert features.shape == (2, 48, MEL_BANDS)
    output = model(features, torch.tensor([48, 30]))
    assert model.ctc_log_probs(output).isfinite().all()
