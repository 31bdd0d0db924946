from __future__ import annotations

import pytest
import torch

from asr_app.decoding.neural_language import (
    NeuralLanguage,
    NeuralLanguageNetwork,
    NeuralSizes,
    encode_neural_language,
    read_neural_language,
)
from asr_app.errors import BundleError

PIECES = 5
STRINGS = [(0, 1, 2), (0, 1, 3, 4, 4), (), (0, 1, 2), (4,), (0, 1)]


@pytest.fixture(params=[1, 2], ids=["one layer", "two layers"])
def language(request: pytest.FixtureRequest) -> NeuralLanguage:
    torch.manual_seed(0)
    return NeuralLanguage(NeuralLanguageNetwork(PIECES, NeuralSizes(4, 6, request.param), 0.5), "abc")


@torch.inference_mode()
def one_by_one(language: NeuralLanguage, string: tuple[int, ...]) -> float:
    """All of one string at once, as in training."""
    boundary = language.network.boundary
    logits, _ = language.network(torch.tensor([[boundary, *string]]))
    log_probs = logits[0].log_softmax(dim=-1)
    return sum(float(log_probs[place, piece]) for place, piece in enumerate((*string, boundary)))


def test_strings_that_begin_alike_score_as_each_by_itself(language: NeuralLanguage) -> None:
    expected = [one_by_one(language, string) for string in STRINGS]
    assert language.log_probs(STRINGS) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("string", STRINGS)
def test_the_score_of_a_string_is_that_of_its_pieces(
    language: NeuralLanguage, string: tuple[int, ...]
) -> None:
    scores = language.piece_log_probs(string)
    assert len(scores) == len(string) + 1
    assert sum(scores) == pytest.approx(language.log_probs([string])[0], abs=1e-4)


def test_no_strings_have_no_scores(language: NeuralLanguage) -> None:
    assert language.log_probs([]) == []


def test_all_strings_together_are_certain(language: NeuralLanguage) -> None:
    """What ends within three pieces, and what goes on, add up to one."""
    boundary = language.network.boundary
    with torch.no_grad():
        language.network.readout_bias[boundary] += 5.0  # most strings are short
    total = 0.0
    longer: list[tuple[int, ...]] = [()]
    for _ in range(4):
        total += sum(torch.tensor(language.log_probs(longer)).exp().tolist())
        longer = [(*string, piece) for string in longer for piece in range(PIECES)]
    assert 0.999 < total <= 1.0


def test_a_file_brings_the_same_model_back_in_half_precision(language: NeuralLanguage) -> None:
    content = encode_neural_language(language)
    again = read_neural_language(content)
    assert again.tokenizer == "abc"
    assert again.log_probs(STRINGS) == pytest.approx(language.log_probs(STRINGS), abs=2e-2)
    assert encode_neural_language(again) == content


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_file_is_said(language: NeuralLanguage, damage: str) -> None:
    from safetensors.torch import save

    content = {
        "cut": encode_neural_language(language)[:-9],
        "foreign": save({"embedding.weight": torch.zeros(3, 3)}, {"tokenizer": "abc"}),
        "empty": b"",
    }[damage]
    with pytest.raises(BundleError, match="neural language model is damaged"):
        read_neural_language(content)
