"""The network a run starts with."""

from __future__ import annotations

import torch

from asr_app.errors import RecipeError
from asr_app.model.bundle import load_bundle
from asr_app.model.config import DecoderConfig, ModelConfig
from asr_app.model.features import librosa_filterbank
from asr_app.model.importing import import_start
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import SampleCache
from asr_app.training.recipe import StartSection


def start_network(section: StartSection, cache: SampleCache) -> tuple[AcousticModel, Tokenizer]:
    """Build or read the network the recipe starts from.

    Args:
        section: Exactly one of `imported`, `bundle` and `tokenizer` (from scratch) is given.
        cache: Recordings for the feature statistics of a network from scratch.

    Raises:
        RecipeError: None or several starts are given.
    """
    given = [section.imported is not None, section.bundle is not None, section.tokenizer is not None]
    if sum(given) != 1:
        raise RecipeError(
            "The recipe's start needs one of imported, bundle and tokenizer.", "Give exactly one."
        )
    if section.bundle is not None:
        bundle = load_bundle(section.bundle)
        return _with_decoder(bundle.network, section), bundle.tokenizer
    if section.imported is not None:
        values = section.model.get("decoder")
        return import_start(section.imported, DecoderConfig(**values) if isinstance(values, dict) else None)
    assert section.tokenizer is not None
    tokenizer = Tokenizer.load(section.tokenizer)
    network = AcousticModel(ModelConfig.from_dict({**section.model, "vocabulary_size": tokenizer.size}))
    network.features.filterbank.copy_(torch.from_numpy(librosa_filterbank(network.config.features)))
    measure_statistics(network, cache)
    return network, tokenizer


def _with_decoder(network: AcousticModel, section: StartSection) -> AcousticModel:
    """Give a network that has no decoder the one the recipe asks for; other weights stay."""
    values = section.model.get("decoder")
    if network.decoder is not None or not isinstance(values, dict):
        return network
    grown = AcousticModel(ModelConfig.from_dict({**network.config.to_dict(), "decoder": values}))
    grown.load_state_dict(network.state_dict(), strict=False)
    return grown


@torch.no_grad()
def measure_statistics(network: AcousticModel, cache: SampleCache, recordings: int = 500) -> None:
    """Set the features' mean and standard deviation from evenly chosen recordings."""
    chosen = range(0, len(cache), max(1, len(cache) // recordings))
    frames = torch.cat(
        [network.features.log_mel(torch.from_numpy(cache.samples(i))[None])[0] for i in chosen]
    )
    network.features.mean.copy_(frames.mean(0))
    network.features.std.copy_(frames.std(0).clamp_min(1e-3))
