"""Greedy error rates while training."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import open_cache
from asr_app.training.manifest import read_manifest
from asr_app.training.validation import Development, collapse, validate


def spell(tokens: list[int], frames: int, blank: int) -> Tensor:
    """Log-probabilities (1, frames, blank + 1) of a network that is sure of these tokens, a blank between."""
    path = [blank] * frames
    path[: 2 * len(tokens) : 2] = tokens
    return torch.nn.functional.one_hot(torch.tensor([path]), blank + 1).float().log()


def test_repetitions_collapse_and_a_blank_keeps_two_apart() -> None:
    best = torch.tensor([[0, 0, 2, 0, 1, 1, 1], [1, 2, 2, 1, 0, 0, 0]])
    log_probs = torch.nn.functional.one_hot(best, 3).float().log()
    assert collapse(log_probs, torch.tensor([7, 4])) == [[0, 0, 1], [1, 1]]


@pytest.mark.parametrize(("heard", "rate"), [([0, 1, 0], 0.0), ([0, 1], 1 / 3), ([], 1.0)])
def test_phones_are_counted_where_their_spelling_is_known(
    tone_corpus: Path, tmp_path: Path, heard: list[int], rate: float
) -> None:
    tokenizer = Tokenizer.load(tone_corpus / "pieces.model")
    recordings = read_manifest(tone_corpus / "train.jsonl")[:1]
    development = Development("dev", open_cache(recordings, tmp_path), [[0, 1, 0]])

    class SureNetwork:
        phone_head = object()

        def eval(self) -> None: ...

        def features(self, samples: Tensor) -> Tensor:
            return torch.zeros(1, 60, 1)

        def __call__(self, features: Tensor, lengths: Tensor) -> SimpleNamespace:
            return SimpleNamespace(lengths=lengths, phone_lengths=lengths)

        def ctc_log_probs(self, output: object) -> Tensor:
            return spell(tokenizer.encode(recordings[0].text), 60, tokenizer.size)

        def phone_log_probs(self, output: object) -> Tensor:
            return spell(heard, 60, 3)

    network: AcousticModel = SureNetwork()  # type: ignore[assignment]
    rates = validate(network, tokenizer, [development], torch.device("cpu"))
    assert rates == {"dev": 0.0, "dev phones": pytest.approx(rate)}
