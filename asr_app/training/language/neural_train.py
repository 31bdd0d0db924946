"""Training of the LSTM language model over subword pieces; `docs/language.md` has its figures.

Run as a command: `python -m asr_app.training.language.neural_train OUTPUT TEXT…`. A run that was cut off
goes on with `--resume`; `python -m asr_app.training.language.neural_bundle` adds the model to a bundle.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.decoding.neural_language import (
    NeuralLanguage,
    NeuralLanguageNetwork,
    NeuralSizes,
    encode_neural_language,
)
from asr_app.model.bundle import load_bundle
from asr_app.training.checkpoint import LAST, load_checkpoint, save_checkpoint
from asr_app.training.language.build import LanguageSettings
from asr_app.training.language.lexicon import find_lexicon
from asr_app.training.language.neural_bundle import NEURAL_LANGUAGE_FILE
from asr_app.training.language.neural_text import PieceText, read_pieces
from asr_app.training.language.pronouncing import PronouncingDictionary
from asr_app.training.language.text import find_sources

TEXT_FILE = "pieces.npz"

_IGNORED = -100
_POOL_BATCHES = 100
"""Strings of so many batches are sorted by length together."""


@dataclass(frozen=True)
class NeuralSettings:
    """Every choice of a training but the text.

    Attributes:
        sizes: Of the network.
        passes: Times the text is read.
        batch_pieces: Pieces a step, padding counted.
        longest: Longer strings are cut; what is cut off begins without its past.
        learning_rate: The highest; reached after `warm_up_steps`, then it falls to nothing in a line.
        warm_up_steps: Steps until then.
        dropout: Of the embeddings read and written.
        clip: Largest norm of the gradients.
        bfloat16: Whether products are computed in bfloat16, faster on processors that can.
        most_minutes: The run takes no longer: the learning rate falls with the time then; 0: no limit.
        checkpoint_s: Seconds between checkpoints.
        seed: Of the weights, the order and the dropout.
    """

    sizes: NeuralSizes = field(default_factory=NeuralSizes)
    passes: int = 1
    batch_pieces: int = 4096
    longest: int = 96
    learning_rate: float = 3e-3
    warm_up_steps: int = 100
    dropout: float = 0.0
    clip: float = 1.0
    bfloat16: bool = True
    most_minutes: float = 0.0
    checkpoint_s: float = 60.0
    seed: int = 0


def train_neural_language(
    folder: Path,
    text: PieceText,
    pieces: int,
    tokenizer: str,
    settings: NeuralSettings,
    resume: bool = False,
    on_step: Callable[[int, float, float], None] = lambda step, done, loss: None,
) -> NeuralLanguage:
    """Train a model.

    Args:
        folder: For checkpoints; made when absent.
        text: To learn from.
        pieces: How many the tokenizer has.
        tokenizer: SHA-256 of its file.
        settings: See there.
        resume: Go on from the checkpoint in `folder`.
        on_step: Told step, share of the training done and mean loss of a piece since the last call, after
            each checkpoint.

    Raises:
        RecipeError: There is no valid checkpoint to resume from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    network = NeuralLanguageNetwork(pieces, settings.sizes, settings.dropout)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, betas=(0.9, 0.98), fused=True)
    done, spent_s = 0, 0.0
    if resume:
        state = load_checkpoint(folder)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        done, spent_s = int(state["step"]), float(state["spent_s"])
    steps = sum(len(batches(text, settings, number)) for number in range(settings.passes))
    started = saved = time.monotonic()
    total, counted = 0.0, 0
    for step, numbers in _from_step(text, settings, done):
        now = time.monotonic()
        share = (step - 1) / steps
        if settings.most_minutes:
            share = max(share, (spent_s + now - started) / (60 * settings.most_minutes))
        ended = share >= 1.0
        if not ended:
            total += _learn(
                network, optimiser, settings, _padded(text, numbers, network.boundary), step, share
            )
            counted += 1
        if ended or step == steps or now - saved >= settings.checkpoint_s:
            saved = now
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            save_checkpoint(folder, {**state, "step": step, "spent_s": spent_s + now - started})
            on_step(step, min(1.0, share + 1 / steps), total / max(1, counted))
            total, counted = 0.0, 0
        if ended:
            break
    return NeuralLanguage(network, tokenizer)


def batches(text: PieceText, settings: NeuralSettings, number: int) -> list[NDArray[np.int64]]:
    """Ranges of pieces of like length for each step of a pass, in an order that is the pass's own.

    Returns:
        (strings, 2) each: first piece and the position after the last, of strings cut to `longest`.
    """
    chance = np.random.default_rng((settings.seed, number))
    ranges = chance.permutation(_cut(text, settings.longest))
    lengths = ranges[:, 1] - ranges[:, 0] + 1
    pools = np.flatnonzero(np.diff(np.cumsum(lengths) // (_POOL_BATCHES * settings.batch_pieces))) + 1
    found: list[NDArray[np.int64]] = []
    for pool in np.split(ranges, pools):
        ordered = pool[np.argsort(pool[:, 1] - pool[:, 0], kind="stable")]
        start = 0
        for place, (first, last) in enumerate(ordered):
            if (place + 1 - start) * (last - first + 1) > settings.batch_pieces and place > start:
                found.append(ordered[start:place])
                start = place
        if start < len(ordered):
            found.append(ordered[start:])
    return [found[place] for place in chance.permutation(len(found))]


def _cut(text: PieceText, longest: int) -> NDArray[np.int64]:
    starts = text.ends - text.lengths
    parts = np.maximum(1, -(-text.lengths // longest))
    string = np.repeat(np.arange(len(text)), parts)
    place = np.arange(len(string)) - np.repeat(np.cumsum(parts) - parts, parts)
    first = starts[string] + place * longest
    return np.stack([first, np.minimum(first + longest, text.ends[string])], axis=1)


def _from_step(
    text: PieceText, settings: NeuralSettings, done: int
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Steps after `done`, counted from 1, with what each learns from."""
    step = 0
    for number in range(settings.passes):
        for batch in batches(text, settings, number):
            step += 1
            if step > done:
                yield step, batch


def _padded(text: PieceText, ranges: NDArray[np.int64], boundary: int) -> tuple[Tensor, Tensor]:
    """Pieces read (strings, longest + 1), and what follows each, which is not counted where padded."""
    width = int((ranges[:, 1] - ranges[:, 0]).max()) + 1
    read = np.full((len(ranges), width), boundary, np.int64)
    follows = np.full((len(ranges), width), _IGNORED, np.int64)
    # What was cut does not end.
    whole = text.ends[np.searchsorted(text.ends, ranges[:, 1])] == ranges[:, 1]
    for row, (first, last) in enumerate(ranges.tolist()):
        length = last - first
        read[row, 1 : length + 1] = text.pieces[first:last]
        follows[row, :length] = text.pieces[first:last]
        if whole[row]:
            follows[row, length] = boundary
    return torch.from_numpy(read), torch.from_numpy(follows)


def _learn(
    network: NeuralLanguageNetwork,
    optimiser: torch.optim.Optimizer,
    settings: NeuralSettings,
    batch: tuple[Tensor, Tensor],
    step: int,
    share: float,
) -> float:
    # The dropout of a step depends on its number alone: a resumed run repeats it.
    torch.manual_seed(settings.seed + step)
    rate = settings.learning_rate * min(1.0, step / settings.warm_up_steps) * (1.0 - share)
    for group in optimiser.param_groups:
        group["lr"] = rate
    read, follows = batch
    network.train()
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
        logits, _ = network(read)
    loss = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), follows.flatten(), ignore_index=_IGNORED
    )
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    optimiser.step()
    return float(loss.detach())


def main() -> None:
    """Train from the command line."""
    chosen = _parser().parse_args()
    torch.set_num_threads(1)
    bundle = load_bundle(chosen.model)
    text = _text(chosen)
    print(f"{text.words:,} words, {len(text.pieces):,} pieces", flush=True)

    def told(step: int, share: float, loss: float) -> None:
        print(f"step {step:,}, {100 * share:.1f} %: loss of a piece {loss:.3f}", flush=True)

    settings = NeuralSettings(
        NeuralSizes(chosen.embedding, chosen.units, chosen.layers),
        passes=chosen.passes,
        learning_rate=chosen.learning_rate,
        dropout=chosen.dropout,
        most_minutes=chosen.max_minutes,
        seed=chosen.seed,
    )
    tokenizer = hashlib.sha256(bundle.tokenizer.model).hexdigest()
    size = bundle.tokenizer.size
    trained = train_neural_language(chosen.output, text, size, tokenizer, settings, chosen.resume, told)
    (chosen.output / NEURAL_LANGUAGE_FILE).write_bytes(encode_neural_language(trained))
    print(f"{chosen.output / NEURAL_LANGUAGE_FILE} is written", flush=True)


def _text(chosen: argparse.Namespace) -> PieceText:
    """The text, prepared once: a resumed run reads what the first one wrote."""
    path: Path = chosen.output / TEXT_FILE
    if chosen.resume and path.is_file():
        return PieceText.load(path)
    bundle = load_bundle(chosen.model)
    dictionary = PronouncingDictionary(find_lexicon(chosen.lexicon), bundle.config.phones)
    settings = LanguageSettings(every=chosen.every, spelled=chosen.spelled, seed=chosen.seed)
    text = read_pieces(find_sources(chosen.texts), bundle.tokenizer, dictionary, settings, chosen.join)
    chosen.output.mkdir(parents=True, exist_ok=True)
    text.save(path)
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the neural language model of a bundle.")
    parser.add_argument("output", type=Path, help=f"folder for checkpoints and {NEURAL_LANGUAGE_FILE}")
    parser.add_argument("texts", type=Path, nargs="+", help="as for asr-app train-lm")
    parser.add_argument("--model", default="default", help="bundle whose pieces the text is spelled in")
    parser.add_argument("--lexicon", default="pocketsphinx", help="dictionary in CMU format")
    parser.add_argument("--every", type=int, default=1, help="take each n-th paragraph of the texts")
    parser.add_argument("--spelled", type=int, default=100_000, help="made-up sentences to add")
    parser.add_argument("--join", type=float, default=0.35, help="chance that a sentence goes on")
    parser.add_argument("--passes", type=int, default=1, help="times the text is read")
    parser.add_argument("--max-minutes", type=float, default=0.0, help="end after so long; 0: no limit")
    parser.add_argument("--embedding", type=int, default=NeuralSizes.embedding)
    parser.add_argument("--units", type=int, default=NeuralSizes.units)
    parser.add_argument("--layers", type=int, default=NeuralSizes.layers)
    parser.add_argument("--learning-rate", type=float, default=NeuralSettings.learning_rate)
    parser.add_argument("--dropout", type=float, default=NeuralSettings.dropout)
    parser.add_argument("--seed", type=int, default=NeuralSettings.seed)
    parser.add_argument("--resume", action="store_true", help=f"go on from {LAST}")
    return parser


if __name__ == "__main__":
    main()
