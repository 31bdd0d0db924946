"""The command that chooses the weights of a bundle's lexicon search on development recordings.

`python -m asr_app.training.evaluation.tuning BUNDLE MANIFEST… --every 8 --write`; `MANIFEST:4` takes every
fourth recording of this one.

The network hears each recording once; what it made of them stays in the cache folder, so that another
language model (`--language FOLDER`) is tried in minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from asr_app.decoding.lexicon_search import LexiconSearch
from asr_app.decoding.lexicon_weights import LexiconWeights, RescoringWeights
from asr_app.errors import BundleError
from asr_app.model.bundle import Bundle, load_bundle
from asr_app.training.evaluation.climbing import hill_climb
from asr_app.training.evaluation.posteriors import Posteriors, read_posteriors
from asr_app.training.evaluation.weight_search import (
    SEARCH_GRID,
    Score,
    Sets,
    gather,
    halves,
    mean_rate,
    mean_shares,
    oracle,
    rescored,
    search_scores,
    tune_rescoring,
)
from asr_app.training.language.bundle import (
    LANGUAGE_MODEL_FILE,
    PRONUNCIATIONS_FILE,
    add_language,
    cmu_notice,
    set_weights,
)
from asr_app.transcription.language import neural_language, read_rescoring, read_shares, read_weights


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        name: What was searched with.
        tuned: Errors on the recordings the weights were chosen on.
        held_out: On the others.
    """

    name: str
    tuned: Mapping[str, Score]
    held_out: Mapping[str, Score]


@dataclass(frozen=True)
class Tuned:
    """What came of it.

    Attributes:
        weights: Of the lexicon search.
        shares: Of each phone and the blank in the posteriors; see `LexiconSearch`.
        rescoring: Of its candidates; None when scoring them again makes no fewer errors.
        rows: For the table.
        search_rtf: Processor seconds per second of sound that the search takes.
        scoring_rtf: The same for scoring the candidates again by all heads that were asked.
    """

    weights: LexiconWeights
    shares: tuple[float, ...]
    rescoring: RescoringWeights | None
    rows: Sequence[Row]
    search_rtf: float
    scoring_rtf: float


@dataclass(frozen=True)
class Tries:
    """How much is tried.

    Attributes:
        searches: Times all recordings of the first half are searched at most, which takes longest; 0: the
            weights of the search stay.
        beam_share: Of the beam, for these searches: what is better there is better with all of it.
        attention: Whether the attention decoder may be asked.
        neural: Whether the neural language model may be asked, where there is one.
    """

    searches: int = 10
    beam_share: float = 0.5
    attention: bool = True
    neural: bool = True


def tune(
    bundle: Bundle,
    search: LexiconSearch,
    sets: Sets,
    start: LexiconWeights,
    start_rescoring: RescoringWeights | None,
    tries: Tries,
    console: Console,
) -> Tuned:
    """Choose all weights; see the module.

    Args:
        bundle: The model that encoded the recordings.
        search: Over its phones; its own weights do not matter.
        sets: Encoded recordings.
        start: Weights of the search to begin with.
        start_rescoring: Of scoring again; None: not done so far.
        tries: How much is tried.
        console: Told each improvement.
    """
    first, second = halves(sets)
    best, shares = start, search.shares
    if tries.searches:
        shares = mean_shares(first)
        search = search.reweighted(start, shares)
        best = _tune_search(search, first, start, tries, console)
    usual = RescoringWeights(language_model=best.language_model, word_score=best.word_score)
    begin = start_rescoring or usual
    neural = search.neural() if search.neural is not None and tries.neural else None
    begin = begin if neural is not None else dataclasses.replace(begin, neural=0.0)
    found = search.reweighted(best)
    known, others = (
        gather(found, bundle, half, begin.candidates, tries.attention, neural) for half in (first, second)
    )
    rows = [Row("search", rescored(known.sets, _FIRST), rescored(others.sets, _FIRST))]
    if start_rescoring is not None:
        rows.append(Row("scored again as it was", rescored(known.sets, begin), rescored(others.sets, begin)))
    rescoring: RescoringWeights | None = tune_rescoring(
        known.sets, dataclasses.replace(begin, neural=0.0), tries.attention
    )
    assert rescoring is not None
    rows.append(Row("scored again", rescored(known.sets, rescoring), rescored(others.sets, rescoring)))
    if neural is not None:
        rescoring = tune_rescoring(known.sets, rescoring, tries.attention, with_neural=True)
        name = "scored again, neural model too"
        rows.append(Row(name, rescored(known.sets, rescoring), rescored(others.sets, rescoring)))
    if mean_rate(rows[-1].tuned) >= mean_rate(rescored(known.sets, _FIRST)):
        rescoring = None
    rows.append(Row("best candidate known", oracle(known.sets), oracle(others.sets)))
    return Tuned(best, shares, rescoring, rows, known.search_rtf, known.scoring_rtf)


def _tune_search(
    search: LexiconSearch, sets: Sets, start: LexiconWeights, tries: Tries, console: Console
) -> LexiconWeights:
    def loss(weights: LexiconWeights) -> float:
        narrow = dataclasses.replace(
            weights,
            beam=max(1, round(weights.beam * tries.beam_share)),
            beam_threshold=weights.beam_threshold * math.sqrt(tries.beam_share),
        )
        return mean_rate(search_scores(search.reweighted(narrow), sets))

    def told(weights: LexiconWeights, rate: float) -> None:
        chosen = ", ".join(f"{name} {getattr(weights, name):g}" for name in SEARCH_GRID)
        console.print(f"{100 * rate:.2f} % in a narrow beam with {chosen}")

    return hill_climb(start, SEARCH_GRID, loss, tries.searches, told)


_FIRST = RescoringWeights(candidates=1)
"""Leaves nothing but the first candidate of the search."""


def print_table(tuned: Tuned, console: Console) -> None:
    """Print word error rates of each step, weights and times."""
    table = Table(title="Word error rate in %: recordings tuned on / the others")
    table.add_column("search")
    for name in tuned.rows[0].tuned:
        table.add_column(name, justify="right")
    table.add_column("mean", justify="right")
    for row in tuned.rows:
        pairs = [(row.tuned[name].rate, row.held_out[name].rate) for name in row.tuned]
        pairs.append((mean_rate(row.tuned), mean_rate(row.held_out)))
        table.add_row(row.name, *(f"{100 * known:.1f} / {100 * other:.1f}" for known, other in pairs))
    console.print(table)
    console.print(f"weights: {dataclasses.asdict(tuned.weights)}", markup=False)
    rescoring = dataclasses.asdict(tuned.rescoring) if tuned.rescoring else "none"
    console.print(f"rescoring: {rescoring}", markup=False)
    console.print(
        f"processor seconds per second of sound: search {tuned.search_rtf:.3f}, scoring again "
        f"{tuned.scoring_rtf:.3f}"
    )


def main() -> None:
    """Tune from the command line."""
    options = _parser().parse_args()
    torch.set_num_threads(1)
    bundle = load_bundle(options.bundle)
    entry = bundle.details.get("lexicon", {})
    files = _language_files(bundle, options.language, entry)
    search = LexiconSearch(
        *files, bundle.config.phones, neural=neural_language(bundle), shares=read_shares(bundle)
    )
    console = Console(width=None if Console().is_terminal else 150)
    start = read_weights(entry.get("weights", {}))
    rescoring = read_rescoring(entry["rescoring"]) if "rescoring" in entry else None
    with Progress(console=Console(stderr=True)) as progress:
        sets = dict(_posteriors(bundle, given, options, progress) for given in options.manifests)
    tries = Tries(
        0 if options.keep_search else options.searches,
        attention=not options.no_attention,
        neural=not options.no_neural,
    )
    tuned = tune(bundle, search, sets, start, rescoring, tries, console)
    print_table(tuned, console)
    if options.write:
        if options.language is not None:
            add_language(bundle.directory, *files, tuned.weights, cmu_notice())
        set_weights(bundle.directory, tuned.weights, tuned.rescoring, tuned.shares)
        console.print(f"written into {bundle.name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Choose the weights of a bundle's lexicon search.")
    parser.add_argument("bundle", help="name or folder")
    parser.add_argument("manifests", metavar="MANIFEST[:EVERY]", nargs="+")
    parser.add_argument("--every", type=int, default=1, help="use each n-th recording only")
    parser.add_argument(
        "--cache", type=Path, default=Path("cache/posteriors"), help="folder for what is encoded"
    )
    parser.add_argument(
        "--language", type=Path, help=f"folder with another {LANGUAGE_MODEL_FILE} and lexicon"
    )
    parser.add_argument("--searches", type=int, default=Tries.searches, help="weights of the search to try")
    parser.add_argument("--no-attention", action="store_true", help="do not ask the attention decoder")
    parser.add_argument("--no-neural", action="store_true", help="do not ask the neural language model")
    parser.add_argument(
        "--keep-search", action="store_true", help="tune only how candidates are scored again"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the weights, and --language, into the bundle"
    )
    return parser


def _language_files(bundle: Bundle, folder: Path | None, entry: dict[str, str]) -> tuple[Path, Path]:
    if folder is not None:
        return folder / PRONUNCIATIONS_FILE, folder / LANGUAGE_MODEL_FILE
    if not entry:
        raise BundleError(f"The model “{bundle.name}” has no language model.", "Name one with --language.")
    return bundle.directory / entry["pronunciations"], bundle.directory / entry["language_model"]


def _posteriors(
    bundle: Bundle, given: str, options: argparse.Namespace, progress: Progress
) -> tuple[str, Sequence[Posteriors]]:
    name, mark, number = given.rpartition(":")
    own = mark and number.isdecimal()
    manifest, every = (Path(name), int(number)) if own else (Path(given), options.every)
    task: TaskID = progress.add_task(manifest.stem, total=None)

    def advance(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)

    return manifest.stem, read_posteriors(bundle, manifest, options.cache, every, advance)


if __name__ == "__main__":
    main()
