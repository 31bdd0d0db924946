"""Words and phrases of a person inside the search for words.

flashlight-text asks KenLM for every word and has no place for a bonus. The bonus therefore comes with the
sound: each of these words ends in a phone of its own, a copy of its last phone's scores raised by the bonus.
The last phone of a word lasts one frame in this search, so the bonus counts once. The tree of pronunciations
knows of it too, so that the words are not dropped before they end. Nothing of this costs more than a few
columns of scores.

A phrase is one entry of the tree, whose words are taken apart afterwards.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.sound_rules import respell
from asr_app.decoding.word_model import WordModel

Sounds = tuple[int, ...]

USUAL_BOOST = 5.0
"""Natural logarithm, for a weight of 1; the boost of a phrase grows by half for each further word."""

_PART_SHARE = 0.5
"""Of the boost goes to each single word of a phrase, unless it is common."""

_COMMON = -4.5
"""log10 P of words from which on they are common."""

_LEAST_LANGUAGE = -5.0
"""log10 P that the language model gives a word of the person's at least, in place of an unknown word's."""

_LIFT_STEP = 0.5
"""To this the difference between the two is rounded, so that words share columns."""


@dataclass(frozen=True)
class UserPhrase:
    """One word or phrase that can be said.

    Attributes:
        words: As they come out of the search.
        ways: For each way to say it the phones of each word.
        boost: 1: as usual.
        apart: Whether the phones of each word are known to be its own, so that it can be heard alone.
    """

    words: tuple[str, ...]
    ways: tuple[tuple[Sounds, ...], ...]
    boost: float = 1.0
    apart: bool = True

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(self.words)


@dataclass(frozen=True)
class UserEnding:
    """The last phone of words that are equally preferred.

    Attributes:
        phone: Whose scores are copied.
        boost: Natural logarithm.
        lift: log10 by which the language model's score is too low.
        further_words: How many words more than one end here.
    """

    phone: int
    boost: float
    lift: float
    further_words: int

    def raised(self, language_model: float, word_score: float) -> float:
        """By how much its scores are higher, natural logarithm, with a search's weights."""
        return self.boost + language_model * self.lift + word_score * self.further_words


@dataclass(frozen=True)
class TreeEntry:
    """What the tree of pronunciations gets.

    Attributes:
        label: Number of the word or phrase.
        path: Phones and, at the end, the place of its `UserEnding`, counted after phones and blank.
        score: log10 P by the language model, lift included and boost left out.
        boost: Natural logarithm.
    """

    label: int
    path: Sounds
    score: float
    boost: float


def new_texts(phrases: Iterable[UserPhrase], known: Container[str]) -> list[str]:
    """Words and phrases that a dictionary lacks, which therefore need labels of their own, each once."""
    return list(dict.fromkeys(unit.text for unit in _units(phrases) if unit.text not in known))


class UserWords:
    """What the search needs to know of them.

    Attributes:
        endings: Further columns of the scores, after the blank.
        entries: For the tree.
    """

    def __init__(self, phrases: Sequence[UserPhrase], phones: Sequence[str], model: WordModel) -> None:
        """Prepare phrases; the vocabulary of `model` has their `new_texts`."""
        self._phones = tuple(phones)
        self._model = model
        self._unknown = self._language_of(model.unknown)
        self._single = {word for phrase in phrases for word in phrase.words}
        self._cuts: dict[tuple[str, Sounds], tuple[int, ...]] = {}
        columns: dict[UserEnding, int] = {}
        entries: dict[tuple[int, Sounds], TreeEntry] = {}
        for unit in _units(phrases):
            label = model.dictionary.get_index(unit.text)
            plain = self._language_of(label)
            if unit.is_part and plain >= _COMMON and plain != self._unknown:
                continue
            lift = self._lift(unit.words, plain)
            for way in unit.ways:
                sounds = tuple(phone for word in way for phone in word)
                ending = UserEnding(sounds[-1], round(unit.boost, 3), lift, len(unit.words) - 1)
                column = len(phones) + 1 + columns.setdefault(ending, len(columns))
                self._cuts.setdefault((unit.text, sounds), tuple(map(len, way)))
                entry = TreeEntry(label, (*sounds[:-1], column), plain + lift, unit.boost)
                known = entries.get((label, sounds))
                if known is None or known.boost < entry.boost:
                    entries[label, sounds] = entry
        self.endings = tuple(columns)
        self.entries = tuple(entries.values())

    def _language_of(self, label: int) -> float:
        return float(self._model.kenlm.score(self._model.kenlm.start(True), label)[1])

    def _lift(self, words: Sequence[str], plain: float) -> float:
        """What the language model's score lacks to that of the words one by one, each raised to the least."""
        state, wanted = self._model.kenlm.start(True), 0.0
        for word in words:
            state, score = self._model.kenlm.score(state, self._model.dictionary.get_index(word))
            wanted += max(float(score), _LEAST_LANGUAGE)
        return round((wanted - plain) / _LIFT_STEP) * _LIFT_STEP

    def extend(self, phone_log_probs: LogProbs, language_model: float, word_score: float) -> LogProbs:
        """Append the columns of the endings: (frames, phones + 1) to (frames, phones + 1 + endings)."""
        raised = np.array(
            [ending.raised(language_model, word_score) for ending in self.endings], dtype=np.float32
        )
        copies = phone_log_probs[:, [ending.phone for ending in self.endings]]
        return np.concatenate([phone_log_probs, copies + raised], axis=1)

    def ending(self, token: int) -> UserEnding | None:
        """The ending of a column; None for those of phones and the blank."""
        place = token - len(self._phones) - 1
        return self.endings[place] if place >= 0 else None

    def cut(self, text: str, sounds: Sounds) -> list[tuple[str, int]]:
        """Take a word or phrase apart: its words, and how many phones each has."""
        lengths = self._cuts.get((text, sounds))
        return list(zip(text.split(" "), lengths, strict=True)) if lengths else [(text, len(sounds))]

    def respelled(self, text: str, sounds: Sounds) -> str:
        """Spell a word or phrase as it sounds."""
        words, start = [], 0
        for _, length in self.cut(text, sounds):
            words.append(respell(tuple(self._phones[phone] for phone in sounds[start : start + length])))
            start += length
        return " ".join(words)

    def language(self, words: Sequence[str]) -> float:
        """log10 P of a sentence and its end, the person's words raised to the least."""
        *scores, end = self._model.score(words)
        raised = (
            max(score, _LEAST_LANGUAGE) if word in self._single else score
            for word, score in zip(words, scores, strict=True)
        )
        return sum(raised) + end


@dataclass(frozen=True)
class _Unit:
    """What gets a label: a phrase, or one of its words (`is_part`); the boost is a natural logarithm."""

    words: tuple[str, ...]
    ways: tuple[tuple[Sounds, ...], ...]
    boost: float
    is_part: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.words)


def _units(phrases: Iterable[UserPhrase]) -> Iterator[_Unit]:
    for phrase in phrases:
        further = len(phrase.words) - 1
        boost = USUAL_BOOST * phrase.boost
        yield _Unit(phrase.words, phrase.ways, boost * (1 + further / 2))
        if further and phrase.apart:
            for place, word in enumerate(phrase.words):
                ways = tuple(dict.fromkeys((way[place],) for way in phrase.ways))
                yield _Unit((word,), ways, boost * _PART_SHARE, is_part=True)


def look_ahead(entry: TreeEntry, language_model: float) -> float:
    """The score of an entry in the tree, which has the language model's unit, log10."""
    return entry.score + entry.boost / language_model if language_model > 0 else entry.score
