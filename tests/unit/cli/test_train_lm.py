from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from asr_app.decoding.pronunciations import read_pronunciations
from asr_app.model.bundle import load_bundle
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import talkative_bundle

DICTIONARY = "ah AA\nbob B AA B\nkabak K AA B AA K\nbaa B AA\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("Ah, Bob. Bob, ah! Kabak: bob ah. Ah kabak bob. Bob's kabak.\n" * 50, encoding="utf-8")
    (tmp_path / "words.dict").write_text(DICTIONARY, encoding="latin-1")
    return path


def test_missing_programs_are_said_with_the_way_to_get_them(
    run_cli: RunCli, text: Path, tmp_path: Path
) -> None:
    result = run_cli("train-lm", str(text), "--output", str(tmp_path / "out"), "--kenlm", str(tmp_path))
    assert result.status == 1
    assert "lmplz" in result.err and "docs/language.md" in result.err
    assert not (tmp_path / "out").exists()


def test_a_threshold_that_is_no_number_is_refused(run_cli: RunCli, text: Path, tmp_path: Path) -> None:
    result = run_cli("train-lm", str(text), "--output", str(tmp_path / "out"), "--prune", "0,many")
    assert result.status == 2


@pytest.mark.skipif(
    not (shutil.which("lmplz") and shutil.which("build_binary")),
    reason="KenLM's programs are not on the PATH",
)
def test_a_bundle_gets_the_words_of_the_text(run_cli: RunCli, text: Path, tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "bundle")
    manifest = tmp_path / "said.jsonl"
    manifest.write_text('{"audio_filepath": "a", "text": "ah bob dot"}\n', encoding="utf-8")
    arguments = ["--lexicon", str(tmp_path / "words.dict"), "--order", "2", "--prune", "0", "--guess", "0"]
    result = run_cli(
        *("train-lm", str(text), "--output", str(bundle), "--evaluate", str(manifest), *arguments),
        *("--spelled", "10"),
    )
    assert result.status == 0, result.err
    assert "said: perplexity" in result.out and "33.33 % of 3" in result.out
    loaded = load_bundle(bundle)
    assert loaded.details["decoding"]["method"] == "lexicon"
    words = read_pronunciations(bundle / "lexicon.txt.xz", loaded.config.phones)
    assert {"ah", "bob", "kabak", "baa"} <= set(words)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("language-")] == []
