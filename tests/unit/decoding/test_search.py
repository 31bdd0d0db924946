from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from asr_app.decoding.attention_search import attention_beam, attention_greedy
from asr_app.decoding.greedy import ctc_greedy
from asr_app.decoding.joint import joint_beam
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from asr_app.decoding.rescoring import rescore
from asr_app.decoding.search import Method, SearchOptions, search
from asr_app.model.network import AcousticModel
from tests.unit.decoding.brute_force import LogProbs, random_ctc, silent_ctc, tiny_model

METHODS = get_args(Method)


@pytest.fixture
def model() -> AcousticModel:
    return tiny_model(seed=5, vocabulary=3)


@pytest.fixture
def heard(model: AcousticModel) -> tuple[torch.Tensor, LogProbs]:
    """What the model's own encoder and CTC head make of some noise: (frames, width) and posteriors."""
    features = torch.randn(1, 80, 4, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        output = model(features, torch.tensor([80]))
        return output.frames[0], model.ctc_log_probs(output)[0].numpy()


def test_each_method_is_the_search_it_names(
    model: AcousticModel, heard: tuple[torch.Tensor, LogProbs]
) -> None:
    frames, log_probs = heard
    decoder = model.decoder
    assert decoder is not None
    options = SearchOptions(beam=6, n_best=3)
    proposed = ctc_prefix_beam(log_probs, 6, token_threshold=options.token_threshold)
    expected = {
        "greedy": [ctc_greedy(log_probs)],
        "beam": proposed[:3],
        "attention": attention_beam(decoder, frames[None], options, log_probs),
        "joint": joint_beam(decoder, frames[None], log_probs, options),
        "rescore": rescore(proposed, decoder, frames[None], 1 - options.ctc_weight)[:3],
        # What `lexicon` becomes where no lexicon is at hand.
        "lexicon": joint_beam(decoder, frames[None], log_probs, options),
    }
    assert {
        method: search(model, frames, log_probs, replace(options, method=method)) for method in METHODS
    } == expected
    assert len(expected["rescore"]) == 3
    greedy = search(model, frames, log_probs, SearchOptions("attention", beam=1))
    assert greedy == [attention_greedy(decoder, frames[None], options, log_probs)]


@pytest.mark.parametrize("method", METHODS)
def test_without_a_decoder_ctc_does_the_work(
    model: AcousticModel, heard: tuple[torch.Tensor, LogProbs], method: Method
) -> None:
    frames, log_probs = heard
    without = AcousticModel(replace(model.config, decoder=None)).eval()
    expected = [ctc_greedy(log_probs)] if method == "greedy" else ctc_prefix_beam(log_probs, 8, 1)
    assert search(without, frames, log_probs, SearchOptions(method)) == expected


@pytest.mark.parametrize("method", METHODS)
def test_silence_and_no_frames_are_one_empty_hypothesis(model: AcousticModel, method: Method) -> None:
    options = SearchOptions(method)
    assert search(model, torch.randn(40, 6), silent_ctc(40, 3), options)[0].tokens == ()
    nothing = search(model, torch.zeros(0, 6), np.zeros((0, 4), dtype=np.float32), options)
    assert [one.tokens for one in nothing] == [()]


@pytest.mark.parametrize("method", METHODS)
def test_any_input_has_a_result(model: AcousticModel, method: Method) -> None:
    for frames in (1, 2, 3, 17):
        found = search(model, torch.randn(frames, 6), random_ctc(frames, frames, 3), SearchOptions(method))
        assert len(found) == 1
        assert len(found[0].tokens) <= frames
        assert np.isfinite(found[0].score)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_input_has_the_same_result(
    model: AcousticModel, heard: tuple[torch.Tensor, LogProbs], method: Method
) -> None:
    options = SearchOptions(method, n_best=4)
    assert search(model, *heard, options) == search(model, *heard, options)


def test_refuses_frames_and_posteriors_of_different_utterances(model: AcousticModel) -> None:
    with pytest.raises(ValueError, match="3 encoder frames but 4"):
        search(model, torch.zeros(3, 6), silent_ctc(4, 3))


@pytest.mark.parametrize(
    "wrong", [{"method": "guess"}, {"beam": 0}, {"n_best": 0}, {"ctc_weight": 1.2}, {"ctc_weight": -0.1}]
)
def test_refuses_options_no_search_can_work_with(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"method|at least 1|between 0 and 1"):
        SearchOptions(**wrong)  # type: ignore[arg-type]
