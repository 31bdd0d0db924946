from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from asr_app.decoding.pronunciations import read_pronunciations, write_pronunciations
from asr_app.errors import BundleError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.txt.xz"
    words: dict[str, list[tuple[str, ...]]] = {"to": [("T", "UW"), ("T", "AH")], "oh": [("OW",)]}
    path.write_bytes(write_pronunciations(words, "Notice of those who made it.\n\nAll rights."))
    phones = ["AH", "OW", "T", "UW"]
    assert read_pronunciations(path, phones) == {"oh": [(1,)], "to": [(2, 3), (2, 0)]}
    assert lzma.decompress(path.read_bytes()).startswith(b";;; Notice of those who made it.\n;;;\n")


def test_a_plain_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text("it's IH T\n", encoding="utf-8")
    assert read_pronunciations(path, ["IH", "T"]) == {"it's": [(0, 1)]}


@pytest.mark.parametrize("line", ["word", "word XX"])
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text(f"oh OW\n{line}\n", encoding="utf-8")
    with pytest.raises(BundleError, match="Line 2"):
        read_pronunciations(path, ["OW"])


@pytest.mark.parametrize("name", ["lexicon.txt.xz", "missing.txt"])
def test_an_unreadable_file_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "lexicon.txt.xz").write_bytes(b"not compressed")
    with pytest.raises(BundleError, match="cannot be read"):
        read_pronunciations(tmp_path / name, [])
