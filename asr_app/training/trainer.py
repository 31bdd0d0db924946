"""The training run: steps, checkpoints, figures. Everything random follows from seed and step."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from asr_app.errors import RecipeError
from asr_app.model.bundle import save_bundle
from asr_app.model.config import Chunking
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.augmentation import Augmenter, load_folder
from asr_app.training.batches import BatchPlan
from asr_app.training.cache import SampleCache, open_cache
from asr_app.training.checkpoint import (
    LAST,
    LOG,
    average_snapshots,
    load_checkpoint,
    save_checkpoint,
    save_snapshot,
    trim_log,
)
from asr_app.training.data import TrainingData
from asr_app.training.examples import Batch, Examples, Targets
from asr_app.training.language.letter_to_sound import pronounce
from asr_app.training.language.lexicon import Lexicon, find_lexicon
from asr_app.training.losses import compute
from asr_app.training.manifest import read_manifest
from asr_app.training.optimiser import PRECISIONS, choose_precision, make_optimiser, set_rate
from asr_app.training.processes import Processes
from asr_app.training.recipe import Recipe
from asr_app.training.start import inherited, start_network
from asr_app.training.unlabelled import Listeners
from asr_app.training.validation import Development, validate

FIGURES = ("loss", "ctc", "phones", "attention", "guided", "infinite", "audio_s")


@dataclass(frozen=True)
class StepReport:
    """What one step did.

    Attributes:
        step: Steps finished.
        steps: Of the whole run.
        figures: `FIGURES`, averaged over processes (`infinite` and `audio_s`: summed), and the learning rate.
        audio_per_s: Seconds of audio trained per second, lately.
        passes: Passes over the data finished.
    """

    step: int
    steps: int
    figures: dict[str, float]
    audio_per_s: float
    passes: int


@dataclass(frozen=True)
class Callbacks:
    """Who is told what; each may be left out.

    Attributes:
        preparing: Told recordings decoded and in all.
        step: Told each step.
        validated: Told step and the error rates `validate` gives.
        message: Told sentences.
        transcribing: Told recordings without transcripts that are transcribed, and in all.
    """

    preparing: Callable[[int, int], None] = lambda done, total: None
    step: Callable[[StepReport], None] = lambda report: None
    validated: Callable[[int, dict[str, float]], None] = lambda step, rates: None
    message: Callable[[str], None] = lambda text: None
    transcribing: Callable[[int, int], None] = lambda done, total: None


class Trainer:
    """One run of a recipe.

    Use `run`, then `export`. With `resume`, goes on from the folder's last checkpoint exactly as the unbroken
    run would have: batches, augmentation, dropout and schedule all follow from seed and step.
    """

    def __init__(
        self,
        recipe: Recipe,
        processes: Processes,
        resume: bool,
        callbacks: Callbacks | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read data and weights; recordings without transcripts are transcribed, until `stop` says so.

        Raises:
            RecipeError: The recipe does not fit its folder's checkpoint, or nothing can be trained on.
            Cancelled: `stop` said so; transcripts made before are kept.
        """
        self._recipe = recipe
        self._processes = processes
        self._callbacks = callbacks or Callbacks()
        self._folder = recipe.output.folder
        self._folder.mkdir(parents=True, exist_ok=True)
        if not resume and (self._folder / LAST).exists():
            raise RecipeError(
                f"“{self._folder.name}” already holds a run.", "Go on with --resume or choose another folder."
            )
        listeners = Listeners(self._callbacks.transcribing, self._callbacks.message, stop)
        cache = TrainingData(recipe, processes, self._callbacks.preparing, listeners).open(resume)
        # After the data: a teacher's network draws random numbers too.
        torch.manual_seed(recipe.seed)
        self._network, self._tokenizer = start_network(recipe.start, cache)
        self._lexicon = self._open_lexicon(cache) if self._network.config.phones else None
        self._development = self._open_development()
        self._network.to(processes.device)
        self._optimiser = make_optimiser(self._network, recipe.optimiser)
        self._step = 0
        self._precision = ""
        if resume:
            self._restore(load_checkpoint(self._folder))
        if not self._precision:
            chosen = choose_precision(recipe.optimiser.precision, processes.device)
            self._precision = PRECISIONS[processes.agree(PRECISIONS.index(chosen))]
        self._examples = self._make_examples(cache)
        self._writer: Any = None

    @property
    def network(self) -> AcousticModel:
        """The network as it is now."""
        return self._network

    @property
    def tokenizer(self) -> Tokenizer:
        """Its pieces."""
        return self._tokenizer

    def run(self, max_minutes: float | None = None, stop: Callable[[], bool] = lambda: False) -> bool:
        """Train until the recipe's last step, or until time is over or `stop` says so.

        Returns:
            Whether the last step was reached. A checkpoint is written in any case.
        """
        if self._processes.first:
            self._writer = _summary_writer(self._folder)
        started = time.monotonic()
        limit_s = float("inf") if max_minutes is None else 60 * max_minutes
        steps, output = self._recipe.optimiser.steps, self._recipe.output
        loader = DataLoader(
            self._examples,
            batch_size=None,
            sampler=range(self._step, steps),
            num_workers=self._recipe.workers,
            persistent_workers=False,
        )
        for batch in loader:
            over = stop() or time.monotonic() - started > limit_s
            figures, over = self._train_step(batch.to(self._processes.device), over)
            self._step += 1
            self._report(figures, batch.pass_number)
            last = over or self._step == steps
            if last or self._step % output.snapshot_every_steps == 0:
                self._snapshot()
            if last or self._step % output.checkpoint_every_steps == 0:
                self._save()
            if self._step % output.evaluate_every_steps == 0 or self._step == steps:
                self._validate()
            if over:
                break
        if self._writer is not None:
            self._writer.close()
        self._processes.wait()
        return self._step >= steps

    def export(self) -> Path | None:
        """Write the averaged snapshots as `bundle/` in the run's folder; only the first process does."""
        return export(self._recipe, self._network, self._tokenizer) if self._processes.first else None

    def _train_step(self, batch: Batch, over: bool) -> tuple[dict[str, float], bool]:
        recipe, step = self._recipe, self._step
        # Dropout and scheduled sampling follow from the step alone, so that a resumed run repeats them.
        torch.manual_seed(
            int(np.random.SeedSequence((recipe.seed, step, self._processes.rank)).generate_state(1)[0])
        )
        self._network.train()
        rate = set_rate(self._optimiser, recipe.optimiser, step)
        started = time.monotonic()
        with torch.autocast(
            self._processes.device.type, torch.bfloat16, enabled=self._precision == "bfloat16"
        ):
            losses = compute(self._network, batch, recipe.loss, step, self._chunking(step))
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        values = [losses.total, losses.ctc, losses.phones, losses.attention, losses.guided, losses.infinite]
        mine = torch.tensor(
            [float(torch.as_tensor(value).detach()) for value in [*values, batch.audio_s, over]],
            device=batch.lengths.device,
        )
        parameters = list(self._network.parameters())
        mean = self._processes.average(parameters, mine).tolist()
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, recipe.optimiser.clip))
        # One overflow must not spoil the weights; all processes see the same averaged gradient.
        if math.isfinite(norm):
            self._optimiser.step()
        figures = dict(zip(FIGURES, mean, strict=False))
        for summed in ("infinite", "audio_s"):
            figures[summed] *= self._processes.count
        figures["learning_rate"] = rate
        figures["gradient_norm"] = norm
        figures["step_s"] = time.monotonic() - started
        return figures, mean[-1] > 0

    def _chunking(self, step: int) -> Chunking | None:
        section = self._recipe.chunked
        random = np.random.default_rng((self._recipe.seed, step))
        if section.from_step < 0 or step < section.from_step or random.random() >= section.share:
            return None
        return Chunking.from_ms(random.uniform(*section.chunk_ms), random.uniform(*section.lookahead_ms))

    def _report(self, figures: dict[str, float], passes: int) -> None:
        if not self._processes.first:
            return
        rounded = {name: float(f"{value:.7g}") for name, value in figures.items()}
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": self._step, "passes": passes, **rounded}) + "\n")
        for name, value in figures.items():
            if self._writer is not None:
                self._writer.add_scalar(name, value, self._step)
        audio_per_s = figures["audio_s"] / max(1e-6, figures["step_s"])
        steps = self._recipe.optimiser.steps
        self._callbacks.step(StepReport(self._step, steps, figures, audio_per_s, passes))

    def _snapshot(self) -> None:
        if self._processes.first:
            keep = self._recipe.output.average_snapshots
            save_snapshot(self._folder, self._step, self._network.state_dict(), keep)

    def _save(self) -> None:
        if self._processes.first:
            state = {
                "step": self._step,
                "network": self._network.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "precision": self._precision,
                "shape": json.dumps(self._network.config.to_dict()),
            }
            save_checkpoint(self._folder, state)

    def _restore(self, state: dict[str, Any]) -> None:
        if state["shape"] != json.dumps(self._network.config.to_dict()):
            raise RecipeError(
                "The checkpoint's network has another shape than the recipe's.", "Use its own recipe."
            )
        self._network.load_state_dict(state["network"])
        peaks = [group["peak"] for group in self._optimiser.param_groups]
        self._optimiser.load_state_dict(state["optimiser"])
        # The recipe may have been changed since; the checkpoint remembers the old peaks.
        for group, peak in zip(self._optimiser.param_groups, peaks, strict=True):
            group["peak"] = peak
        self._step = int(state["step"])
        self._precision = str(state["precision"])
        if self._processes.first:
            trim_log(self._folder, self._step)

    def _validate(self) -> None:
        if self._processes.first and self._development:
            rates = validate(self._network, self._tokenizer, self._development, self._processes.device)
            for name, rate in rates.items():
                if self._writer is not None:
                    self._writer.add_scalar(f"development/{name}", rate, self._step)
            self._callbacks.validated(self._step, rates)
            entry = json.dumps({"step": self._step, "development": rates})
            with (self._folder / "development.jsonl").open("a", encoding="utf-8") as file:
                file.write(entry + "\n")
        self._processes.wait()

    def _open_development(self) -> list[Development]:
        data = self._recipe.data
        if not self._processes.first:
            return []
        sets = []
        for path in data.development:
            recordings = read_manifest(path)
            every = max(1, len(recordings) // data.development_utterances)
            chosen = recordings[::every]
            phones = [self._lexicon.spell(recording.text) for recording in chosen] if self._lexicon else []
            sets.append(Development(path.stem, open_cache(chosen, data.cache), phones))
        return sets

    def _make_examples(self, cache: SampleCache) -> Examples:
        recipe = self._recipe
        features = type(self._network.features)(self._network.config.features)
        features.load_state_dict({name: t.cpu() for name, t in self._network.features.state_dict().items()})
        noises = [
            features.log_mel(torch.from_numpy(noise)[None])[0] for noise in load_folder(recipe.data.noise)
        ]
        augmenter = Augmenter(recipe.augmentation, load_folder(recipe.data.rooms), noises)
        durations_s = [cache.duration_s(index) for index in range(len(cache))]
        plan = BatchPlan(durations_s, recipe.optimiser.batch_s, self._processes.count, recipe.seed)
        targets = self._spell(cache)
        return Examples(cache, targets, features, augmenter, plan, recipe.seed, self._processes.rank)

    def _spell(self, cache: SampleCache) -> list[Targets]:
        lexicon = self._lexicon
        weights, unlabelled = self._recipe.data.weights, self._recipe.unlabelled
        targets, unknown = [], 0
        for recording, _, _ in cache.items:
            sounds = lexicon.spell(recording.text) if lexicon else None
            unknown += sounds is None
            tokens = self._tokenizer.encode(recording.text)
            weight = weights.get(recording.corpus, 1.0) * (unlabelled.weight if recording.heard else 1.0)
            strength = unlabelled.strength if recording.heard else None
            targets.append(Targets(tokens, sounds or [], weight, strength))
        if lexicon and unknown:
            self._callbacks.message(
                f"{unknown} of {len(targets)} recordings have words without pronunciation."
            )
        return targets

    def _open_lexicon(self, cache: SampleCache) -> Lexicon:
        data = self._recipe.data
        lexicon = Lexicon(find_lexicon(data.lexicon), self._network.config.phones)
        if data.letter_to_sound:
            missing = set().union(*(lexicon.missing(recording.text) for recording, _, _ in cache.items))
            lexicon.learn(pronounce(missing))
        return lexicon


def export(recipe: Recipe, network: AcousticModel, tokenizer: Tokenizer) -> Path:
    """Write the average of a run's last snapshots as a bundle beside them.

    Raises:
        RecipeError: There are no snapshots yet.
    """
    averaged = AcousticModel(network.config)
    averaged.load_state_dict(average_snapshots(recipe.output.folder, recipe.output.average_snapshots))
    details, files = inherited(recipe.start, averaged, tokenizer)
    save_bundle(recipe.output.folder / "bundle", averaged, tokenizer, details | recipe.output.details, files)
    return recipe.output.folder / "bundle"


def _summary_writer(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
