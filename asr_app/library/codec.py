"""A transcript's words as one text and a few bytes a word.

The text is what the search reads: words with a space between them, a line per segment. The bytes hold the
rest in columns (segments: start, end, number of words; words: start counted from the word before, duration,
confidence, length of the text), little-endian, compressed with zlib. Times are whole milliseconds, confidence
thousandths, as in the JSON files.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from asr_app.transcription.types import Segment, Word

FORMAT = 1
MARKS = ("\x01", "\x02")
"""The search sets these around what it found; a text cannot have them."""

_UNMARKED = str.maketrans(dict.fromkeys("".join(MARKS)))


@dataclass(frozen=True)
class PackedWords:
    """See the module.

    Attributes:
        text: The words.
        data: Everything else.
    """

    text: str
    data: bytes


def pack(segments: Sequence[Segment]) -> PackedWords:
    """Pack segments; see `unpack`."""
    parts: list[list[int]] = [[], [], []]
    columns: list[list[int]] = [[], [], [], []]
    lines = []
    before_ms = 0
    for segment in segments:
        for part, value in zip(
            parts, (_ms(segment.start_s), _ms(segment.end_s), len(segment.words)), strict=True
        ):
            part.append(value)
        texts = [_plain(word.text) for word in segment.words]
        for word, text in zip(segment.words, texts, strict=True):
            start_ms = _ms(word.start_s)
            values = (
                start_ms - before_ms,
                _ms(word.end_s) - start_ms,
                round(word.confidence * 1000),
                len(text),
            )
            for column, value in zip(columns, values, strict=True):
                column.append(value)
            before_ms = start_ms
        lines.append(" ".join(texts))
    numbers = array("i", [len(parts[0]), len(columns[0])])
    for column in (*parts, *columns):
        numbers.extend(column)
    return PackedWords("\n".join(lines), bytes([FORMAT]) + zlib.compress(_little_endian(numbers)))


def unpack(packed: PackedWords) -> tuple[Segment, ...]:
    """The segments, with times to the millisecond.

    Raises:
        ValueError: The bytes and the text do not belong together, or are of a newer format.
    """
    table = _table(packed)
    segments = []
    word, place, now_ms = 0, 0, 0
    for start_ms, end_ms, count in zip(*table.segments, strict=True):
        words = []
        for index in range(word, word + count):
            now_ms += table.words[0][index]
            length = table.words[3][index]
            words.append(
                Word(
                    packed.text[place : place + length],
                    now_ms / 1000,
                    (now_ms + table.words[1][index]) / 1000,
                    table.words[2][index] / 1000,
                )
            )
            place += length + 1
        # A line without words has its end all the same.
        place += not count
        word += count
        segments.append(Segment(tuple(words), start_ms / 1000, end_ms / 1000))
    if place != len(packed.text) + 1 and segments:
        raise ValueError("the words and their times do not fit together")
    return tuple(segments)


@dataclass(frozen=True)
class WordPlace:
    """A word by where its text stands: its segment, its index in it, its start and its characters."""

    segment: int
    word: int
    start_s: float
    first: int
    end: int


def word_places(packed: PackedWords) -> list[WordPlace]:
    """All words in order.

    Raises:
        ValueError: As for `unpack`.
    """
    table = _table(packed)
    starts_ms = list(accumulate(table.words[0]))
    places = []
    index, place = 0, 0
    for segment, count in enumerate(table.segments[2]):
        for word in range(count):
            length = table.words[3][index]
            places.append(WordPlace(segment, word, starts_ms[index] / 1000, place, place + length))
            place += length + 1
            index += 1
        place += not count
    return places


@dataclass(frozen=True)
class _Table:
    segments: Sequence[Sequence[int]]
    words: Sequence[Sequence[int]]


def _table(packed: PackedWords) -> _Table:
    if not packed.data or packed.data[0] != FORMAT:
        raise ValueError("the words are of another format")
    numbers = array("i")
    try:
        numbers.frombytes(zlib.decompress(packed.data[1:]))
    except (zlib.error, ValueError) as error:
        raise ValueError("the words are damaged") from error
    if sys.byteorder == "big":
        numbers.byteswap()
    values = numbers.tolist()
    segments, words = values[:2] if len(values) >= 2 else (-1, -1)
    if min(segments, words) < 0 or len(values) != 2 + 3 * segments + 4 * words:
        raise ValueError("the words are damaged")
    cut = 2 + 3 * segments
    table = _Table(
        [values[2 + index * segments : 2 + (index + 1) * segments] for index in range(3)],
        [values[cut + index * words : cut + (index + 1) * words] for index in range(4)],
    )
    if sum(table.segments[2]) != words:
        raise ValueError("the words are damaged")
    return table


def _little_endian(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _plain(text: str) -> str:
    return text.translate(_UNMARKED).encode("utf-8", "replace").decode()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def preview_of(segments: Iterable[Segment], characters: int = 160) -> str:
    """The beginning of a text as one line."""
    text = ""
    for segment in segments:
        text = f"{text} {segment.text}".strip()
        if len(text) > characters:
            return _plain(text[: characters - 1].rstrip()) + "…"
    return _plain(text)
