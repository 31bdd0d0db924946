"""What a training shows the network: stretches of text as utterances are, some with misheard words.

People pause inside sentences and run sentences together, so a window holds one to four sentences and begins
or ends inside one at times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.punctuation.tagger import MARKS, Capitals
from asr_app.training.punctuation.data import IGNORED, Labelled

_INNER_MARKS = (MARKS.index(","), MARKS.index(":"))


@dataclass(frozen=True)
class WindowSettings:
    """How windows are made.

    Attributes:
        shares: How often each part of the data is drawn from.
        sentences: How often a window has one, two, three … sentences.
        cut_start: Share that begins inside a sentence.
        cut_end: Share that ends inside one: half of them after a comma or a colon if there is one.
        longest_words: Longer ones end there.
        noisy: Share with mistakes.
        replaced: Share of the words of those that give way to a neighbour in the alphabet.
        dropped: Share that is missing.
        added: Share after which a word is said that does not belong there.
    """

    shares: tuple[tuple[str, float], ...] = (("books", 0.84), ("modern", 0.09), ("made-up", 0.07))
    sentences: tuple[float, ...] = (0.4, 0.3, 0.18, 0.12)
    cut_start: float = 0.2
    cut_end: float = 0.25
    longest_words: int = 60
    noisy: float = 0.35
    replaced: float = 0.05
    dropped: float = 0.02
    added: float = 0.015


@dataclass(frozen=True)
class Windows:
    """Windows of the same length.

    Attributes:
        words: Indices into the word list, (windows, words).
        marks: See `Labelled`, (windows, words).
        capitals: The same.
    """

    words: NDArray[np.int32]
    marks: NDArray[np.uint8]
    capitals: NDArray[np.uint8]


_Window = tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]]


class WindowMaker:
    """Draws windows from texts.

    Attributes:
        settings: How.
    """

    def __init__(self, parts: Mapping[str, Labelled], vocabulary: int, settings: WindowSettings) -> None:
        """Take the texts of `settings.shares` and the number of words in the word list."""
        self.settings = settings
        self._parts = [parts[name] for name, _ in settings.shares]
        shares = np.array([share for _, share in settings.shares])
        self._shares = shares / shares.sum()
        self._sentences = np.array(settings.sentences) / sum(settings.sentences)
        self._vocabulary = vocabulary

    def batches(self, count: int, batch_words: int, seed: tuple[int, ...]) -> list[Windows]:
        """Draw windows and put those of equal length together.

        Args:
            count: Of windows.
            batch_words: Most words of a batch.
            seed: The same gives the same.
        """
        chance = np.random.default_rng(seed)
        by_length: dict[int, list[_Window]] = defaultdict(list)
        for window in self.draw(count, chance):
            by_length[len(window[0])].append(window)
        found = []
        for length, group in sorted(by_length.items()):
            most = max(1, batch_words // length)
            for start in range(0, len(group), most):
                part = group[start : start + most]
                found.append(Windows(*(np.stack(rows) for rows in zip(*part, strict=True))))
        chance.shuffle(found)
        return found

    def draw(self, count: int, chance: np.random.Generator) -> Iterator[_Window]:
        """Draw windows, one after the other."""
        for part in chance.choice(len(self._parts), count, p=self._shares):
            window = self._cut(self._parts[part], chance)
            if chance.random() < self.settings.noisy:
                window = self._disturbed(window, chance)
            if len(window[0]):
                yield window

    def _cut(self, text: Labelled, chance: np.random.Generator) -> _Window:
        settings, starts = self.settings, text.starts
        first = int(chance.integers(len(starts)))
        last = first + 1 + int(chance.choice(len(self._sentences), p=self._sentences))
        begin = int(starts[first])
        end = int(starts[last]) if last < len(starts) else len(text.words)
        first_end = int(starts[first + 1]) if first + 1 < len(starts) else end
        last_begin = int(starts[min(last, len(starts)) - 1])
        if chance.random() < settings.cut_start and first_end - begin > 1:
            begin = int(chance.integers(begin + 1, first_end))
        if chance.random() < settings.cut_end:
            end = self._inside(text, max(begin, last_begin), end, chance)
        part = slice(begin, min(end, begin + settings.longest_words))
        return text.words[part].copy(), text.marks[part].copy(), text.capitals[part].copy()

    def _inside(self, text: Labelled, begin: int, end: int, chance: np.random.Generator) -> int:
        if end - begin < 2:
            return end
        inner = np.flatnonzero(np.isin(text.marks[begin : end - 1], _INNER_MARKS))
        if len(inner) and chance.random() < 0.5:
            return begin + int(chance.choice(inner)) + 1
        return int(chance.integers(begin + 1, end))

    def _disturbed(self, window: _Window, chance: np.random.Generator) -> _Window:
        words, marks, capitals = window
        settings = self.settings
        luck = chance.random(len(words))
        replaced = luck < settings.replaced
        steps = chance.integers(1, 20, len(words)) * chance.choice((-1, 1), len(words))
        words[replaced] = np.clip(words[replaced] + steps[replaced], 0, self._vocabulary - 1)
        # What a misheard name is written with is not known.
        capitals[replaced & (capitals != Capitals.LOWER)] = IGNORED
        dropped = (luck >= settings.replaced) & (luck < settings.replaced + settings.dropped)
        for place in np.flatnonzero(dropped[1:]) + 1:
            if marks[place] and not marks[place - 1]:
                marks[place - 1] = marks[place]
        words, marks, capitals = words[~dropped], marks[~dropped], capitals[~dropped]
        places = np.flatnonzero(chance.random(len(words)) < settings.added)
        strange = chance.integers(0, self._vocabulary, len(places))
        return (
            np.insert(words, places, strange.astype(words.dtype)),
            np.insert(marks, places, 0),
            np.insert(capitals, places, IGNORED),
        )
