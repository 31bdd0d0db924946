"""Importing an encoder trained elsewhere, checked against its own network written in torch's own modules."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from asr_app.errors import BundleError
from asr_app.model.config import DecoderConfig
from asr_app.model.features import librosa_filterbank
from asr_app.model.importing import import_start
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from tests.unit.model.builders import VOCABULARY_SIZE, noise

DESCRIPTION = {"vocab": VOCABULARY_SIZE, "phones": ["AA", "B"], "l1": 2, "l2": 1, "conv": 2, "h": 4}
PROJECT_ROOT = Path(__file__).resolve().parents[3]


class StartNetwork(nn.Module):
    """The encoder as the folder's README describes it, under the names its weights have there."""

    def __init__(self, description: dict[str, Any]) -> None:
        super().__init__()
        conv, width, layers = description["conv"], 2 * description["h"], description["l1"] + description["l2"]
        self.l1 = description["l1"]
        self.c1 = nn.Conv2d(1, conv, 3, stride=2, padding=1)
        self.c2 = nn.Conv2d(conv, conv, 3, stride=2, padding=1)
        self.p = nn.Linear(conv * 20, width)
        self.ln0 = nn.LayerNorm(width)
        self.r = nn.ModuleList(
            nn.LSTM(width, description["h"], batch_first=True, bidirectional=True) for _ in range(layers)
        )
        self.n = nn.ModuleList(nn.LayerNorm(width) for _ in range(layers))
        self.po = nn.Linear(width, len(description["phones"]) + 1)
        self.o = nn.Linear(width, description["vocab"] + 1)
        self.register_buffer("feature_mean", torch.randn(80))
        self.register_buffer("feature_std", torch.rand(80) + 0.5)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """One utterance (1, frames, 80), an even number of frames after the convolutions, to both heads."""
        y = torch.relu(self.c2(torch.relu(self.c1(features[:, None]))))
        y = self.ln0(self.p(y.transpose(1, 2).flatten(2)))
        phones = y
        for index, (recurrent, norm) in enumerate(zip(self.r, self.n, strict=True)):
            y = norm(recurrent(y)[0]) + y
            if index + 1 == self.l1:
                phones = self.po(y)
                y = (y[:, 0::2] + y[:, 1::2]) / 2
        return self.o(y).log_softmax(-1), phones.log_softmax(-1)


def quantised(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as int8 rows with one scale a row, as in the folder; the first convolution stays whole."""
    stored = {}
    for name, tensor in weights.items():
        if tensor.dim() < 2 or name == "c1.weight":
            stored[name] = tensor
            continue
        scale = tensor.flatten(1).abs().amax(1) / 127
        rows = scale.view(-1, *[1] * (tensor.dim() - 1))
        stored[name], stored[f"{name}.scale"] = (tensor / rows).round().to(torch.int8), scale
    return stored


def reference(directory: Path) -> StartNetwork:
    """Read the folder without the code under test."""
    stored = load_file(directory / "encoder.safetensors")
    network = StartNetwork(json.loads((directory / "config.json").read_text(encoding="utf-8")))
    weights = {name: tensor for name, tensor in stored.items() if not name.endswith(".scale")}
    for name, scale in stored.items():
        if name.endswith(".scale"):
            matrix = weights[name.removesuffix(".scale")].float()
            weights[name.removesuffix(".scale")] = (matrix.flatten(1) * scale[:, None]).view_as(matrix)
    network.load_state_dict(weights)
    return network.eval()


def assert_hears_the_same(network: AcousticModel, expected: StartNetwork) -> None:
    """Both heads agree on a second and a half of noise."""
    network.eval()
    samples = torch.from_numpy(noise(400 + 151 * 160))[None]
    with torch.inference_mode():
        features = network.features(samples)
        output = network(features, torch.tensor([features.shape[1]]))
        tokens, phones = expected(features)
        torch.testing.assert_close(network.ctc_log_probs(output), tokens, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(network.phone_log_probs(output), phones, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(network.features.mean, expected.feature_mean)
    torch.testing.assert_close(network.features.std, expected.feature_std)


@pytest.fixture
def folder(tmp_path: Path, tokenizer: Tokenizer) -> Path:
    """A small encoder in the format of the starting one."""
    torch.manual_seed(0)
    save_file(quantised(StartNetwork(DESCRIPTION).state_dict()), tmp_path / "encoder.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    (tmp_path / "bpe300.model").write_bytes(tokenizer.model)
    return tmp_path


def test_an_imported_encoder_hears_the_same(folder: Path, tokenizer: Tokenizer) -> None:
    network, read = import_start(folder)
    assert network.decoder is None
    assert read.pieces == tokenizer.pieces
    assert network.config.phones == ("AA", "B")
    assert_hears_the_same(network, reference(folder))


def test_its_filter_bank_is_librosa_s(folder: Path) -> None:
    network, _ = import_start(folder)
    expected = torch.from_numpy(librosa_filterbank(network.config.features))
    assert torch.equal(network.features.filterbank, expected)


def test_a_decoder_may_be_added(folder: Path) -> None:
    network, _ = import_start(folder, DecoderConfig(units=6, attention_units=8))
    assert network.decoder is not None
    assert network.decoder.output.out_features == VOCABULARY_SIZE + 1
    assert_hears_the_same(network, reference(folder))


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _cut(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:50])


def _described(**changes: object) -> Callable[[Path], object]:
    text = json.dumps({**DESCRIPTION, **changes})
    return lambda folder: (folder / "config.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_without("config.json"), "The starting encoder cannot be read."),
        (_without("encoder.safetensors"), "The starting encoder cannot be read."),
        (_without("bpe300.model"), "The starting encoder cannot be read."),
        (_cut("config.json"), "The starting encoder is damaged."),
        (_cut("encoder.safetensors"), "The starting encoder is damaged."),
        (_cut("bpe300.model"), "The model's tokenizer is damaged."),
        (_described(l2=2), "The starting encoder does not have the names and shapes expected."),
        (_described(h=5), "The starting encoder does not have the names and shapes expected."),
        (_described(phones=None), "The starting encoder does not have the names and shapes expected."),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, damage: Callable[[Path], object], message: str) -> None:
    damage(folder)
    with pytest.raises(BundleError) as caught:
        import_start(folder)
    assert caught.value.message == message


@pytest.fixture
def start() -> Path:
    """The encoder to start from: ASR_APP_START, or ../shared/start beside the project."""
    named = os.environ.get("ASR_APP_START")
    folder = Path(named) if named else PROJECT_ROOT.parent / "shared" / "start"
    if not folder.is_dir():
        pytest.skip("no starting encoder: set ASR_APP_START to its folder")
    return folder


def test_the_starting_encoder_is_imported_whole(start: Path) -> None:
    network, tokenizer = import_start(start)
    assert (tokenizer.size, len(network.config.phones), network.config.encoder_layers) == (300, 39, 5)
    assert_hears_the_same(network, reference(start))
