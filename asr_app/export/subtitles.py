"""Subtitle rules: where a transcript is cut into cues and lines, and how long each cue stands.

The cuts are the cheapest ones over a whole stretch of speech (dynamic programming over the words, as line
breaking in TeX), so that a cue ends after a sentence, a clause or a pause wherever the rules leave the
choice. The default figures are those of Netflix's Timed Text Style Guide (42 characters, 2 lines, 5/6 to
7 seconds, 2 frames between cues), with 17 characters a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from asr_app.export.document import Paragraph, Piece

_SENTENCE = (".", "!", "?", "…", ":", ";")
_CLAUSE = (",", "\N{EN DASH}", "—", ")")
_CLOSING = "\"'”\N{RIGHT SINGLE QUOTATION MARK}»)]"

# Costs of a cut; only their order and rough size matter.
_PER_CUE = 1.0
_AFTER_SENTENCE, _AFTER_CLAUSE, _INSIDE = 0.0, 0.6, 3.0
_PER_MISSING_SHARE = 4.0
"""For a cue that stands for none of the time it takes to read; less in proportion."""
_SHORTEST_MS = 20


@dataclass(frozen=True)
class SubtitleRules:
    """What a subtitle may be.

    Attributes:
        line_characters: At most so many in a line; a longer word is broken.
        lines: At most so many in a cue.
        min_duration_s: A cue stands so long where the speech after it leaves the time.
        max_duration_s: No cue stands longer.
        gap_s: At least so much between two cues.
        reading_cps: A cue stands long enough to be read at so many characters a second where the speech
            after it leaves the time; cuts are chosen so that it does.
        pause_s: After silence of this length a new cue begins.
    """

    line_characters: int = 42
    lines: int = 2
    min_duration_s: float = 0.833
    max_duration_s: float = 7.0
    gap_s: float = 0.083
    reading_cps: float = 17.0
    pause_s: float = 0.8

    def __post_init__(self) -> None:
        if self.line_characters < 1 or self.lines < 1:
            raise ValueError("a cue needs a line, and a line a character")
        if not 0 <= self.min_duration_s <= self.max_duration_s or self.max_duration_s < 0.1:
            raise ValueError("the longest duration is at least the shortest, and a tenth of a second")
        if self.gap_s < 0 or self.reading_cps <= 0 or self.pause_s <= 0:
            raise ValueError("gap, reading speed and pause are positive")


@dataclass(frozen=True)
class Cue:
    """One subtitle.

    Attributes:
        start_ms: On the recording's clock.
        end_ms: After `start_ms`.
        lines: At least one, none empty.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues_of(paragraphs: Sequence[Paragraph], rules: SubtitleRules) -> list[Cue]:
    """Cut display text into subtitles.

    No cue overlaps another or comes before it, whatever the times of the words. Where words follow each other
    within less than the gap, a cue begins late by at most that.
    """
    units = [
        _Unit(part, index == last)
        for paragraph in paragraphs
        for last in [len(paragraph.pieces) - 1]
        for index, piece in enumerate(paragraph.pieces)
        for part in _split(piece, rules.line_characters)
    ]
    groups = [
        group
        for stretch, after_s in _stretches(units, rules.pause_s)
        for group in _cut(stretch, after_s, rules)
    ]
    return _timed(groups, rules)


@dataclass(frozen=True)
class _Unit:
    piece: Piece
    ends_paragraph: bool


def _split(piece: Piece, width: int) -> list[Piece]:
    """A piece in parts no wider than a line."""
    if len(piece.text) <= width:
        return [piece]
    parts = [piece.text[at : at + width] for at in range(0, len(piece.text), width)]
    step_s = (piece.end_s - piece.start_s) / len(parts)
    return [
        Piece(part, piece.start_s + index * step_s, piece.start_s + (index + 1) * step_s, piece.confidence)
        for index, part in enumerate(parts)
    ]


def _stretches(units: list[_Unit], pause_s: float) -> Iterator[tuple[list[_Unit], float]]:
    """Speech between pauses, each with the start of what comes after it."""
    starts = [0] + [
        index
        for index, (one, two) in enumerate(pairwise(units), start=1)
        if two.piece.start_s - one.piece.end_s >= pause_s
    ]
    for start, end in pairwise([*starts, len(units)]):
        if start < end:
            yield units[start:end], units[end].piece.start_s if end < len(units) else math.inf


def _cut(units: list[_Unit], after_s: float, rules: SubtitleRules) -> list[list[Piece]]:
    """The cheapest cues of one stretch."""
    count = len(units)
    best = [0.0] + [math.inf] * count
    source = [0] * (count + 1)
    for first in range(count):
        for end in _ends(units, first, rules):
            next_s = units[end].piece.start_s if end < count else after_s
            cost = best[first] + _cost(units[first:end], next_s, rules)
            if end < count:
                cost += _cut_cost(units[end - 1], units[end])
            if cost < best[end]:
                best[end], source[end] = cost, first
    groups: list[list[Piece]] = []
    while count:
        groups.append([unit.piece for unit in units[source[count] : count]])
        count = source[count]
    return groups[::-1]


def _ends(units: list[_Unit], first: int, rules: SubtitleRules) -> Iterator[int]:
    """Where a cue that begins with a unit may end; after that unit in any case."""
    lines, width = 1, -1
    for index in range(first, len(units)):
        length = len(units[index].piece.text)
        if width + 1 + length <= rules.line_characters:
            width += 1 + length
        else:
            lines, width = lines + 1, length
        too_long = units[index].piece.end_s - units[first].piece.start_s > rules.max_duration_s
        if index > first and (lines > rules.lines or too_long):
            return
        yield index + 1


def _cost(units: list[_Unit], next_s: float, rules: SubtitleRules) -> float:
    start_s = units[0].piece.start_s
    wanted_s = _wanted_s(sum(len(unit.piece.text) + 1 for unit in units) - 1, rules)
    there_s = min(next_s - rules.gap_s - start_s, rules.max_duration_s)
    missing = min(1.0, max(0.0, wanted_s - there_s) / wanted_s) if wanted_s else 0.0
    return _PER_CUE + _PER_MISSING_SHARE * missing


def _wanted_s(characters: int, rules: SubtitleRules) -> float:
    return min(max(rules.min_duration_s, characters / rules.reading_cps), rules.max_duration_s)


def _cut_cost(before: _Unit, after: _Unit) -> float:
    bare = before.piece.text.rstrip(_CLOSING)
    if before.ends_paragraph or bare.endswith(_SENTENCE):
        return _AFTER_SENTENCE
    if before.piece.text.endswith(_CLAUSE) or bare.endswith(_CLAUSE):
        return _AFTER_CLAUSE
    pause_s = max(0.0, after.piece.start_s - before.piece.end_s)
    # Half a second of silence is as good as a comma.
    return max(_AFTER_CLAUSE, _INSIDE - pause_s * (_INSIDE - _AFTER_CLAUSE) / 0.5)


def _timed(groups: list[list[Piece]], rules: SubtitleRules) -> list[Cue]:
    gap_ms, longest_ms = _ms(rules.gap_s), _ms(rules.max_duration_s)
    cues: list[Cue] = []
    for index, group in enumerate(groups):
        start_ms = max(0, _ms(group[0].start_s))
        if cues:
            start_ms = max(start_ms, cues[-1].end_ms + gap_ms)
        lines = _wrapped([piece.text for piece in group], rules.line_characters)
        spoken_ms = _ms(max(piece.end_s for piece in group))
        wanted_ms = start_ms + _ms(_wanted_s(sum(map(len, lines)) + len(lines) - 1, rules))
        end_ms = min(max(spoken_ms, wanted_ms), start_ms + longest_ms)
        if index + 1 < len(groups):
            end_ms = min(end_ms, _ms(groups[index + 1][0].start_s) - gap_ms)
        cues.append(Cue(start_ms, max(end_ms, start_ms + _SHORTEST_MS), lines))
    return cues


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _wrapped(words: list[str], width: int) -> tuple[str, ...]:
    """Words in as few lines as they need, the lines of like length, cut after marks where there are some."""
    needed, room = 1, -1
    for word in words:
        if room + 1 + len(word) <= width:
            room += 1 + len(word)
        else:
            needed, room = needed + 1, len(word)
    # cheapest[k][i]: of the first i words in k lines.
    cheapest = [[0.0] + [math.inf] * len(words)]
    cut = [[0] * (len(words) + 1)]
    for line in range(1, needed + 1):
        cheapest.append([math.inf] * (len(words) + 1))
        cut.append([0] * (len(words) + 1))
        for end in range(line, len(words) + 1):
            length = -1
            for first in range(end - 1, line - 2, -1):
                length += 1 + len(words[first])
                if length > width:
                    break
                bonus = width * width / 16 if end < len(words) and _is_mark(words[end - 1]) else 0.0
                cost = cheapest[line - 1][first] + length * length - bonus
                if cost < cheapest[line][end]:
                    cheapest[line][end], cut[line][end] = cost, first
    lines: list[str] = []
    end = len(words)
    for line in range(needed, 0, -1):
        lines.append(" ".join(words[cut[line][end] : end]))
        end = cut[line][end]
    return tuple(reversed(lines))


def _is_mark(word: str) -> bool:
    return word.rstrip(_CLOSING).endswith(_SENTENCE + _CLAUSE)
