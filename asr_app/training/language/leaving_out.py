"""Finding text that is read aloud in recordings one measures with, so that it can be left out.

A recogniser whose language model knows the book that a test set was read from makes fewer errors than it
will on anything else. Run as a command, `python -m asr_app.training.language.leaving_out TEXT… --of MANIFEST`
only tells what `asr-app train-lm --leave-out MANIFEST` would leave out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr_app.training.language.spoken_text import SPOKEN_WORDS, plain_words, spoken
from asr_app.training.language.text import find_sources, paragraphs
from asr_app.training.manifest import read_manifest

SEQUENCE_WORDS = 8
MOST_SHARED = 3
"""So many sequences may be shared: proverbs, verses, formulas."""

STRETCH_WORDS = 50_000
"""Sequences no further apart than this count together, and so much is left out on either side of them:
somewhat less than half a novel."""


@dataclass(frozen=True)
class Stretch:
    """Text that shares more sequences with transcripts than chance explains.

    Attributes:
        source: File.
        first: Number of its first paragraph, from 0.
        last: Of its last.
        words: In it.
        shared: Sequences that do not overlap.
        example: One of them.
    """

    source: Path
    first: int
    last: int
    words: int
    shared: int
    example: str


def sequences_of(transcripts: Iterable[str]) -> set[str]:
    """All sequences of `SEQUENCE_WORDS` words of transcripts, as `find_stretches` compares them."""
    found: set[str] = set()
    for transcript in transcripts:
        words = _comparable(transcript)
        found.update(
            " ".join(words[start : start + SEQUENCE_WORDS])
            for start in range(len(words) - SEQUENCE_WORDS + 1)
        )
    return found


def find_stretches(
    sources: Sequence[Path],
    sequences: set[str],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    stretch_words: int = STRETCH_WORDS,
) -> list[Stretch]:
    """Find text that shares more than `MOST_SHARED` sequences with transcripts.

    Args:
        sources: Texts with a paragraph a line; manifests among them are passed over.
        sequences: See `sequences_of`.
        on_progress: Told bytes read and in all.
        stretch_words: See `STRETCH_WORDS`.

    Raises:
        LanguageModelError: A source cannot be read.
    """
    found: list[Stretch] = []
    texts = [path for path in sources if path.suffix != ".jsonl"]
    total, before = sum(path.stat().st_size for path in texts), 0
    for path in texts:

        def advance(done: int, before: int = before) -> None:
            on_progress(before + done, total)

        found += _in_one(path, sequences, stretch_words, advance)
        before += path.stat().st_size
    return found


@dataclass(frozen=True)
class _Match:
    """A shared sequence and the word of the source it begins with."""

    place: int
    sequence: str


def _in_one(
    path: Path, sequences: set[str], stretch_words: int, on_bytes: Callable[[int], None]
) -> list[Stretch]:
    known = {word for sequence in sequences for word in sequence.split()}
    starts: list[int] = []  # of each paragraph: words before it
    matches: list[_Match] = []
    place = 0
    for paragraph in paragraphs(path, on_bytes):
        starts.append(place)
        words = _comparable(paragraph)
        matches += [_Match(place + start, sequence) for start, sequence in _shared(words, sequences, known)]
        place += len(words)
    groups: list[list[_Match]] = []
    for match in matches:
        if groups and match.place - groups[-1][-1].place <= stretch_words:
            groups[-1].append(match)
        else:
            groups.append([match])
    return [
        _stretch(path, group, starts, place, stretch_words)
        for group in groups
        if len({match.sequence for match in group}) > MOST_SHARED
    ]


def _shared(words: Sequence[str], sequences: set[str], known: set[str]) -> Iterator[tuple[int, str]]:
    """Sequences and where they begin; `known` has their words, which many of a text's are not among."""
    run = 0
    for end, word in enumerate(words, 1):
        run = run + 1 if word in known else 0
        if run >= SEQUENCE_WORDS:
            sequence = " ".join(words[end - SEQUENCE_WORDS : end])
            if sequence in sequences:
                yield end - SEQUENCE_WORDS, sequence
                run = 0  # One long passage in common is not many short ones.


def _stretch(path: Path, group: Sequence[_Match], starts: Sequence[int], words: int, margin: int) -> Stretch:
    first = max(0, group[0].place - margin)
    last = min(words, group[-1].place + margin)
    inside = [number for number, start in enumerate(starts) if first <= start <= last]
    shared = {match.sequence for match in group}
    return Stretch(path, inside[0], inside[-1], last - first, len(shared), group[0].sequence)


def _comparable(text: str) -> list[str]:
    # Apostrophes and quotation marks are one character in print: neither counts.
    words = " ".join(plain_words(spoken(text))).replace("'", "").split()
    return [SPOKEN_WORDS.get(word, word) for word in words]


def paragraphs_left_out(stretches: Iterable[Stretch]) -> Mapping[Path, set[int]]:
    """Numbers of the paragraphs that are not to be read, by source."""
    found: dict[Path, set[int]] = {}
    for stretch in stretches:
        found.setdefault(stretch.source, set()).update(range(stretch.first, stretch.last + 1))
    return found


def describe(stretches: Sequence[Stretch]) -> list[str]:
    """A line for each stretch, or one that says there is none."""
    if not stretches:
        return [
            f"no text shares more than {MOST_SHARED} sequences of {SEQUENCE_WORDS} words with the transcripts"
        ]
    return [
        f"{stretch.source.name}, paragraphs {stretch.first + 1:,} to {stretch.last + 1:,}: {stretch.words:,} "
        f"words left out, {stretch.shared} sequences shared, such as “{stretch.example}”"
        for stretch in stretches
    ]


def transcripts_of(manifests: Iterable[Path]) -> list[str]:
    """The texts of manifests.

    Raises:
        ManifestError: One is not valid.
    """
    return [recording.text for path in manifests for recording in read_manifest(path) if recording.text]


def main() -> None:
    """Tell what would be left out."""
    parser = argparse.ArgumentParser(description="Find text that is read aloud in recordings.")
    parser.add_argument("texts", type=Path, nargs="+", help="as for asr-app train-lm")
    parser.add_argument("--of", type=Path, action="append", required=True, help="manifest of the recordings")
    chosen = parser.parse_args()
    sequences = sequences_of(transcripts_of(chosen.of))
    print(f"{len(sequences):,} sequences of {SEQUENCE_WORDS} words")
    print("\n".join(describe(find_stretches(find_sources(chosen.texts), sequences))))


if __name__ == "__main__":
    main()
