"""Reading encoders trained elsewhere into this program's own format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from asr_app.errors import BundleError
from asr_app.model.config import DecoderConfig, ModelConfig
from asr_app.model.features import librosa_filterbank
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer


def import_start(directory: Path, decoder: DecoderConfig | None = None) -> tuple[AcousticModel, Tokenizer]:
    """Read the starting encoder: int8 matrices with one scale a row, and a SentencePiece model.

    Args:
        directory: Holds `encoder.safetensors`, `config.json` and `bpe300.model`.
        decoder: An attention decoder to add, freshly initialised; None for CTC heads alone.

    Raises:
        BundleError: A file is missing or is not what it should be.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        described = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        stored = load_file(directory / "encoder.safetensors")
        tokenizer = Tokenizer.load(directory / "bpe300.model")
    except OSError as error:
        raise BundleError("The starting encoder cannot be read.", "Check the folder's name.") from error
    except (ValueError, SafetensorError) as error:
        raise BundleError("The starting encoder is damaged.", "Copy its folder again.") from error
    try:
        network = _build(described, stored, decoder)
    except (KeyError, TypeError, RuntimeError) as error:
        raise BundleError("The starting encoder does not have the names and shapes expected.") from error
    return network, tokenizer


def _build(
    described: dict[str, Any], stored: dict[str, Tensor], decoder: DecoderConfig | None
) -> AcousticModel:
    config = ModelConfig(
        vocabulary_size=described["vocab"],
        phones=tuple(described["phones"]),
        phone_layer=described["l1"],
        conv_channels=described["conv"],
        encoder_layers=described["l1"] + described["l2"],
        encoder_units=described["h"],
        reduction_layer=described["l1"],
        decoder=decoder,
    )
    network = AcousticModel(config)
    weights = {_own_name(name): tensor for name, tensor in _dequantised(stored).items()}
    weights["features.filterbank"] = torch.from_numpy(librosa_filterbank(config.features))
    missing, foreign = network.load_state_dict(weights, strict=False)
    if foreign or any(not name.startswith("decoder.") for name in missing):
        raise KeyError([*foreign, *missing])
    return network


def _dequantised(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith(".scale"):
            continue
        if tensor.dtype == torch.int8:
            rows = stored[f"{name}.scale"].view(-1, *[1] * (tensor.dim() - 1))
            tensor = tensor.float() * rows
        weights[name] = tensor
    return weights


def _own_name(name: str) -> str:
    head, _, rest = name.partition(".")
    plain = {
        "c1": "encoder.subsampling.first",
        "c2": "encoder.subsampling.second",
        "p": "encoder.subsampling.project",
        "ln0": "encoder.subsampling.norm",
        "po": "phone_head",
        "o": "ctc_head",
    }
    if head in plain:
        return f"{plain[head]}.{rest}"
    if head.startswith("feature_"):
        return name.replace("feature_", "features.")
    layer, _, weight = rest.partition(".")
    if head == "n":
        return f"encoder.layers.{layer}.norm.{weight}"
    direction = "backward_rnn" if weight.endswith("_reverse") else "forward_rnn"
    return f"encoder.layers.{layer}.{direction}.{weight.removesuffix('_reverse')}"
