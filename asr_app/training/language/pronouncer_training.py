"""Training of the network that pronounces words no dictionary lists; `docs/vocabulary.md` has its figures.

Run as a command: `python -m asr_app.training.language.pronouncer_training OUTPUT`. A run that was cut off
goes on with `--resume` and gives the same network; `python -m asr_app.training.language.pronouncer_bundle`
adds it to a bundle.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from asr_app.decoding.pronouncer import Pronouncer, encode_pronouncer
from asr_app.decoding.pronouncer_network import PronouncerNetwork, spell
from asr_app.decoding.sound_rules import CMU_PHONES
from asr_app.training.checkpoint import LAST, load_checkpoint, save_checkpoint
from asr_app.training.language.derivation import Pronunciation
from asr_app.training.language.lexicon import find_lexicon
from asr_app.training.language.pronouncer_bundle import PRONOUNCER_FILE
from asr_app.training.language.pronouncing import PronouncingDictionary

REPORT_FILE = "report.json"

_HELD_OUT_SHARE = 50
"""One word in so many is held out, chosen by its spelling alone."""

_IGNORED = -100

Words = Mapping[str, Sequence[Pronunciation]]


@dataclass(frozen=True)
class PronouncerSettings:
    """Every choice of a training.

    Attributes:
        epochs: Times each listed pronunciation is seen.
        batch: Pronunciations a step.
        learning_rate: The highest; reached after `warm_up_steps`, then it falls to nothing in a line.
        warm_up_steps: Steps until then.
        dropout: See `PronouncerNetwork`.
        smoothing: Share of the target spread over all phones.
        clip: Largest norm of the gradients.
        bfloat16: Whether products are computed in bfloat16, faster on processors that can.
        seed: Of the weights, the order and the dropout.
        checkpoint_steps: Between checkpoints.
    """

    epochs: int = 6
    batch: int = 128
    learning_rate: float = 3e-3
    warm_up_steps: int = 300
    dropout: float = 0.0
    smoothing: float = 0.0
    clip: float = 1.0
    bfloat16: bool = True
    seed: int = 0
    checkpoint_steps: int = 250


@dataclass(frozen=True)
class PronouncingReport:
    """How well something pronounces words whose pronunciations are known.

    Attributes:
        words: How many.
        phone_error_rate: Phones wrong, missing or too many per phone of the listed pronunciation that is
            nearest.
        word_error_rate: Share of words said in no listed way.
        n_best_word_error_rate: Share of words with no listed way among all the ways that were given.
    """

    words: int
    phone_error_rate: float
    word_error_rate: float
    n_best_word_error_rate: float


def split_words(dictionary: PronouncingDictionary) -> tuple[Words, Words]:
    """Part a dictionary into words to learn from and words held out.

    Genitives are in neither: they have a rule, and would tell how held-out words are said.
    """
    learned: dict[str, list[Pronunciation]] = {}
    held_out: dict[str, list[Pronunciation]] = {}
    for word in dictionary.words:
        if not re.search(r"'s?$", word):
            chosen = zlib.crc32(word.encode()) % _HELD_OUT_SHARE == 0
            (held_out if chosen else learned)[word] = dictionary.say(word)
    return learned, held_out


def train_pronouncer(
    folder: Path,
    words: Words,
    settings: PronouncerSettings,
    phones: Sequence[str] = CMU_PHONES,
    resume: bool = False,
    on_step: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> Pronouncer:
    """Train a pronouncer.

    Args:
        folder: For checkpoints; made when absent.
        words: To learn from.
        settings: See there.
        phones: The phone set.
        resume: Go on from the checkpoint in `folder`.
        on_step: Told step, steps in all and mean loss since the last call, now and then.

    Raises:
        RecipeError: There is no valid checkpoint to resume from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = {phone: number for number, phone in enumerate(phones)}
    examples = [(spell(word), [index[s] for s in way]) for word, ways in words.items() for way in ways]
    torch.manual_seed(settings.seed)
    network = PronouncerNetwork(len(phones), dropout=settings.dropout)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, betas=(0.9, 0.98), fused=True)
    done = 0
    if resume:
        state = load_checkpoint(folder)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        done = int(state["step"])
    steps = settings.epochs * len(_batches(examples, settings, epoch=0))
    total, counted = 0.0, 0
    for step, batch in _from_step(examples, settings, done):
        total += _learn(network, optimiser, settings, batch, step, steps)
        counted += 1
        if step % settings.checkpoint_steps == 0 or step == steps:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
            save_checkpoint(folder, state)
            on_step(step, steps, total / counted)
            total, counted = 0.0, 0
    return Pronouncer(network.eval(), phones)


Example = tuple[list[int], list[int]]


def _batches(examples: Sequence[Example], settings: PronouncerSettings, epoch: int) -> list[list[int]]:
    """Indices of examples with words of the same length, in an order that is the epoch's own."""
    chance = random.Random(settings.seed * 1_000_003 + epoch)
    by_length: dict[int, list[int]] = defaultdict(list)
    for number in chance.sample(range(len(examples)), len(examples)):
        by_length[len(examples[number][0])].append(number)
    batches = [
        group[start : start + settings.batch]
        for _, group in sorted(by_length.items())
        for start in range(0, len(group), settings.batch)
    ]
    chance.shuffle(batches)
    return batches


def _from_step(
    examples: Sequence[Example], settings: PronouncerSettings, done: int
) -> Iterator[tuple[int, list[Example]]]:
    """Steps after `done`, counted from 1, with what each learns from."""
    step = 0
    for epoch in range(settings.epochs):
        for batch in _batches(examples, settings, epoch):
            step += 1
            if step > done:
                yield step, [examples[number] for number in batch]


def _learn(
    network: PronouncerNetwork,
    optimiser: torch.optim.Optimizer,
    settings: PronouncerSettings,
    batch: Sequence[Example],
    step: int,
    steps: int,
) -> float:
    # The dropout of a step depends on its number alone: a resumed run repeats it.
    torch.manual_seed(settings.seed + step)
    warm = min(1.0, step / settings.warm_up_steps)
    fall = (steps - step + 1) / max(1, steps - settings.warm_up_steps)
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * min(warm, fall)
    letters = torch.tensor([word for word, _ in batch])
    phones, targets = _targets([way for _, way in batch], network.end)
    network.train()
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
        logits = network(letters, phones)
    loss = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1),
        targets.flatten(),
        ignore_index=_IGNORED,
        label_smoothing=settings.smoothing,
    )
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    optimiser.step()
    return float(loss.detach())


def _targets(ways: Sequence[Sequence[int]], end: int) -> tuple[Tensor, Tensor]:
    """The decoder's input (batch, longest) and what it should say, (batch, longest + 1)."""
    longest = max(map(len, ways))
    phones = torch.zeros(len(ways), longest, dtype=torch.long)
    targets = torch.full((len(ways), longest + 1), _IGNORED)
    for row, way in enumerate(ways):
        phones[row, : len(way)] = torch.tensor(way)
        targets[row, : len(way)] = torch.tensor(way)
        targets[row, len(way)] = end
    return phones, targets


def judge(said: Mapping[str, Sequence[Sequence[str]]], words: Words) -> PronouncingReport:
    """Compare pronunciations with those listed; of several listed the nearest counts.

    Args:
        said: Ways for each word, the likeliest first; none for a word that stayed silent.
        words: The words that count, and their listed ways.
    """
    errors = phones = wrong = missed = 0
    for word, listed in words.items():
        ways = [tuple(way) for way in said.get(word, ())]
        first = ways[0] if ways else ()
        distance, length = min(((edit_distance(first, way), len(way)) for way in listed), key=_rate)
        errors, phones = errors + distance, phones + length
        wrong += distance > 0
        missed += not set(ways) & set(listed)
    count = max(1, len(words))
    return PronouncingReport(len(words), errors / max(1, phones), wrong / count, missed / count)


def _rate(pair: tuple[int, int]) -> tuple[float, int]:
    return pair[0] / max(1, pair[1]), pair[1]


def edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Fewest replacements, insertions and deletions that make one the other."""
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def compare_with_rules(pronouncer: Pronouncer, held_out: Words, most: int) -> dict[str, PronouncingReport]:
    """Judge it on held-out words, and flite's rules beside it on `most` of them.

    Raises:
        RecipeError: flite is not installed or failed.
    """
    from asr_app.training.language.letter_to_sound import pronounce

    chosen = sorted(held_out, key=lambda word: zlib.crc32(word[::-1].encode()))[:most]
    sample = {word: held_out[word] for word in chosen}
    ours = {word: pronouncer.guess(word, 3) for word in held_out}
    theirs = {word: [way] for word, way in pronounce(chosen).items()}
    return {
        "ours, all held out": judge(ours, held_out),
        "ours, sample": judge(ours, sample),
        "flite, sample": judge(theirs, sample),
    }


def main() -> None:
    """Train a pronouncer from the command line, and print how it does on words it has not seen."""
    parser = argparse.ArgumentParser(description="Train the network that pronounces unlisted words.")
    parser.add_argument("output", type=Path, help=f"folder for checkpoints and {PRONOUNCER_FILE}")
    parser.add_argument("--lexicon", default="pocketsphinx", help="dictionary in CMU format")
    parser.add_argument("--epochs", type=int, default=PronouncerSettings.epochs)
    parser.add_argument("--dropout", type=float, default=PronouncerSettings.dropout)
    parser.add_argument("--seed", type=int, default=PronouncerSettings.seed)
    parser.add_argument("--sample", type=int, default=500, help="held-out words that flite says too")
    parser.add_argument("--resume", action="store_true", help=f"go on from {LAST}")
    chosen = parser.parse_args()
    learned, held_out = split_words(PronouncingDictionary(find_lexicon(chosen.lexicon), CMU_PHONES))
    print(f"{len(learned):,} words to learn from, {len(held_out):,} held out", flush=True)

    def told(step: int, steps: int, loss: float) -> None:
        print(f"step {step:,} of {steps:,}: loss {loss:.3f}", flush=True)

    settings = PronouncerSettings(epochs=chosen.epochs, dropout=chosen.dropout, seed=chosen.seed)
    pronouncer = train_pronouncer(chosen.output, learned, settings, resume=chosen.resume, on_step=told)
    (chosen.output / PRONOUNCER_FILE).write_bytes(encode_pronouncer(pronouncer))
    reports = compare_with_rules(pronouncer, held_out, chosen.sample)
    for name, report in reports.items():
        print(
            f"{name}: {report.words:,} words, phone error {100 * report.phone_error_rate:.1f} %, word error "
            f"{100 * report.word_error_rate:.1f} %, of all ways {100 * report.n_best_word_error_rate:.1f} %"
        )
    figures = {name: asdict(report) for name, report in reports.items()}
    (chosen.output / REPORT_FILE).write_text(f"{json.dumps(figures, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
