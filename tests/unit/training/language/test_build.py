from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from asr_app.errors import LanguageModelError
from asr_app.training.language.build import LanguageSettings, choose_words
from asr_app.training.language.pronouncing import PronouncingDictionary

DICTIONARY = "cat K AE T\ndog D AO G\nmr M IH S T ER\nzebra Z IY B R AH\n"
PHONES = "AE AH AO B D ER G IH IY K M R S T Z"
COUNTS = Counter({"cat": 9, "cats": 5, "dog": 1, "tink": 7, "tink's": 6, "rare": 1, "mr": 3})
NO_GUESSES = LanguageSettings(guessed_least_count=0)


@pytest.fixture
def dictionary(tmp_path: Path) -> PronouncingDictionary:
    (tmp_path / "words.dict").write_text(DICTIONARY, encoding="latin-1")
    return PronouncingDictionary(tmp_path / "words.dict", PHONES.split())


def test_the_vocabulary_is_listed_derived_and_all_other_words_of_the_dictionary(
    dictionary: PronouncingDictionary,
) -> None:
    ways = choose_words(COUNTS, dictionary, NO_GUESSES)
    assert list(ways) == ["cat", "cats", "dog", "zebra"]
    assert ways["cats"] == [("K", "AE", "T", "S")]


def test_abbreviations_that_are_spelled_out_in_the_text_are_no_words(
    dictionary: PronouncingDictionary,
) -> None:
    assert "mr" not in choose_words(COUNTS, dictionary, NO_GUESSES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"whole_dictionary": False}, ["cat", "cats", "dog"]),
        ({"whole_dictionary": False, "derived_least_count": 0}, ["cat", "dog"]),
        ({"whole_dictionary": False, "least_count": 2}, ["cat", "cats"]),
        ({"most_words": 1}, ["cat"]),
    ],
)
def test_each_part_can_be_left_out(
    dictionary: PronouncingDictionary, change: dict[str, int], words: list[str]
) -> None:
    settings = LanguageSettings(**{"guessed_least_count": 0, **change})  # type: ignore[arg-type]
    assert list(choose_words(COUNTS, dictionary, settings)) == words


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_frequent_words_without_a_listed_part_are_pronounced_by_rules(
    dictionary: PronouncingDictionary,
) -> None:
    ways = choose_words(COUNTS, dictionary, LanguageSettings(guessed_least_count=5, whole_dictionary=False))
    assert "rare" not in ways
    assert ways["tink's"] == [(*ways["tink"][0], "S")]


def test_a_missing_flite_is_said(
    dictionary: PronouncingDictionary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LanguageModelError, match="flite") as caught:
        choose_words(COUNTS, dictionary, LanguageSettings())
    assert "--guess 0" in caught.value.hint
