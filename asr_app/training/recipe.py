"""Training recipes: one TOML file holds every choice of a run. Paths are relative to the file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from asr_app.errors import RecipeError


class Section(BaseModel):
    """Base of all sections: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HiddenSection(Section):
    """Transcripts to do as if they were not there: for measuring what recordings without them are worth.

    Attributes:
        corpora: All transcripts of these corpora are hidden.
        share: Of the speakers of the other corpora, or of their recordings.
        by: What `share` counts. A recording whose speaker is unknown counts as a speaker of its own.
        seed: Draws which.
        use: What becomes of their recordings: transcribed (`unlabelled`), or left out (`nothing`).
    """

    corpora: list[str] = []
    share: float = Field(default=0.0, ge=0.0, le=1.0)
    by: Literal["speaker", "recording"] = "speaker"
    seed: int = 1
    use: Literal["unlabelled", "nothing"] = "unlabelled"


class DataSection(Section):
    """What is trained on.

    Attributes:
        train: Manifests.
        unlabelled: Recordings without transcripts, see `UnlabelledSection`: folders of media files of any
            kind, and manifests, whose texts are not looked at.
        hide_transcripts_of: Recordings of `train` whose transcripts are not used.
        development: Manifests for the figures during training.
        development_utterances: How many of each development manifest are used.
        noise: Folder of noise recordings; none: no noise is added.
        rooms: Folder of room impulse responses; none: no rooms.
        cache: Folder for decoded samples.
        maximum_s: Longer recordings are left out.
        lexicon: Pronunciations (CMU format); "pocketsphinx" takes those of that package.
        letter_to_sound: Who pronounces words that the lexicon lacks; empty: nobody, and recordings with such
            words do not teach the phone head.
        weights: Loss weight of recordings by corpus name, 1 where absent.
        repeats: How often a pass holds each recording, by corpus name, 1 where absent.
    """

    train: list[Path]
    unlabelled: list[Path] = []
    hide_transcripts_of: HiddenSection | None = None
    development: list[Path] = []
    development_utterances: int = 100
    noise: Path | None = None
    rooms: Path | None = None
    cache: Path = Path("cache")
    maximum_s: float = 20.0
    lexicon: str = "pocketsphinx"
    letter_to_sound: Literal["", "flite"] = ""
    weights: dict[str, float] = {}
    repeats: dict[str, Annotated[int, Field(ge=1)]] = {}


class UnlabelledSection(Section):
    """Recordings without transcripts: a teacher writes them (noisy student, Park et al. 2020).

    Attributes:
        teacher: Name or folder of the bundle that transcribes; none: what the run starts from.
        language: Name or folder of the bundle whose dictionary and language model the teacher uses where it
            has none of its own.
        minimum_confidence: Mean confidence of an utterance's words, from 0 to 1; less confident ones are not
            trained on.
        minimum_words_per_s: Utterances with fewer words a second are not trained on: some were missed.
        maximum_words_per_s: Nor are those with more.
        weight: In the loss, times the corpus's own.
        strength: Of their augmentation, in place of the ramp.
    """

    teacher: str | None = None
    language: str | None = None
    minimum_confidence: float = Field(default=0.7, ge=0.0, le=1.0)
    minimum_words_per_s: float = 0.5
    maximum_words_per_s: float = 5.0
    weight: float = 1.0
    strength: float = Field(default=1.0, ge=0.0, le=1.0)


class StartSection(Section):
    """Where the weights come from.

    Attributes:
        imported: Folder of a starting encoder (`asr_app.model.importing`).
        bundle: Bundle name or folder to continue from.
        tokenizer: SentencePiece model: alone, for a network from scratch; with one of the others, pieces in
            place of theirs, whose head and decoder then start afresh.
        model: `ModelConfig` values: of a network from scratch, else what is to be different; weights that no
            longer fit start afresh.
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
        attention_share: Share of a batch's recordings that the decoder spells: its steps, one after the
            other, take nearly as long as the whole encoder.
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
    attention_share: float = Field(default=1.0, gt=0.0, le=1.0)
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
    unlabelled: UnlabelledSection = UnlabelledSection()
    chunked: ChunkedSection = ChunkedSection()
    output: OutputSection

    def with_unlabelled(self, paths: list[Path]) -> Recipe:
        """The same run with further folders and manifests of recordings without transcripts."""
        data = self.data.model_copy(update={"unlabelled": [*self.data.unlabelled, *paths]})
        return self.model_copy(update={"data": data})


def read_recipe(path: Path) -> Recipe:
    """Read a recipe, TOML or JSON, and make its paths absolute.

    Raises:
        RecipeError: Not readable, not such a file, or a key is unknown or out of range; the key is named.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"The recipe “{path.name}” cannot be read ({error}).", "Check path and syntax."
        ) from error
    return check_recipe(values, path)


def check_recipe(values: dict[str, Any], path: Path) -> Recipe:
    """Make a recipe of values as they stand in a file at `path`, to which their paths are relative.

    Raises:
        RecipeError: A key is unknown or out of range.
    """
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
            "unlabelled": [resolve(path) for path in recipe.data.unlabelled],
            "development": [resolve(path) for path in recipe.data.development],
            "noise": resolve(recipe.data.noise),
            "rooms": resolve(recipe.data.rooms),
            "cache": resolve(recipe.data.cache),
        }
    )

    def bundle(name: str | None) -> str | None:
        # A folder beside the recipe, else the name of an installed bundle.
        beside = None if name is None else (base / name).resolve()
        return str(beside) if beside is not None and beside.is_dir() else name

    start = recipe.start.model_copy(
        update={
            "imported": resolve(recipe.start.imported),
            "tokenizer": resolve(recipe.start.tokenizer),
            "bundle": bundle(recipe.start.bundle),
        }
    )
    unlabelled = recipe.unlabelled.model_copy(
        update={"teacher": bundle(recipe.unlabelled.teacher), "language": bundle(recipe.unlabelled.language)}
    )
    output = recipe.output.model_copy(update={"folder": resolve(recipe.output.folder)})
    return recipe.model_copy(
        update={"data": data, "start": start, "unlabelled": unlabelled, "output": output}
    )
