"""Training of automatic punctuation; `docs/punctuation.md` has its figures.

Run as a command: `python -m asr_app.training.punctuation.train OUTPUT`. A run that was cut off goes on with
`--resume`; `python -m asr_app.training.punctuation.bundle` puts the result into a bundle.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from asr_app.errors import BundleError
from asr_app.model.bundle import find_bundle
from asr_app.model.tokenizer import Tokenizer
from asr_app.punctuation.network import TaggerNetwork, TaggerSizes
from asr_app.punctuation.tagger import encode_tagger
from asr_app.training.checkpoint import LAST, load_checkpoint, save_checkpoint
from asr_app.training.punctuation.bundle import PUNCTUATION_FILE
from asr_app.training.punctuation.data import IGNORED, PunctuationData, prepare
from asr_app.training.punctuation.windows import WindowMaker, Windows, WindowSettings

DATA_FOLDER = "data"
SETTINGS_FILE = "settings.json"
_POOL_WINDOWS = 8000


@dataclass(frozen=True)
class TaggerSettings:
    """Every choice of a training.

    Attributes:
        sizes: Of the network; `pieces` is the tokenizer's.
        windows: What is learned from.
        words: To be seen; with a limit of time there may be fewer.
        batch_words: Words a step.
        learning_rate: The highest; reached after `warm_up_steps`, then it falls to nothing in a line.
        warm_up_steps: Steps until then.
        dropout: See `TaggerNetwork`.
        clip: Largest norm of the gradients.
        bfloat16: Whether products are computed in bfloat16, faster on processors that can.
        seed: Of the weights, the windows and the dropout.
        checkpoint_steps: Between checkpoints.
    """

    sizes: TaggerSizes = field(default_factory=TaggerSizes)
    windows: WindowSettings = field(default_factory=WindowSettings)
    words: int = 12_000_000
    batch_words: int = 4096
    learning_rate: float = 3e-3
    warm_up_steps: int = 100
    dropout: float = 0.1
    clip: float = 1.0
    bfloat16: bool = True
    seed: int = 0
    checkpoint_steps: int = 50


@dataclass
class _Run:
    """How far a training is.

    Attributes:
        step: Steps done.
        words: Words seen.
        seconds: Spent.
        pool: Number of the pool that the next batch is of.
        batch: Of that pool.
    """

    step: int = 0
    words: int = 0
    seconds: float = 0.0
    pool: int = 0
    batch: int = 0


def train_tagger(
    folder: Path,
    data: PunctuationData,
    settings: TaggerSettings,
    resume: bool = False,
    max_minutes: float | None = None,
    on_step: Callable[[int, float, float, float], None] = lambda step, share, marks, capitals: None,
) -> TaggerNetwork:
    """Train a tagger.

    Args:
        folder: For checkpoints; made when absent.
        data: To learn from.
        settings: See there.
        resume: Go on from the checkpoint in `folder`.
        max_minutes: End by then, all runs together; the learning rate falls accordingly.
        on_step: Told now and then the step, the share that is done and the mean losses since the last call.

    Raises:
        RecipeError: There is no valid checkpoint to resume from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    network = TaggerNetwork(settings.sizes, settings.dropout)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, betas=(0.9, 0.98), fused=True)
    run = _Run()
    if resume:
        state = load_checkpoint(folder)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        run = _Run(**state["run"])
    before_s, start_s = run.seconds, time.monotonic()
    losses: list[tuple[float, float]] = []
    share = _share(run, settings, max_minutes)
    for batch in _batches(data, settings, run):
        if share >= 1.0:
            break
        rate = settings.learning_rate * min(1.0, (run.step + 1) / settings.warm_up_steps) * (1.0 - share)
        losses.append(_learn(network, optimiser, settings, data, batch, run.step, rate))
        run.step += 1
        run.words += batch.words.size
        run.seconds = before_s + time.monotonic() - start_s
        share = _share(run, settings, max_minutes)
        if run.step % settings.checkpoint_steps == 0 or share >= 1.0:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "run": asdict(run)}
            save_checkpoint(folder, state)
            marks, capitals = np.mean(losses, axis=0)
            on_step(run.step, share, float(marks), float(capitals))
            losses = []
    return network.eval()


def _share(run: _Run, settings: TaggerSettings, max_minutes: float | None) -> float:
    of_time = run.seconds / (60 * max_minutes) if max_minutes else 0.0
    return min(1.0, max(run.words / settings.words, of_time))


def _batches(data: PunctuationData, settings: TaggerSettings, run: _Run) -> Iterator[Windows]:
    """Batches without end from where a run is; `run` says where the one after the next begins."""
    maker = WindowMaker(data.parts, len(data.vocabulary), settings.windows)
    while True:
        pool = maker.batches(_POOL_WINDOWS, settings.batch_words, (settings.seed, run.pool))
        for batch in pool[run.batch :]:
            run.batch += 1
            yield batch
        run.pool, run.batch = run.pool + 1, 0


def _learn(
    network: TaggerNetwork,
    optimiser: torch.optim.Optimizer,
    settings: TaggerSettings,
    data: PunctuationData,
    batch: Windows,
    step: int,
    rate: float,
) -> tuple[float, float]:
    # The dropout of a step depends on its number alone: a resumed run repeats it.
    torch.manual_seed(settings.seed + step)
    for group in optimiser.param_groups:
        group["lr"] = rate
    network.train()
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
        marks, capitals = logits_of(network, data, batch.words)
    of_marks = _loss(marks, batch.marks)
    of_capitals = _loss(capitals, batch.capitals)
    optimiser.zero_grad()
    (of_marks + of_capitals).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    optimiser.step()
    return float(of_marks.detach()), float(of_capitals.detach())


def logits_of(
    network: TaggerNetwork, data: PunctuationData, words: NDArray[np.int32]
) -> tuple[Tensor, Tensor]:
    """Scores of the marks and the capitals of windows (windows, words) of words by index."""
    own, places = np.unique(words, return_inverse=True)
    vectors = network.read_pieces([data.pieces_of(word).tolist() for word in own])
    return network.read_words(vectors[torch.from_numpy(places.reshape(words.shape))])


def _loss(logits: Tensor, wanted: NDArray[np.uint8]) -> Tensor:
    targets = torch.from_numpy(wanted.astype(np.int64)).flatten()
    # The mean over nothing would be no number.
    total = cross_entropy(logits.float().flatten(0, 1), targets, ignore_index=IGNORED, reduction="sum")
    return total / max(1, int((targets != IGNORED).sum()))


def read_language(bundle: str | Path) -> tuple[Tokenizer, frozenset[str]]:
    """The tokenizer of a bundle and the words of its dictionary; no words where it has none."""
    folder = find_bundle(bundle)
    lexicon = folder / "lexicon.txt.xz"
    words: frozenset[str] = frozenset()
    try:
        if lexicon.exists():
            with lzma.open(lexicon, "rt", encoding="utf-8") as lines:
                words = frozenset(line.split(" ", 1)[0].split("(")[0] for line in lines)
        return Tokenizer.load(folder / "tokenizer.model"), words
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise BundleError(f"The model “{folder.name}” cannot be read.", "Install it again.") from error


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train automatic punctuation.")
    parser.add_argument("output", type=Path, help=f"folder for data, checkpoints and {PUNCTUATION_FILE}")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus"), help="folder of the texts")
    parser.add_argument("--model", default="default", help="bundle whose pieces are used")
    parser.add_argument("--words", type=int, default=TaggerSettings.words, help="words to see")
    parser.add_argument("--max-minutes", type=float, help="end by then")
    parser.add_argument(
        "--context", type=int, default=TaggerSizes.context, help="units of the LSTM over words"
    )
    parser.add_argument("--seed", type=int, default=TaggerSettings.seed)
    parser.add_argument("--resume", action="store_true", help=f"go on from {LAST}")
    chosen = parser.parse_args()
    torch.set_num_threads(1)

    def tell(sentence: str) -> None:
        print(sentence, flush=True)

    def told(step: int, share: float, marks: float, capitals: float) -> None:
        tell(f"step {step:,}, {100 * share:.1f} %: loss of marks {marks:.3f}, of capitals {capitals:.3f}")

    tokenizer, known = read_language(chosen.model)
    data = prepare(chosen.output / DATA_FOLDER, chosen.corpus, tokenizer, known, tell)
    sizes = TaggerSizes(pieces=tokenizer.size, context=chosen.context)
    settings = TaggerSettings(sizes=sizes, words=chosen.words, seed=chosen.seed)
    (chosen.output / SETTINGS_FILE).write_text(f"{json.dumps(asdict(settings), indent=2)}\n")
    network = train_tagger(chosen.output, data, settings, chosen.resume, chosen.max_minutes, told)
    (chosen.output / PUNCTUATION_FILE).write_bytes(encode_tagger(network))
    tell(f"{chosen.output / PUNCTUATION_FILE}")


if __name__ == "__main__":
    main()
