from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from asr_app.errors import LanguageModelError
from asr_app.training.punctuation.books import (
    HeldOut,
    blocks_of,
    hold_out,
    likeness,
    read_blocks,
    sure_borders,
)

PEOPLE = [("Anna", "Vronsky", "Levin"), ("Emma", "Knightley", "Harriet"), ("Pip", "Joe", "Estella")]
LINES = 60


def library(books: int = 12) -> list[str]:
    """Paragraphs of books in a row; each has people of its own, and all speak of London."""
    lines = []
    for book in range(books):
        first, second, third = (f"{name}{'abcdefghijklmnop'[book]}" for name in PEOPLE[book % 3])
        for number in range(LINES):
            lines.append(
                f"It was said by {first} that day, and then {second} went to London with {third}, where all "
                f"was quiet and nobody knew of paragraph {number} of this long and tiresome history."
            )
    return lines


def test_borders_are_where_the_people_change() -> None:
    # Two paragraphs a block: a book has thirty.
    blocks = list(blocks_of(library(), block_words=60))
    borders = sure_borders(likeness(blocks))
    assert borders == [30 * book for book in range(1, 12)]


def test_what_is_held_out_is_whole_books_with_nothing_of_their_neighbours() -> None:
    blocks = list(blocks_of(library(), block_words=60))
    chosen = hold_out(blocks, count=3)
    assert len(chosen) == 3
    for stretch in chosen:
        assert (stretch.first % 30, stretch.end % 30) == (0, 0)
        own = {name for number in stretch.inside for name in blocks[number].names} - {"London"}
        rest = {
            name for number, block in enumerate(blocks) if not stretch.touches(number) for name in block.names
        }
        assert own and not own & rest


def test_a_book_that_is_there_twice_is_not_held_out() -> None:
    twice = [*library(4)[: 4 * LINES], *library(2)[LINES:], *library(6)[4 * LINES :]]
    blocks = list(blocks_of(twice, block_words=60))
    borders = sure_borders(likeness(blocks))
    assert borders == [30, 60, 90, 120, 150, 180]
    assert [stretch.first for stretch in hold_out(blocks, count=9)] == [60, 90, 150]


def test_near_a_border_nothing_is_used_on_either_side() -> None:
    stretch = HeldOut(100, 130)
    assert 99 not in stretch.inside and 101 not in stretch.inside and 110 in stretch.inside
    assert stretch.touches(98) and not stretch.touches(90)


def test_headings_and_pieces_of_paragraphs_are_left_out() -> None:
    (block,) = blocks_of([*library(1)[:2], "CHAPTER II", "and so he went to the"])
    assert list(block.paragraphs()) == library(1)[:2]
    (wrapped,) = blocks_of(
        ["The army, of course. What I have to do is to get a commission;", "and there I am."]
    )
    assert wrapped.wrapped and list(wrapped.paragraphs()) == []


def test_a_file_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "books.txt.xz").write_bytes(lzma.compress(b"One.\nTwo.\n")[:-9])
    with pytest.raises(LanguageModelError, match=r"books\.txt\.xz” cannot be read"):
        read_blocks(tmp_path / "books.txt.xz")
