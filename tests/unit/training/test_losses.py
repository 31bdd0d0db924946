"""The losses' special cases."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from asr_app.training.losses import ctc, off_diagonal
from asr_app.training.optimiser import rate_factor
from asr_app.training.recipe import OptimiserSection


def test_recordings_too_short_for_their_text_are_counted_and_left_out() -> None:
    log_probs = torch.full((2, 3, 4), math.log(0.25), requires_grad=True)
    targets = torch.tensor([[0, 1, 0, 0], [0, 1, 2, 0]])
    lengths, target_lengths = torch.tensor([3, 3]), torch.tensor([2, 4])
    loss, infinite = ctc(log_probs, lengths, targets, target_lengths, torch.ones(2))
    alone, none = ctc(log_probs[:1], lengths[:1], targets[:1], target_lengths[:1], torch.ones(1))
    assert (infinite, none) == (1, 0)
    assert loss.item() == pytest.approx(alone.item())
    loss.backward()
    assert log_probs.grad is not None
    assert torch.isfinite(log_probs.grad).all()


def test_ctc_equals_the_sum_over_alignments() -> None:
    log_probs = torch.randn(1, 3, 3).log_softmax(-1)
    p = log_probs[0].exp()
    # All ways to say token 0 in three frames; the blank is 2.
    ways = [(0, 0, 0), (0, 0, 2), (0, 2, 2), (2, 0, 0), (2, 0, 2), (2, 2, 0)]
    total = sum(float(p[0, a] * p[1, b] * p[2, c]) for a, b, c in ways)
    loss, _ = ctc(log_probs, torch.tensor([3]), torch.tensor([[0]]), torch.tensor([1]), torch.ones(1))
    assert float(loss) == pytest.approx(-math.log(total), rel=1e-5)


def test_recordings_without_phones_do_not_count() -> None:
    log_probs = torch.randn(2, 5, 4).log_softmax(-1)
    targets = torch.tensor([[0, 1], [0, 0]])
    both, _ = ctc(log_probs, torch.tensor([5, 5]), targets, torch.tensor([2, 0]), torch.ones(2))
    one, _ = ctc(log_probs[:1], torch.tensor([5]), targets[:1], torch.tensor([2]), torch.ones(1))
    assert float(both) == pytest.approx(float(one))


def test_attention_on_the_diagonal_costs_least() -> None:
    diagonal = torch.eye(10)[None]
    lengths, tokens = torch.tensor([10]), torch.tensor([9])
    assert float(off_diagonal(diagonal, lengths, tokens)) < 0.01
    assert float(off_diagonal(diagonal.flip(1), lengths, tokens)) > 0.5


def test_the_learning_rate_rises_then_falls_to_its_share() -> None:
    section = OptimiserSection(steps=100, warmup_share=0.1, final_share=0.02)
    rates = [rate_factor(section, step) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * n for n in range(1, 11)])
    assert max(rates) == 1.0
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))
    assert rate_factor(section, 100) == pytest.approx(0.02)
