"""Text for a language model: from files as people have them to one sentence of spoken words a line."""

from __future__ import annotations

import gzip
import lzma
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from asr_app.errors import LanguageModelError
from asr_app.training.language.spoken_text import SPOKEN_WORDS, sentences
from asr_app.training.manifest import read_manifest

SUFFIXES = (".txt", ".txt.xz", ".txt.gz", ".jsonl")


@dataclass(frozen=True)
class Prepared:
    """What `prepare` found.

    Attributes:
        counts: How often each word stands in the text.
        sentences: Lines written.
    """

    counts: Counter[str]
    sentences: int


def find_sources(paths: Sequence[Path]) -> list[Path]:
    """Replace folders by the texts and manifests in and below them, sorted by name.

    Raises:
        LanguageModelError: A path does not exist, is of another kind, or a folder holds no text.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.name.endswith(SUFFIXES) and p.is_file())
            if not inside:
                raise LanguageModelError(
                    f"The folder “{path.name}” holds no text.", f"Give files named {', '.join(SUFFIXES)}."
                )
            found += inside
        elif not path.is_file():
            raise LanguageModelError(f"There is no text “{path}”.", "Check the path.")
        elif not path.name.endswith(SUFFIXES):
            raise LanguageModelError(
                f"“{path.name}” is not a kind of text that can be read.", f"Use one of {', '.join(SUFFIXES)}."
            )
        else:
            found.append(path)
    return found


def prepare(
    sources: Sequence[Path],
    output: TextIO,
    known: Container[str],
    weights: Mapping[str, int],
    further: Iterable[list[str]] = (),
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    every: int = 1,
    left_out: Mapping[Path, Container[int]] | None = None,
) -> Prepared:
    """Write all sentences of all sources, one a line.

    Args:
        sources: Texts with a paragraph or a sentence a line, plain or compressed, and manifests, of which the
            transcripts are taken.
        output: Is written to.
        known: Words of a dictionary; see `sentences`.
        weights: How often the transcripts of a corpus are repeated; once for one not named, never for 0.
        further: Sentences that are added as they are.
        on_progress: Told bytes read and in all.
        every: Take each n-th paragraph of the texts only.
        left_out: Numbers of paragraphs of texts that are passed over, from 0.

    Raises:
        LanguageModelError: A source cannot be read.
        ManifestError: A manifest is not valid.
    """
    counts: Counter[str] = Counter()
    lines = 0

    def write(words: list[str], times: int = 1) -> None:
        nonlocal lines
        output.write(f"{' '.join(words)}\n" * times)
        lines += times
        for word in words:
            counts[word] += times

    total = sum(path.stat().st_size for path in sources)
    before = 0
    for path in sources:
        if path.name.endswith(".jsonl"):
            for words, times in _transcripts(path, weights):
                write(words, times)
        else:

            def advance(done: int, before: int = before) -> None:
                on_progress(before + done, total)

            skipped = (left_out or {}).get(path, ())
            for number, paragraph in enumerate(paragraphs(path, advance)):
                if number % every == 0 and number not in skipped:
                    for words in sentences(paragraph, known):
                        write(words)
        before += path.stat().st_size
        on_progress(before, total)
    for words in further:
        write(words)
    return Prepared(counts, lines)


def _transcripts(path: Path, weights: Mapping[str, int]) -> Iterator[tuple[list[str], int]]:
    # Not cut into sentences: what is spoken in one go is one. What a recogniser heard teaches nothing here.
    for recording in read_manifest(path):
        times = weights.get(recording.corpus, 1)
        if recording.text and times and not recording.heard:
            yield [SPOKEN_WORDS.get(word, word) for word in recording.text.split()], times


def paragraphs(path: Path, on_bytes: Callable[[int], None] = lambda done: None) -> Iterator[str]:
    """Read the lines of a text, plain or compressed.

    Args:
        path: Ends in one of `SUFFIXES` but the last.
        on_bytes: Told bytes of the file read.

    Raises:
        LanguageModelError: It cannot be read.
    """
    try:
        with path.open("rb") as raw:
            for number, line in enumerate(_opened(path, raw)):
                if number % 1000 == 0:
                    on_bytes(raw.tell())
                yield line.decode("utf-8")
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise LanguageModelError(
            f"The text “{path.name}” cannot be read.", "Give UTF-8, plain or compressed with xz or gzip."
        ) from error


def _opened(path: Path, raw: IO[bytes]) -> Iterable[bytes]:
    if path.suffix == ".xz":
        return lzma.open(raw)
    return gzip.open(raw) if path.suffix == ".gz" else raw
