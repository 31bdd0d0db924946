"""The network a run starts with."""

from __future__ import annotations

import torch

from asr_app.errors import RecipeError
from asr_app.model.bundle import further_files, load_bundle
from asr_app.model.config import ModelConfig
from asr_app.model.features import librosa_filterbank
from asr_app.model.importing import import_start
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import SampleCache
from asr_app.training.recipe import StartSection


def start_network(section: StartSection, cache: SampleCache) -> tuple[AcousticModel, Tokenizer]:
    """Build or read the network the recipe starts from.

    Args:
        section: `imported` or `bundle`, or only `tokenizer` for a network from scratch.
        cache: Recordings for the feature statistics of a network from scratch.

    Raises:
        RecipeError: No start is given, or two are.
    """
    if section.bundle is not None and section.imported is not None:
        raise RecipeError("The recipe starts from a bundle and from an import.", "Give one of them.")
    tokenizer = Tokenizer.load(section.tokenizer) if section.tokenizer is not None else None
    if section.bundle is not None:
        bundle = load_bundle(section.bundle)
        return _changed(bundle.network, bundle.tokenizer, tokenizer, section.model)
    if section.imported is not None:
        return _changed(*import_start(section.imported), tokenizer, section.model)
    if tokenizer is None:
        raise RecipeError(
            "The recipe's start needs one of imported, bundle and tokenizer.", "Give what to start from."
        )
    network = AcousticModel(ModelConfig.from_dict({**section.model, "vocabulary_size": tokenizer.size}))
    network.features.filterbank.copy_(torch.from_numpy(librosa_filterbank(network.config.features)))
    measure_statistics(network, cache)
    return network, tokenizer


def inherited(
    section: StartSection, network: AcousticModel, tokenizer: Tokenizer
) -> tuple[dict[str, object], dict[str, bytes]]:
    """What a run passes on from the bundle it started with: dictionary, language model and the like.

    Weights of the search come along and want tuning again. Confidence does not: it was fitted to errors of
    the old weights.

    Returns:
        Details for `config.json` and further files by name; none when phones or pieces are others.
    """
    if section.bundle is None:
        return {}, {}
    start = load_bundle(section.bundle)
    if start.config.phones != network.config.phones or start.tokenizer.model != tokenizer.model:
        return {}, {}
    fitted = ("checksums", "confidence", "format", "format_version")
    details = {name: value for name, value in start.details.items() if name not in fitted}
    return details, further_files(start.directory)


def _changed(
    network: AcousticModel, tokenizer: Tokenizer, other: Tokenizer | None, changes: dict[str, object]
) -> tuple[AcousticModel, Tokenizer]:
    """Give a network the shape or the pieces a recipe asks for; weights that still fit stay."""
    values = {**network.config.to_dict(), **changes}
    if other is not None:
        values["vocabulary_size"] = other.size
    config = ModelConfig.from_dict(values)
    if config == network.config and other is None:
        return network, tokenizer
    changed = AcousticModel(config)
    wanted = changed.state_dict()
    # What knew the old pieces knows nothing of the new ones, whatever its shape.
    foreign = ("ctc_head.", "decoder.") if other is not None else ()
    kept = {
        name: weight
        for name, weight in network.state_dict().items()
        if name in wanted and wanted[name].shape == weight.shape and not name.startswith(foreign)
    }
    changed.load_state_dict(kept, strict=False)
    return changed, other or tokenizer


@torch.no_grad()
def measure_statistics(network: AcousticModel, cache: SampleCache, recordings: int = 500) -> None:
    """Set the features' mean and standard deviation from evenly chosen recordings."""
    chosen = range(0, len(cache), max(1, len(cache) // recordings))
    frames = torch.cat(
        [network.features.log_mel(torch.from_numpy(cache.samples(i))[None])[0] for i in chosen]
    )
    network.features.mean.copy_(frames.mean(0))
    network.features.std.copy_(frames.std(0).clamp_min(1e-3))
