from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from asr_app.training.language.leaving_out import (
    describe,
    find_stretches,
    paragraphs_left_out,
    sequences_of,
    transcripts_of,
)

CHANCE = random.Random(0)
WORDS = [a + b + c for a in "bcdfg" for b in "aeiou" for c in "klmnp"]
MARGIN = 300


def made_up(words: int) -> list[str]:
    return [CHANCE.choice(WORDS) for _ in range(words)]


PARAGRAPHS = [made_up(100) for _ in range(40)]
"""A file of 4,000 words."""


def write(path: Path, paragraphs: list[list[str]]) -> Path:
    lines = "".join(f"“{' '.join(words[:50])},” {' '.join(words[50:])}.\n" for words in paragraphs)
    path.write_bytes(lzma.compress(lines.encode()))
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write(tmp_path / "book.txt.xz", PARAGRAPHS)


def read_aloud(paragraph: int, first: int, words: int) -> str:
    return " ".join(PARAGRAPHS[paragraph][first : first + words])


def test_text_that_is_read_aloud_is_found_with_what_is_around_it(book: Path) -> None:
    transcripts = [read_aloud(20, 45, 16), read_aloud(21, 0, 12), read_aloud(22, 7, 9), "something else"]
    (found,) = find_stretches([book], sequences_of(transcripts), stretch_words=MARGIN)
    assert (found.shared, found.source) == (4, book)
    assert found.example in transcripts[0]
    # Three paragraphs before and after those with the sequences.
    assert (found.first, found.last) == (18, 25)
    assert paragraphs_left_out([found]) == {book: set(range(18, 26))}
    assert "4 sequences" in describe([found])[0]


def test_a_proverb_is_no_reading(book: Path) -> None:
    transcripts = [read_aloud(20, 40, 24)]  # three sequences that do not overlap
    assert find_stretches([book], sequences_of(transcripts), stretch_words=MARGIN) == []
    assert "no text" in describe([])[0]


def test_sequences_far_from_one_another_are_no_reading(book: Path) -> None:
    transcripts = [read_aloud(place, 0, 8) for place in (0, 10, 20, 30, 39)]
    assert find_stretches([book], sequences_of(transcripts), stretch_words=MARGIN) == []
    assert len(find_stretches([book], sequences_of(transcripts), stretch_words=5000)) == 1


def test_a_sequence_said_again_and_again_counts_once(tmp_path: Path) -> None:
    book = write(tmp_path / "songs.txt.xz", [PARAGRAPHS[0]] * 9)
    assert find_stretches([book], sequences_of([read_aloud(0, 20, 8)]), stretch_words=MARGIN) == []


def test_print_is_compared_as_it_is_spoken(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(
        "Mr. Smith\u2019s 12 dogs\u2014\u2019tis true\u2014ran to-day & yesterday. ", encoding="utf-8"
    )
    sequences = sequences_of(["mister smith's twelve dogs tis true ran today and yesterday"])
    assert len(sequences) == 3
    stretches = find_stretches([text], sequences)
    assert stretches == [], "one sequence, as the three overlap"
    text.write_text(text.read_text(encoding="utf-8") + "\n" + " ".join(PARAGRAPHS[0][:40]) + "\n")
    sequences |= sequences_of([read_aloud(0, 0, 24)])
    (found,) = find_stretches([text], sequences)
    assert (found.shared, found.first, found.last) == (4, 0, 1)


def test_manifests_give_transcripts_and_are_no_text(book: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "dev.jsonl"
    entries = [{"audio_filepath": "a", "text": read_aloud(3, 0, 40)}, {"audio_filepath": "b", "text": ""}]
    manifest.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    transcripts = transcripts_of([manifest])
    assert transcripts == [read_aloud(3, 0, 40)]
    seen: list[tuple[int, int]] = []
    (found,) = find_stretches([manifest, book], sequences_of(transcripts), lambda *told: seen.append(told))
    assert found.source == book
    assert seen[-1][1] == book.stat().st_size
