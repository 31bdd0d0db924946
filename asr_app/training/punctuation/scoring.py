"""Precision, recall and F1 of marks and capitals, and the rules one would have without a network."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from asr_app.punctuation.tagger import MARKS, Capitals, Tag
from asr_app.training.punctuation.text import UNCERTAIN, PrintedWord, printed_words

ENDS = (".", "?", "!")
ANY_MARK = "any mark"
NAMES, EGO, DISPLAYED = "names", "I", "displayed"
_EGO = frozenset(("i", "i'm", "i'll", "i've", "i'd"))

Predict = Callable[[Sequence[str]], Sequence[Tag]]


@dataclass(frozen=True)
class Utterance:
    """Words and what was printed with them.

    Attributes:
        words: In lower case.
        marks: After each: one of `MARKS`, or `UNCERTAIN`, which is not counted.
        capitals: Each word's own; None where they are not known.
        begins: Whether a sentence begins with the first word.
    """

    words: tuple[str, ...]
    marks: tuple[str, ...]
    capitals: tuple[Capitals | None, ...]
    begins: bool = True


@dataclass
class Count:
    """Of one mark, or of one kind of capitals.

    Attributes:
        right: Given where wanted.
        given: By the program.
        wanted: By the print.
    """

    right: int = 0
    given: int = 0
    wanted: int = 0

    def add(self, given: bool, wanted: bool) -> None:
        """Count one word."""
        self.right += given and wanted
        self.given += given
        self.wanted += wanted

    @property
    def precision(self) -> float:
        """Share of what was given that is right; 0 when nothing was given."""
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was given."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.given + self.wanted
        return 2 * self.right / both if both else 0.0


@dataclass
class Score:
    """How well something punctuates.

    Attributes:
        words: Seen.
        counts: By mark; `ANY_MARK`: whether there is one at all; `NAMES`: capitals of words that are not "I"
            and the like, where no sentence begins; `EGO`: of those; `DISPLAYED`: capitals of the text as a
            person sees it, starts of sentences included.
    """

    words: int = 0
    counts: dict[str, Count] = field(default_factory=dict)

    def count(self, name: str) -> Count:
        """The one of this name."""
        return self.counts.setdefault(name, Count())


def score(utterances: Iterable[Utterance], predict: Predict) -> Score:
    """Compare what is predicted with what was printed."""
    total = Score(counts={name: Count() for name in (*MARKS[1:], ANY_MARK, NAMES, EGO, DISPLAYED)})
    for utterance in utterances:
        total.words += len(utterance.words)
        _add(total, utterance, predict(utterance.words))
    return total


def _add(total: Score, utterance: Utterance, tags: Sequence[Tag]) -> None:
    begins: bool | None = utterance.begins
    given_begins = utterance.begins
    for word, mark, capitals, tag in zip(
        utterance.words, utterance.marks, utterance.capitals, tags, strict=True
    ):
        if mark != UNCERTAIN:
            total.count(ANY_MARK).add(bool(tag.mark), bool(mark))
            for name in {mark, tag.mark} - {""}:
                total.count(name).add(tag.mark == name, mark == name)
        own = tag.capitals is not Capitals.LOWER
        if capitals is not None:
            wanted = capitals is not Capitals.LOWER
            total.count(EGO if word in _EGO else NAMES).add(own, wanted)
        if begins or (begins is not None and capitals is not None):
            displayed = bool(begins) or (capitals is not None and capitals is not Capitals.LOWER)
            total.count(DISPLAYED).add(given_begins or own, displayed)
        begins = None if mark == UNCERTAIN else mark in ENDS
        given_begins = tag.mark in ENDS


def rules(words: Sequence[str]) -> list[Tag]:
    """What one would do without a network: a full stop at the end, "I" with a capital."""
    return [
        Tag(
            "." if place == len(words) - 1 else "",
            Capitals.CAPITAL if word in _EGO else Capitals.LOWER,
        )
        for place, word in enumerate(words)
    ]


def printed_utterances(lines: Iterable[str], known: Container[str], every: int = 1) -> Iterator[Utterance]:
    """Cut a written text into utterances of two sentences.

    Args:
        lines: Paragraphs.
        known: Words of a dictionary; see `printed_words`.
        every: Use each n-th line only.
    """
    for number, line in enumerate(lines):
        if number % every == 0:
            yield from utterances_of(printed_words(line, known))


def utterances_of(words: Iterable[PrintedWord], sentences: int = 2) -> Iterator[Utterance]:
    """Cut a printed text into utterances of so many sentences."""
    kept: list[PrintedWord] = []
    ended = 0
    for word in words:
        kept.append(word)
        ended += word.mark in ENDS
        if ended == sentences:
            yield _utterance(kept)
            kept, ended = [], 0
    if kept:
        yield _utterance(kept)


def _utterance(words: Sequence[PrintedWord]) -> Utterance:
    return Utterance(
        tuple(word.text for word in words),
        tuple(word.mark for word in words),
        # What a sentence begins with has its capital from there.
        tuple(None if word.starts else word.capitals for word in words),
    )


def displayed(utterance: Utterance, tags: Sequence[Tag] | None = None) -> str:
    """The text with the marks and capitals of the print, or of a prediction."""
    shown, begins = [], utterance.begins
    for place, word in enumerate(utterance.words):
        mark = tags[place].mark if tags is not None else utterance.marks[place]
        own = tags[place].capitals if tags is not None else utterance.capitals[place] or Capitals.LOWER
        text = word.upper() if own is Capitals.UPPER else word
        if begins or own is Capitals.CAPITAL:
            text = text[:1].upper() + text[1:]
        shown.append(text + mark)
        begins = mark in ENDS
    return " ".join(shown)
