"""`asr-app train-lm`: a dictionary and a language model from texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_app.training.language.build import LanguageSettings
    from asr_app.training.language.leaving_out import Stretch

_BUNDLE = "A bundle's folder: it gets the files; any other folder: they are written there."


def train_lm_command(
    texts: Annotated[
        list[Path], typer.Argument(help=".txt, .txt.xz, .txt.gz, manifests (.jsonl) or folders of these.")
    ],
    output: Annotated[Path, typer.Option(help=_BUNDLE)],
    model: Annotated[str, typer.Option(help="The bundle whose phones the words are spelled in.")] = "default",
    kenlm: Annotated[
        Path | None, typer.Option(help="Folder with lmplz and build_binary; otherwise the PATH.")
    ] = None,
    lexicon: Annotated[str, typer.Option(help="Dictionary in CMU format, or pocketsphinx.")] = "pocketsphinx",
    order: Annotated[int, typer.Option(help="Words of the longest n-gram.", min=2, max=6)] = 4,
    prune: Annotated[
        str, typer.Option(help="For each order, n-grams seen at most so often are left out.")
    ] = "0,1,2,3",
    most_mb: Annotated[float, typer.Option(help="Largest size of the model's file, in MB.")] = 20.0,
    most_words: Annotated[int, typer.Option(help="Largest vocabulary.", min=1)] = 200_000,
    guess: Annotated[
        int, typer.Option(help="Pronounce unlisted words seen so often by flite's rules; 0: none.", min=0)
    ] = 5,
    spelled: Annotated[
        int, typer.Option(help="Made-up sentences of letters, numbers and dates to add.", min=0)
    ] = 100_000,
    weight: Annotated[
        list[str] | None,
        typer.Option(help="CORPUS=N: repeat a corpus's transcripts. Given once, it replaces the usual ones."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the made-up sentences.")] = 0,
    evaluate: Annotated[
        list[Path] | None, typer.Option(help="Manifest: perplexity and unknown words of its texts.")
    ] = None,
    leave_out: Annotated[
        list[Path] | None, typer.Option(help="Manifest: leave out what the text has of books read there.")
    ] = None,
) -> None:
    """Make the language model of a bundle from texts: which words there are, and which follow one another.

    Needs KenLM's programs lmplz and build_binary; docs/language.md says how to get them.
    """
    from asr_app.model.bundle import find_bundle
    from asr_app.training.language.build import train_language
    from asr_app.training.language.bundle import (
        LANGUAGE_MODEL_FILE,
        PRONUNCIATIONS_FILE,
        add_language,
        cmu_notice,
    )
    from asr_app.training.language.lexicon import find_lexicon
    from asr_app.training.language.ngrams import find_kenlm
    from asr_app.training.language.pronouncing import PronouncingDictionary
    from asr_app.training.language.text import find_sources

    settings = _settings(order, prune, most_mb, most_words, guess, spelled, weight, seed)
    programs = find_kenlm(kenlm)
    is_bundle = (output / "config.json").is_file()
    phones = _phones(output if is_bundle else find_bundle(model))
    sources = find_sources(texts)
    dictionary = PronouncingDictionary(find_lexicon(lexicon), phones)
    with _progress() as (reading, stage), _work_folder(output, is_bundle) as folder:
        left_out = _find_left_out(sources, leave_out or [], reading)
        arguments = sources, folder, dictionary, programs, settings
        trained = train_language(*arguments, reading, stage, left_out)
        if is_bundle:
            files = folder / PRONUNCIATIONS_FILE, folder / LANGUAGE_MODEL_FILE
            add_language(output, *files, notice=cmu_notice())
    unknown = trained.unknown / max(1, trained.text_words)
    typer.echo(
        f"{trained.text_words:,} words of text, {100 * unknown:.1f} % of them not in the vocabulary of "
        f"{len(trained.words):,}; n-grams: {', '.join(f'{n:,}' for n in trained.estimated.ngrams)}; "
        f"pruned {','.join(map(str, trained.estimated.prune))}; {trained.estimated.size_bytes / 1e6:.1f} MB",
    )
    _evaluate(output / LANGUAGE_MODEL_FILE, trained.words, evaluate or [])


def _find_left_out(
    sources: list[Path], manifests: list[Path], on_reading: Callable[[int, int], None]
) -> list[Stretch]:
    from asr_app.training.language.leaving_out import describe, find_stretches, sequences_of, transcripts_of

    if not manifests:
        return []
    found = find_stretches(sources, sequences_of(transcripts_of(manifests)), on_reading)
    typer.echo("\n".join(describe(found)))
    return found


def _settings(
    order: int,
    prune: str,
    most_mb: float,
    most_words: int,
    guess: int,
    spelled: int,
    weight: list[str] | None,
    seed: int,
) -> LanguageSettings:
    from asr_app.training.language.build import TRANSCRIPT_WEIGHTS, LanguageSettings
    from asr_app.training.language.ngrams import ModelSettings

    try:
        thresholds = tuple(int(number) for number in prune.split(","))
        named = [entry.rpartition("=") for entry in weight or []]
        weights = {corpus: int(times) for corpus, _, times in named} if named else dict(TRANSCRIPT_WEIGHTS)
        return LanguageSettings(
            ModelSettings(order, thresholds, most_mb),
            weights=weights,
            most_words=most_words,
            guessed_least_count=guess,
            spelled=spelled,
            seed=seed,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _phones(bundle: Path) -> tuple[str, ...]:
    from asr_app.errors import LanguageModelError
    from asr_app.model.bundle import load_bundle

    phones = load_bundle(bundle).config.phones
    if not phones:
        raise LanguageModelError(
            f"The model “{bundle.name}” does not hear phones.", "Name one that does with --model."
        )
    return phones


@contextmanager
def _work_folder(output: Path, is_bundle: bool) -> Iterator[Path]:
    """The output itself, or for a bundle a folder beside its files: a bundle is whole or as it was."""
    import tempfile

    if not is_bundle:
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="language-", dir=output.parent) as folder:
        yield Path(folder)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[int, int], None], Callable[[str], None]]]:
    """A bar for the text, then the stages; where there is no terminal, a line for each stage."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        reading = progress.add_task("Reading text", total=None)
        estimating = progress.add_task("Estimating", total=None, visible=False)
        said = ""

        def read(done: int, total: int) -> None:
            progress.update(reading, completed=done, total=total)

        def stage(name: str) -> None:
            nonlocal said
            if name != said:
                said = name
                progress.update(estimating, description=name[:1].upper() + name[1:], visible=True)
                if not console.is_terminal:
                    console.print(name)

        yield read, stage


def _evaluate(model: Path, words: tuple[str, ...], manifests: list[Path]) -> None:
    from asr_app.training.language.ngrams import judge
    from asr_app.training.language.spoken_text import SPOKEN_WORDS
    from asr_app.training.manifest import read_manifest

    for manifest in manifests:
        texts = [
            [SPOKEN_WORDS.get(word, word) for word in recording.text.split()]
            for recording in read_manifest(manifest)
        ]
        report = judge(model, words, texts)
        typer.echo(
            f"{manifest.stem}: perplexity {report.perplexity:.0f} without unknown words, which are "
            f"{100 * report.unknown_rate:.2f} % of {report.words:,}"
        )
