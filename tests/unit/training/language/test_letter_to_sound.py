"""Pronunciations of words no dictionary lists, by the real flite."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from asr_app.errors import RecipeError
from asr_app.training.language.letter_to_sound import pronounce
from asr_app.training.language.lexicon import Lexicon

with_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


@with_flite
def test_words_are_pronounced_as_the_cmu_dictionary_writes() -> None:
    sounds = pronounce(["villefort", "kara's", "tinks"])
    assert sounds["tinks"] == ["T", "IH", "NG", "K", "S"]
    assert sounds["kara's"][-1] == "Z"
    assert sounds["villefort"][0] == "V" and "AX" not in sounds["villefort"]


@with_flite
def test_many_words_keep_their_own_sounds() -> None:
    words = [f"{first}{vowel}{last}" for first in "bdfgklmnprst" for vowel in "aeio" for last in "bdgmnpt"]
    sounds = pronounce(words)
    assert len(sounds) == len(words)
    assert all(sounds[word] == pronounce([word])[word] for word in words[::60])


@with_flite
def test_a_word_without_letters_is_absent() -> None:
    assert pronounce(["'", "tink"]).keys() == {"tink"}


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecipeError, match="flite"):
        pronounce(["tink"])


def test_learned_words_are_spelled_and_never_replace_listed_ones(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text("TEA T IY1\n", encoding="latin-1")
    lexicon = Lexicon(path, ["T", "IY", "K"])
    assert lexicon.missing("tea tick tea") == {"tick"}
    assert lexicon.spell("tea tick") is None
    lexicon.learn({"tick": ["T", "IY", "K"], "tea": ["K"], "foreign": ["X"]})
    assert lexicon.spell("tea tick") == [0, 1, 0, 1, 2]
    assert lexicon.missing("foreign") == {"foreign"}
