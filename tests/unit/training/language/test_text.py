from __future__ import annotations

import gzip
import io
import json
import lzma
from pathlib import Path

import pytest

from asr_app.errors import LanguageModelError
from asr_app.training.language.text import find_sources, prepare


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A text of each kind and a manifest, in a folder below a folder."""
    inner = tmp_path / "texts" / "more"
    inner.mkdir(parents=True)
    (tmp_path / "texts" / "plain.txt").write_text("One dog. Two dogs!\n", encoding="utf-8")
    (inner / "packed.txt.xz").write_bytes(lzma.compress(b"Three cats.\n"))
    (inner / "zipped.txt.gz").write_bytes(gzip.compress(b"Four birds.\n"))
    lines = [
        {"audio_filepath": "a", "text": "call mr smith", "corpus": "calls"},
        {"audio_filepath": "b", "text": "hello there", "corpus": "other"},
        {"audio_filepath": "c", "text": "never mind", "corpus": "bad"},
    ]
    (inner / "spoken.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (inner / "notes.pdf").write_bytes(b"no text")
    return tmp_path / "texts"


def test_folders_stand_for_all_texts_in_them(folder: Path) -> None:
    names = {path.name for path in find_sources([folder])}
    assert names == {"plain.txt", "packed.txt.xz", "zipped.txt.gz", "spoken.jsonl"}


def test_all_kinds_of_text_become_sentences_and_transcripts_are_repeated(folder: Path) -> None:
    output = io.StringIO()
    seen: list[tuple[int, int]] = []
    prepared = prepare(
        find_sources([folder]),
        output,
        known=(),
        weights={"calls": 3, "bad": 0},
        further=[["x", "y"]],
        on_progress=lambda done, total: seen.append((done, total)),
    )
    lines = output.getvalue().splitlines()
    once = ["one dog", "two dogs", "three cats", "four birds", "hello there", "x y"]
    assert sorted(lines) == sorted([*once, *["call mister smith"] * 3])
    assert prepared.sentences == len(lines)
    assert prepared.counts["mister"] == 3
    assert prepared.counts.total() == sum(len(line.split()) for line in lines)
    total = sum(path.stat().st_size for path in find_sources([folder]))
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_what_a_recogniser_heard_is_not_learned_from(tmp_path: Path) -> None:
    manifest = tmp_path / "heard.jsonl"
    lines = [
        {"audio_filepath": "a", "text": "said", "heard": False},
        {"audio_filepath": "b", "text": "guessed", "heard": True},
    ]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    output = io.StringIO()
    prepare([manifest], output, (), {})
    assert output.getvalue() == "said\n"


@pytest.mark.parametrize("name", ["absent.txt", "notes.pdf", "empty"])
def test_paths_without_text_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.pdf").write_bytes(b"")
    with pytest.raises(LanguageModelError, match=name):
        find_sources([tmp_path / name])


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", lzma.compress(b"One dog. " * 5000)[:-40]])
def test_a_damaged_text_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("a.txt.xz" if content.startswith(b"\xfd7zXZ") else "a.txt")
    path.write_bytes(content)
    with pytest.raises(LanguageModelError, match=r"a\.txt"):
        prepare([path], io.StringIO(), (), {})


def test_paragraphs_can_be_passed_over_and_thinned(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("".join(f"Number {letter}.\n" for letter in "abcdefgh"), encoding="utf-8")
    output = io.StringIO()
    prepare([path], output, (), {}, every=2, left_out={path: {2, 3, 4}})
    assert output.getvalue().splitlines() == ["number a", "number g"]
