"""The texts of a training as NumPy arrays, prepared once and kept on the disk."""

from __future__ import annotations

import json
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_app.errors import ManifestError
from asr_app.model.tokenizer import Tokenizer
from asr_app.punctuation.tagger import MARKS, Capitals
from asr_app.training.punctuation.books import Block, HeldOut, hold_out, read_blocks
from asr_app.training.punctuation.sentences import made_up_sentences
from asr_app.training.punctuation.text import UNCERTAIN, PrintedWord, printed_words

IGNORED = 255
"""In place of a mark or of capitals: nothing is learned there."""

PARTS = ("books", "modern", "made-up", "tuning", "held-out", "modern-held-out", "modern-dev")
_DONE = "done.json"
_TUNING, _HELD_OUT = 2, 6
"""Stretches of the file kept for choosing thresholds, and for the figures."""
_MODERN = ("common-voice", "vctk", "ljspeech")
"""Corpora whose published transcripts have marks that can be trusted, in a part of the lines at least."""
_MODERN_SHARE = 8
"""One modern sentence in so many is held out, chosen by its text alone."""
_MADE_UP = 20_000
_EVERY = 4
"""One block of 3,000 words in so many is used: more than a training sees in an hour, of every book."""
_SURE_OF_CASE, _LEAST_SEEN = 0.9, 3


@dataclass(frozen=True)
class Labelled:
    """A text, its words one after the other.

    Attributes:
        words: Indices into the word list, (words,).
        marks: Indices into `MARKS` or `IGNORED`, (words,).
        capitals: `Capitals` or `IGNORED`, (words,); a word at the start of a sentence has those it has
            elsewhere.
        starts: Where sentences begin, in ascending order, (sentences,).
    """

    words: NDArray[np.int32]
    marks: NDArray[np.uint8]
    capitals: NDArray[np.uint8]
    starts: NDArray[np.int32]


@dataclass(frozen=True)
class PunctuationData:
    """All that a training and its evaluation read.

    Attributes:
        vocabulary: The words, in alphabetical order.
        pieces: Subword pieces of all words, one after the other.
        piece_ends: Index after the last piece of each word, (vocabulary,).
        parts: By name; see `PARTS`.
    """

    vocabulary: list[str]
    pieces: NDArray[np.int16]
    piece_ends: NDArray[np.int64]
    parts: dict[str, Labelled]

    def pieces_of(self, word: int) -> NDArray[np.int16]:
        """Subword pieces of a word."""
        start = int(self.piece_ends[word - 1]) if word else 0
        return self.pieces[start : int(self.piece_ends[word])]


class _Growing:
    """A text while it is read."""

    def __init__(self, index: dict[str, int]) -> None:
        self._index = index
        self.words, self.marks, self.capitals = array("i"), array("B"), array("B")
        self.initial, self.starts = array("B"), array("i")

    def add(self, words: Sequence[PrintedWord]) -> None:
        """Add a paragraph or a sentence."""
        fresh = True
        for word in words:
            # A quotation begins something, but no sentence of what is said without quotation marks.
            if fresh:
                self.starts.append(len(self.words))
            self.words.append(self._index.setdefault(word.text, len(self._index)))
            self.marks.append(IGNORED if word.mark == UNCERTAIN else MARKS.index(word.mark))
            self.capitals.append(word.capitals)
            self.initial.append(word.starts)
            fresh = word.mark in (".", "?", "!")


def prepare(
    folder: Path,
    corpus: Path,
    tokenizer: Tokenizer,
    known: Container[str],
    tell: Callable[[str], None] = lambda sentence: None,
) -> PunctuationData:
    """Read the texts, or the arrays that an earlier call has left in `folder`.

    Args:
        folder: Made when absent; what a kill left there half done is made again.
        corpus: Holds `text/books.txt.xz`, `train.jsonl` and `dev-cv.jsonl`.
        tokenizer: Of the recogniser.
        known: Words of its dictionary.
        tell: Told how far it is.

    Raises:
        LanguageModelError: The books cannot be read.
        ManifestError: A manifest cannot be read.
    """
    if not (folder / _DONE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, corpus, tokenizer, known, tell)
    return load(folder)


def load(folder: Path) -> PunctuationData:
    """Read the arrays that `prepare` has left."""
    parts = {
        name: Labelled(
            *(np.load(folder / f"{name}.{kind}.npy") for kind in ("words", "marks", "capitals", "starts"))
        )
        for name in PARTS
    }
    vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    pieces, ends = np.load(folder / "pieces.npy"), np.load(folder / "piece-ends.npy")
    return PunctuationData(vocabulary, pieces, ends, parts)


def _write(
    folder: Path, corpus: Path, tokenizer: Tokenizer, known: Container[str], tell: Callable[[str], None]
) -> None:
    blocks = read_blocks(corpus / "text" / "books.txt.xz")
    stretches = hold_out(blocks, _TUNING + _HELD_OUT)
    tuning = [stretch for number, stretch in enumerate(stretches) if number % 4 == 1]
    held_out = [stretch for stretch in stretches if stretch not in tuning]
    index: dict[str, int] = {}
    texts = {name: _Growing(index) for name in PARTS}
    for number, block in enumerate(blocks):
        part = _part(number, tuning, held_out) if number % _EVERY == 0 else ""
        for paragraph in block.paragraphs() if part else ():
            texts[part].add(printed_words(paragraph, known))
        if number % 100 == 0:
            tell(f"block {number:,} of {len(blocks):,}")
    for part, sentence in _modern(corpus):
        texts[part].add(printed_words(sentence, known))
    for words in made_up_sentences(_MADE_UP, seed=0):
        texts["made-up"].add(words)
    _save(folder, texts, index, tokenizer)
    report = {
        "stretches": {
            kind: [_described(blocks, stretch) for stretch in chosen]
            for kind, chosen in (("tuning", tuning), ("held-out", held_out))
        },
        "words": {name: len(text.words) for name, text in texts.items()},
        "sentences": {name: len(text.starts) for name, text in texts.items()},
    }
    (folder / _DONE).write_text(f"{json.dumps(report, indent=2)}\n", encoding="utf-8")


def _part(number: int, tuning: Sequence[HeldOut], held_out: Sequence[HeldOut]) -> str:
    for name, chosen in (("tuning", tuning), ("held-out", held_out)):
        if any(number in stretch.inside for stretch in chosen):
            return name
    return "" if any(stretch.touches(number) for stretch in (*tuning, *held_out)) else "books"


def _described(blocks: Sequence[Block], stretch: HeldOut) -> dict[str, object]:
    names = sum((blocks[number].names for number in stretch.inside), start=Counter[str]())
    return {"blocks": [stretch.first, stretch.end], "names": [name for name, _ in names.most_common(8)]}


def _modern(corpus: Path) -> Iterator[tuple[str, str]]:
    """Sentences with marks, each once, and where they belong; none of dev-cv is learned from."""
    development = _raw_texts(corpus / "dev-cv.jsonl")
    seen = set()
    for text in development:
        if text not in seen:
            seen.add(text)
            yield "modern-dev", text
    for text in _raw_texts(corpus / "train.jsonl"):
        if text not in seen:
            seen.add(text)
            held = zlib.crc32(text.encode()) % _MODERN_SHARE == 0
            yield ("modern-held-out" if held else "modern"), text


def _raw_texts(manifest: Path) -> Iterable[str]:
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise ManifestError(f"The manifest “{manifest.name}” cannot be read.", "Check its path.") from error
    for line in found:
        text = str(line.get("raw_text", "")).strip()
        marked = text[-1:] in '.?!"' or (line.get("corpus") == "ljspeech" and any(c in text for c in ",.;"))
        if text and line.get("corpus") in _MODERN and marked and not text.isupper():
            yield text


def _save(folder: Path, texts: dict[str, _Growing], index: dict[str, int], tokenizer: Tokenizer) -> None:
    # In alphabetical order neighbours sound alike: that is where mishearings come from.
    vocabulary = sorted(index)
    place = np.empty(len(vocabulary), np.int32)
    place[[index[word] for word in vocabulary]] = np.arange(len(vocabulary), dtype=np.int32)
    learned = [texts[name] for name in ("books", "modern")]
    usual = _usual_capitals(learned, len(vocabulary))
    for name, text in texts.items():
        words = np.frombuffer(text.words, np.int32) if text.words else np.empty(0, np.int32)
        capitals = np.array(text.capitals, np.uint8)
        initial = np.array(text.initial, bool)
        capitals[initial] = usual[words[initial]]
        if name in ("books", "tuning", "held-out"):
            # Whole words in capitals shout in novels; they are no abbreviations.
            capitals[capitals == Capitals.UPPER] = IGNORED
        arrays: dict[str, NDArray[Any]] = {
            "words": place[words],
            "marks": np.array(text.marks, np.uint8),
            "capitals": capitals,
            "starts": np.array(text.starts, np.int32),
        }
        for kind, values in arrays.items():
            np.save(folder / f"{name}.{kind}.npy", values)
    pieces = [tokenizer.encode(word) for word in vocabulary]
    np.save(folder / "pieces.npy", np.array([piece for word in pieces for piece in word], np.int16))
    np.save(folder / "piece-ends.npy", np.cumsum([len(word) for word in pieces]))
    (folder / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")


def _usual_capitals(texts: Sequence[_Growing], size: int) -> NDArray[np.uint8]:
    """What each word is printed with inside sentences; `IGNORED` where that is not always the same."""
    lower, capital = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for text in texts:
        words, kinds = np.array(text.words, np.int32), np.array(text.capitals, np.uint8)
        inside = ~np.array(text.initial, bool)
        lower += np.bincount(words[inside & (kinds == Capitals.LOWER)], minlength=size)
        capital += np.bincount(words[inside & (kinds == Capitals.CAPITAL)], minlength=size)
    total = lower + capital
    usual = np.full(size, IGNORED, np.uint8)
    seen = total >= _LEAST_SEEN
    usual[seen & (lower > _SURE_OF_CASE * total)] = Capitals.LOWER
    usual[seen & (capital > _SURE_OF_CASE * total)] = Capitals.CAPITAL
    return usual
