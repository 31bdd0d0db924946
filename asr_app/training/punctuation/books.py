"""Where one book ends and the next begins in a file that does not say so, and which books are held out.

The people of a novel have names, and the next novel's people have others. Where the names of the 12,000 words
before a place and those of the 12,000 after have least in common, a book ends (lexical cohesion as in
TextTiling, Hearst 1997, with names instead of all words).
"""

from __future__ import annotations

import itertools
import lzma
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr_app.errors import LanguageModelError

BLOCK_WORDS = 3000
_SIDE_BLOCKS = 4
_NEIGHBOURS = 3
_SURE = 0.03
"""Names on both sides of a border that nobody doubts have less in common than this."""
_GUARD_BLOCKS = 3
"""Left out on either side of the border between what is learned from and what is held out."""
_SHORTEST_BLOCKS, _LONGEST_BLOCKS = 20, 120
_WRAPPED_COLUMNS = 90
_TELLING_CHARACTERS = 100
"""No two books have a paragraph of this length in common."""
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")
_WHOLE = re.compile(r"[.?!:;][\"'\u201d\u2019)\]]*$")


@dataclass(frozen=True)
class Block:
    """Some 3,000 words of the file.

    Attributes:
        lines: Paragraphs.
        names: How many paragraphs each name stands in.
        wrapped: Whether its lines are pieces of paragraphs, cut at a column; some are missing there.
    """

    lines: tuple[str, ...]
    names: Counter[str]
    wrapped: bool

    def paragraphs(self) -> Iterator[str]:
        """Those that are whole: no headings, no pieces."""
        if not self.wrapped:
            yield from (line for line in self.lines if _WHOLE.search(line))


@dataclass(frozen=True)
class HeldOut:
    """Whole books in a row.

    Attributes:
        first: Index of its first block.
        end: Index after its last.
    """

    first: int
    end: int

    @property
    def inside(self) -> range:
        """Its blocks but those nearest to its borders."""
        return range(self.first + _GUARD_BLOCKS, self.end - _GUARD_BLOCKS)

    def touches(self, block: int) -> bool:
        """Whether a block is in it or so near that it may be."""
        return self.first - _GUARD_BLOCKS <= block < self.end + _GUARD_BLOCKS


def read_blocks(path: Path) -> list[Block]:
    """Read a text compressed with xz, a paragraph a line.

    Raises:
        LanguageModelError: It cannot be read.
    """
    try:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            return list(blocks_of(line.strip() for line in lines))
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise LanguageModelError(
            f"The text “{path.name}” cannot be read.", "Give UTF-8 compressed with xz."
        ) from error


def blocks_of(lines: Iterable[str], block_words: int = BLOCK_WORDS) -> Iterator[Block]:
    """Cut paragraphs into blocks."""
    kept: list[str] = []
    words = 0
    for line in lines:
        kept.append(line)
        words += line.count(" ") + 1
        if words >= block_words:
            yield _block(kept)
            kept, words = [], 0
    if kept:
        yield _block(kept)


def _block(lines: Sequence[str]) -> Block:
    names = Counter(name for line in lines for name in set(_NAME.findall(line)))
    return Block(tuple(lines), names, max(map(len, lines)) < _WRAPPED_COLUMNS)


def likeness(blocks: Sequence[Block]) -> list[float]:
    """How much the names before each block have in common with those from it on: a cosine, 0 to 1."""
    seen = Counter(name for block in blocks for name in block.names)
    weight = {name: math.log(len(blocks) / count) for name, count in seen.items()}

    def side(part: Sequence[Block]) -> dict[str, float]:
        total: Counter[str] = Counter()
        for block in part:
            total.update(block.names)
        return {name: math.sqrt(count) * weight[name] for name, count in total.items() if count > 1}

    found = [1.0] * len(blocks)
    for place in range(_SIDE_BLOCKS, len(blocks) - _SIDE_BLOCKS + 1):
        before, after = blocks[place - _SIDE_BLOCKS : place], blocks[place : place + _SIDE_BLOCKS]
        if place < len(blocks):
            found[place] = _cosine(side(before), side(after))
    return found


def _cosine(first: dict[str, float], second: dict[str, float]) -> float:
    size = math.hypot(*first.values()) * math.hypot(*second.values())
    return sum(value * second.get(name, 0.0) for name, value in first.items()) / size if size else 0.0


def sure_borders(alike: Sequence[float]) -> list[int]:
    """Indices of blocks with which a book begins beyond doubt."""
    return [
        place
        for place, value in enumerate(alike)
        if value < _SURE and value == min(alike[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1])
    ]


def hold_out(blocks: Sequence[Block], count: int) -> list[HeldOut]:
    """Choose stretches between two borders that are sure, spread evenly over the file.

    Each holds one book or several, never a part of one that is learned from. Those with wrapped lines are
    not chosen, nor those of which a paragraph stands elsewhere too: some books are in the file twice.
    """
    borders = sure_borders(likeness(blocks))
    copies = Counter(line for block in blocks for line in block.lines if len(line) >= _TELLING_CHARACTERS)
    fit = [
        HeldOut(first, end)
        for first, end in itertools.pairwise(borders)
        if _SHORTEST_BLOCKS <= end - first <= _LONGEST_BLOCKS
        and not any(block.wrapped for block in blocks[first:end])
        and not _stands_elsewhere(blocks[first:end], copies)
    ]
    if len(fit) <= count:
        return fit
    return [fit[(2 * number + 1) * len(fit) // (2 * count)] for number in range(count)]


def _stands_elsewhere(blocks: Sequence[Block], copies: Counter[str]) -> bool:
    own = Counter(line for block in blocks for line in block.lines if len(line) >= _TELLING_CHARACTERS)
    return any(copies[line] > count for line, count in own.items())
