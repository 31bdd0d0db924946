"""Training recipes: one TOML file holds every choice of a run. Paths are relative to the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from asr_app.errors import RecipeError


class Section(BaseModel):
    """Base of all sections: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSection(Section):
    """What is trained on.

    Attributes:
        train: Manifests.
        development: Manifests for the figures during training.
        development_utterances: How many of each development manifest are used.
        noise: Folder of noise recordings; none: no noise is added.
        rooms: Folder of room impulse responses; none: no rooms.
        cache: Folder for decoded samples.
        maximum_s: Longer recordings are left out.
        lexicon: Pronunciations (CMU format); "pocketsphinx" takes those of that package.
        weights: Loss weight of recordings by corpus name, 1 where absent.
    """

    train: list[Path]
    development: list[Path] = []
    development_utterances: int = 100
    noise: Path | None = None
    rooms: Path | None = None
    cache: Path = Path("cache")
    maximum_s: float = 20.0
    lexicon: str = "pocketsphinx"
    weights: dict[str, float] = {}


class StartSection(Section):
    """Where the weights come from.

    Attributes:
        imported: Folder of a starting encoder (`asr_app.model.importing`).
        bundle: Bundle name or folder to continue from.
        tokenizer: SentencePiece model for a network from scratch.
        model: `ModelConfig` values for a network from scratch; the decoder's also for `imported`.
    """

    imported: Path | None = None
    bundle: str | None = None
    tokenizer: Path | None = None
    model: dict[str, object] = {}


class OptimiserSection(Section):
    """AdamW, warm-up, cosine decay.

    Attributes:
        steps: Optimiser steps in all.
        batch_s: Seconds of audio a step, all processes together, padding included.
        learning_rate: Peak, reached after warm-up.
        decoder_learning_rate: Peak for a decoder that starts fresh beside a trained encoder; none: the same.
        warmup_share: Share of the steps.
        final_share: Of the peak, at the last step.
        beta2: Of AdamW; beta1 is .9.
        weight_decay: On matrices.
        clip: Greatest norm of the gradient.
        precision: Of matrix products; `auto` measures float32 and bfloat16 at the start and takes the faster.
    """

    steps: int = Field(gt=0)
    batch_s: float = 160.0
    learning_rate: float = 1e-3
    decoder_learning_rate: float | None = None
    warmup_share: float = 0.05
    final_share: float = 0.02
    beta2: float = 0.98
    weight_decay: float = 1e-3
    clip: float = 5.0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"


class LossSection(Section):
    """What is minimised, before and after the decoder is switched on.

    Attributes:
        ctc: Weight of subword CTC before.
        phones: Weight of phone CTC before.
        decoder_from_step: Step from which the attention decoder is trained too.
        joint_ctc: Weight of subword CTC from then on.
        joint_phones: Weight of phone CTC from then on.
        joint_attention: Weight of the decoder's cross entropy from then on.
        label_smoothing: Of the decoder's cross entropy.
        sampling: Probability of scheduled sampling.
        guided_until_step: Until this step attention far off the diagonal costs extra (Tachibana et al. 2018),
            which lets a fresh decoder find the alignment in a fraction of the steps.
        guided: Weight of that cost.
    """

    ctc: float = 0.5
    phones: float = 0.5
    decoder_from_step: int = 0
    joint_ctc: float = 0.3
    joint_phones: float = 0.2
    joint_attention: float = 0.5
    label_smoothing: float = 0.1
    sampling: float = 0.1
    guided_until_step: int = 0
    guided: float = 1.0


class AugmentationSection(Section):
    """How recordings are varied; every strength is multiplied by a ramp over the steps.

    Attributes:
        ramp_from_step: Up to this step the strength is `initial_strength`.
        ramp_to_step: From this step on it is `full_strength`.
        initial_strength: 0 to 1.
        full_strength: 0 to 1.
        tempo: Largest relative change of speed, at full strength.
        vocal_tract: Largest relative stretch of the frequency axis.
        noise_share: Share of recordings with added noise.
        noise_snr_db: Lowest and highest signal-to-noise ratio.
        room_share: Share convolved with a room.
        codec_share: Share sent through Opus, MP3 or the telephone's mu-law at 8 kHz.
        gain_db: Largest change of level.
        frequency_masks: SpecAugment (Park et al. 2019): number of masks.
        frequency_mask_bands: Their greatest width.
        time_masks_per_s: Time masks a second of audio.
        time_mask_frames: Their greatest width (10 ms frames).
    """

    ramp_from_step: int = 0
    ramp_to_step: int = 0
    initial_strength: float = 0.3
    full_strength: float = 1.0
    tempo: float = 0.15
    vocal_tract: float = 0.13
    noise_share: float = 0.33
    noise_snr_db: tuple[float, float] = (3.0, 25.0)
    room_share: float = 0.2
    codec_share: float = 0.05
    gain_db: float = 10.0
    frequency_masks: int = 2
    frequency_mask_bands: int = 27
    time_masks_per_s: float = 0.6
    time_mask_frames: int = 40


class ChunkedSection(Section):
    """Training for the live pass.

    Attributes:
        from_step: Step from which some batches run in chunks; negative: never.
        share: Share of those batches.
        chunk_ms: Shortest and longest chunk.
        lookahead_ms: Shortest and longest look-ahead.
    """

    from_step: int = -1
    share: float = 0.67
    chunk_ms: tuple[float, float] = (320.0, 1280.0)
    lookahead_ms: tuple[float, float] = (160.0, 640.0)


class OutputSection(Section):
    """What is kept.

    Attributes:
        folder: Checkpoints, log, TensorBoard and the finished bundle.
        checkpoint_every_steps: A kill loses at most this much.
        snapshot_every_steps: Weights kept for averaging.
        average_snapshots: How many of the last snapshots the bundle averages.
        evaluate_every_steps: Figures on the development manifests.
        details: Further keys of the bundle's `config.json`.
    """

    folder: Path
    checkpoint_every_steps: int = 50
    snapshot_every_steps: int = 100
    average_snapshots: int = 5
    evaluate_every_steps: int = 500
    details: dict[str, object] = {}


class Recipe(Section):
    """A whole run."""

    seed: int = 1
    workers: int = 0
    data: DataSection
    start: StartSection = StartSection()
    optimiser: OptimiserSection
    loss: LossSection = LossSection()
    augmentation: AugmentationSection = AugmentationSection()
    chunked: ChunkedSection = ChunkedSection()
    output: OutputSection


def read_recipe(path: Path) -> Recipe:
    """Read a recipe and make its paths absolute.

    Raises:
        RecipeError: Not readable, not TOML, or a key is unknown or out of range; the key is named.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(
            f"The recipe “{path.name}” cannot be read ({error}).", "Check path and syntax."
        ) from error
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RecipeError(
            f"In the recipe “{path.name}”, {key}: {first['msg']}.", "Correct that key."
        ) from error
    return _resolved(recipe, path.resolve().parent)


def _resolved(recipe: Recipe, base: Path) -> Recipe:
    def resolve(path: Path | None) -> Path | None:
        return None if path is None else (base / path).resolve()

    data = recipe.data.model_copy(
        update={
            "train": [resolve(path) for path in recipe.data.train],
            "development": [resolve(path) for path in recipe.data.development],
            "noise": resolve(recipe.data.noise),
            "rooms": resolve(recipe.data.rooms),
            "cache": resolve(recipe.data.cache),
        }
    )
    beside = None if recipe.start.bundle is None else (base / recipe.start.bundle).resolve()
    start = recipe.start.model_copy(
        update={
            "imported": resolve(recipe.start.imported),
            "tokenizer": resolve(recipe.start.tokenizer),
            # A folder beside the recipe, else the name of an installed bundle.
            "bundle": str(beside) if beside is not None and beside.is_dir() else recipe.start.bundle,
        }
    )
    output = recipe.output.model_copy(update={"folder": resolve(recipe.output.folder)})
    return recipe.model_copy(update={"data": data, "start": start, "output": output})
