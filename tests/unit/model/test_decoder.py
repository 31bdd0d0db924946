"""The attention decoder, and the gradients of the whole network."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import Tensor

from asr_app.model.config import AttentionKind, Chunking
from asr_app.model.network import AttentionDecoder
from tests.unit.model.builders import VOCABULARY_SIZE, padded, random_features, small_model

each_cell = pytest.mark.parametrize("cell", ["lstm", "gru"])
each_kind = pytest.mark.parametrize("kind", get_args(AttentionKind))

WIDTH = 10  # of the small encoder
LENGTHS = torch.tensor([12, 1, 7])


def decoder(kind: str, cell: str = "lstm") -> AttentionDecoder:
    """The small model's decoder."""
    made = small_model(decoder={"attention": kind}, cell=cell).decoder
    assert made is not None
    return made


def memory_frames() -> Tensor:
    """What an encoder might give: (3, 12, width), zero beyond `LENGTHS`."""
    frames = torch.randn(3, 12, WIDTH, generator=torch.Generator().manual_seed(3))
    return frames * (torch.arange(12)[None, :, None] < LENGTHS[:, None, None])


def some_targets() -> Tensor:
    """(3, 5) tokens."""
    return torch.randint(0, VOCABULARY_SIZE, (3, 5), generator=torch.Generator().manual_seed(4))


@each_cell
@each_kind
def test_attention_rows_sum_to_one_and_cover_only_real_frames(kind: str, cell: str) -> None:
    with torch.inference_mode():
        logits, attention = decoder(kind, cell)(memory_frames(), LENGTHS, some_targets())
    assert logits.shape == (3, 6, VOCABULARY_SIZE + 1)
    assert attention.shape == (3, 6, 12)
    torch.testing.assert_close(attention.sum(-1), torch.ones(3, 6))
    for row, length in enumerate(LENGTHS.tolist()):
        assert (attention[row, :, :length] > 0).all()
        assert (attention[row, :, length:] == 0).all()


@each_cell
@each_kind
def test_given_targets_equal_stepping(kind: str, cell: str) -> None:
    model, targets = decoder(kind, cell), some_targets()
    with torch.inference_mode():
        logits, attention = model(memory_frames(), LENGTHS, targets)
        memory = model.prepare(memory_frames(), LENGTHS)
        state = model.initial_state(memory)
        token = torch.full((3,), model.end)
        for position in range(6):
            scores, state = model.step(token, state, memory)
            torch.testing.assert_close(scores, logits[:, position])
            torch.testing.assert_close(state.attention, attention[:, position])
            token = targets[:, position] if position < 5 else token


@each_kind
def test_an_utterance_does_not_depend_on_its_batch(kind: str) -> None:
    model, frames, targets = decoder(kind), memory_frames(), some_targets()
    with torch.inference_mode():
        logits, attention = model(frames + 9.0 * (frames == 0), LENGTHS, targets)
        for row, length in enumerate(LENGTHS.tolist()):
            alone = model(frames[row : row + 1, :length], LENGTHS[row : row + 1], targets[row : row + 1])
            torch.testing.assert_close(logits[row], alone[0][0], rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(attention[row, :, :length], alone[1][0], rtol=1e-4, atol=1e-5)


@each_kind
def test_targets_matter_only_to_what_comes_after_them(kind: str) -> None:
    model, targets = decoder(kind), some_targets()
    other = targets.clone()
    other[:, 3:] = (other[:, 3:] + 1) % VOCABULARY_SIZE
    with torch.inference_mode():
        one, two = (model(memory_frames(), LENGTHS, tokens)[0] for tokens in (targets, other))
    torch.testing.assert_close(one[:, :4], two[:, :4])
    assert (one[:, 4:] - two[:, 4:]).abs().amax(dim=(0, 2)).min() > 1e-5


@each_cell
@each_kind
def test_beams_share_one_memory(kind: str, cell: str) -> None:
    model, targets = decoder(kind, cell), some_targets()
    one, length = memory_frames()[:1], torch.tensor([9])
    with torch.inference_mode():
        shared = model.prepare(one, length)
        repeated = model.prepare(one.repeat(3, 1, 1), length.repeat(3))
        state, expected_state = model.initial_state(shared, batch=3), model.initial_state(repeated)
        for position in range(5):
            scores, state = model.step(targets[:, position], state, shared)
            expected, expected_state = model.step(targets[:, position], expected_state, repeated)
            torch.testing.assert_close(scores, expected)
            torch.testing.assert_close(state.attention, expected_state.attention)
            assert (state.attention[:, 9:] == 0).all()


@each_cell
def test_selected_rows_go_on_as_what_they_were(cell: str) -> None:
    model, targets = decoder("location", cell), some_targets()
    rows = torch.tensor([2, 0, 0, 1])
    with torch.inference_mode():
        memory = model.prepare(memory_frames()[:1], torch.tensor([9]))
        _, state = model.step(targets[:, 0], model.initial_state(memory, batch=3), memory)
        selected, after_selected = model.step(targets[rows, 1], state.select(rows), memory)
        scores, after = model.step(targets[:, 1], state, memory)
    torch.testing.assert_close(selected, scores[rows])
    torch.testing.assert_close(after_selected.attention, after.attention[rows])


def test_full_scheduled_sampling_feeds_the_decoder_its_own_choices() -> None:
    model = decoder("location")
    with torch.inference_mode():
        logits, _ = model(memory_frames(), LENGTHS, some_targets(), sampling=1.0)
        own = logits[:, :-1].argmax(-1)
        expected, _ = model(memory_frames(), LENGTHS, own)
    torch.testing.assert_close(logits, expected)


def test_no_targets_ask_for_the_first_token_alone() -> None:
    logits, attention = decoder("location")(memory_frames(), LENGTHS, torch.zeros(3, 0, dtype=torch.long))
    assert logits.shape == (3, 1, VOCABULARY_SIZE + 1)
    assert attention.shape == (3, 1, 12)


@pytest.mark.parametrize("chunking", [None, Chunking(4, 2)])
@pytest.mark.parametrize("reduction_layer", [0, 2])
@each_cell
@each_kind
def test_gradients_reach_every_parameter(
    kind: str, cell: str, reduction_layer: int, chunking: Chunking | None
) -> None:
    model = small_model(decoder={"attention": kind}, cell=cell, reduction_layer=reduction_layer).train()
    assert model.decoder is not None
    features, lengths = padded(
        [random_features(n, seed=n, dtype=torch.float32) for n in (90, 61)], filler=0.0
    )
    output = model(features, lengths, chunking)
    logits, _ = model.decoder(output.frames, output.lengths, some_targets()[:2])
    # Random weights: a plain sum of log probabilities would leave some gradients zero by symmetry.
    parts = [model.ctc_log_probs(output), model.phone_log_probs(output), logits.log_softmax(-1)]
    loss = sum((torch.randn_like(part) * part).sum() for part in parts)
    assert isinstance(loss, Tensor)
    loss.backward()

    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert {name for name, gradient in gradients.items() if gradient is None} == set()
    largest = {name: float(g.abs().max()) for name, g in gradients.items() if g is not None}
    # What only rounding makes of a gradient that is zero by the algebra stays far below this.
    assert {name: value for name, value in largest.items() if not 1e-4 < value < 1e6} == {}
