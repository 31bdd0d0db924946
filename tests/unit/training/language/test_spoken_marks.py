"""Sentences said with their marks, for the text of a language model."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from asr_app.formatting.table import load_table
from asr_app.training.language.spoken_marks import dictated_sentences

BOOK = """\
"Well," said Mr. Brown, "how are you?" He had come from Bath; it was 1850, I think.
The well-known Margaret (she was tall) laughed -- and went away! Nobody knew why...
Come in, come in: tea is ready. Is it late? No.
no marks here at all
"""
KNOWN = {"well", "said", "brown", "how", "are", "you", "margaret", "it's"}


def said(folder: Path, share: float = 1.0, seed: int = 0, text: str = BOOK) -> list[str]:
    path = folder / "book.txt"
    path.write_text(text, encoding="utf-8")
    return [" ".join(words) for words in dictated_sentences([path], share, seed, KNOWN)]


def test_marks_are_spoken_where_they_are_printed(tmp_path: Path) -> None:
    every = [line for seed in range(60) for line in said(tmp_path, seed=seed)]
    text = "\n".join(every)
    for part in (
        "mister brown comma",
        "how are you question mark",
        "from bath semicolon it was eighteen fifty comma i think",
        "well hyphen known",
        "laughed dash and went away exclamation",
        "come in comma come in colon tea is ready",
    ):
        assert part in text, part
    assert "open quote well comma" in text or "begin quote well comma" in text


def test_a_speaker_says_full_stop_or_period_but_not_both(tmp_path: Path) -> None:
    text = "One is here. Two are here. Three are here. Four are here. Five are here.\n"
    for seed in range(30):
        ends = Counter(line.rpartition(" here ")[2] for line in said(tmp_path, seed=seed, text=text))
        assert min(ends["full stop"], ends["period"]) == 0


def test_every_phrase_of_the_table_comes(tmp_path: Path) -> None:
    heard = Counter(line for line in said(tmp_path, text=BOOK * 700))
    text = "\n".join(heard)
    for command in load_table("en").commands.values():
        for phrase in command.say:
            assert " ".join(phrase) in text, phrase


def test_a_sentence_without_a_command_is_left_out_and_what_is_said_is_words(tmp_path: Path) -> None:
    assert said(tmp_path, text="no marks here at all\n") == []
    for line in said(tmp_path, text=BOOK * 20):
        assert line == line.lower()
        assert all(word.strip("'").isalpha() or "'" in word for word in line.split()), line


def test_the_same_seed_says_the_same_and_a_share_says_so_much(tmp_path: Path) -> None:
    many = BOOK * 300
    assert said(tmp_path, 0.5, 3, many) == said(tmp_path, 0.5, 3, many) != said(tmp_path, 0.5, 4, many)
    assert said(tmp_path, 0.0) == []
    assert len(said(tmp_path, 0.1, text=many)) == pytest.approx(
        0.1 * len(said(tmp_path, 1.0, text=many)), rel=0.3
    )


def test_transcripts_are_said_as_they_were_published_but_not_what_a_recogniser_heard(tmp_path: Path) -> None:
    lines = [
        {"audio_filepath": "a.wav", "text": "hello how are you", "raw_text": "Hello, how are you?"},
        {"audio_filepath": "b.wav", "text": "not this", "raw_text": "Not, this.", "heard": True},
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = {" ".join(words) for seed in range(20) for words in dictated_sentences([path], 0.1, seed, KNOWN)}
    assert "hello comma how are you question mark" in found
    assert not any("not" in line.split() for line in found)
