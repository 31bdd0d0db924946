"""Text for the neural language model: that of the n-gram model, as strings of subword pieces."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.model.tokenizer import Tokenizer
from asr_app.training.language.build import LanguageSettings, made_up_sentences
from asr_app.training.language.pronouncing import PronouncingDictionary
from asr_app.training.language.text import prepare

_MOST_JOINED_WORDS = 40


@dataclass(frozen=True, eq=False)
class PieceText:
    """Strings of pieces, one after the other.

    Attributes:
        pieces: (pieces,) of all strings.
        ends: (strings,) position after the last piece of each.
        words: How many they spell.
    """

    pieces: NDArray[np.uint16]
    ends: NDArray[np.int64]
    words: int

    def __len__(self) -> int:
        """Number of strings."""
        return len(self.ends)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(strings,) pieces in each."""
        return np.diff(self.ends, prepend=0)

    def string(self, number: int) -> NDArray[np.uint16]:
        """The pieces of one string."""
        return self.pieces[self.ends[number - 1] if number else 0 : self.ends[number]]

    def save(self, path: Path) -> None:
        """Write a file that appears when it is whole."""
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez(file, pieces=self.pieces, ends=self.ends, words=np.array([self.words]))
        partial.replace(path)

    @staticmethod
    def load(path: Path) -> PieceText:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return PieceText(arrays["pieces"], arrays["ends"], int(arrays["words"][0]))


def read_pieces(
    sources: Sequence[Path],
    tokenizer: Tokenizer,
    dictionary: PronouncingDictionary,
    settings: LanguageSettings,
    join: float,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> PieceText:
    """Prepare text as for the n-gram model and spell it in pieces.

    Args:
        sources: Texts and manifests, as `find_sources` gives them.
        tokenizer: Of the bundle.
        dictionary: Words that tell quotation marks from apostrophes, and to be spelled.
        settings: Those of the n-gram model and of the vocabulary do not matter.
        join: Chance that a sentence of a text goes on with the next one, as speech between two pauses does.
        on_progress: Told bytes of text read and in all.

    Raises:
        LanguageModelError: A text cannot be read.
        ManifestError: A manifest is not valid.
    """
    manifests = [path for path in sources if path.suffix == ".jsonl"]
    texts = [path for path in sources if path not in manifests]
    chance = random.Random(settings.seed)
    with tempfile.TemporaryDirectory(prefix="text-") as folder:
        running, single = Path(folder) / "running.txt", Path(folder) / "single.txt"
        with running.open("w", encoding="utf-8") as file:
            prepare(texts, file, dictionary, {}, (), on_progress, settings.every)
        with single.open("w", encoding="utf-8") as file:
            made = made_up_sentences(sources, settings, dictionary)
            prepare(manifests, file, dictionary, settings.weights, made)
        with running.open(encoding="utf-8") as read, single.open(encoding="utf-8") as more:
            return spell_lines([*joined(read, join, chance), *(line.strip() for line in more)], tokenizer)


def joined(lines: Iterable[str], join: float, chance: random.Random) -> Iterator[str]:
    """Put some sentences together with the next; see `read_pieces`."""
    held: list[str] = []
    for line in lines:
        words = line.split()
        if held and (len(held) + len(words) > _MOST_JOINED_WORDS or chance.random() >= join):
            yield " ".join(held)
            held = []
        held += words
    if held:
        yield " ".join(held)


def spell_lines(lines: Iterable[str], tokenizer: Tokenizer) -> PieceText:
    """Spell each line as one string."""
    parts: list[NDArray[np.uint16]] = []
    words = 0
    for line in lines:
        words += line.count(" ") + 1
        parts.append(np.array(tokenizer.encode(line), np.uint16))
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return PieceText(np.concatenate([*parts, np.zeros(0, np.uint16)]), ends, words)
