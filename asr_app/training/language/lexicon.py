"""Pronunciations for the phone head, in CMU format without stress."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from asr_app.errors import RecipeError


class Lexicon:
    """First listed pronunciation of each word, as indices into a phone set."""

    def __init__(self, path: Path, phones: Sequence[str]) -> None:
        """Read `word PHONE PHONE …` lines; variants `word(2)` and foreign phones are left out."""
        index = {phone: number for number, phone in enumerate(phones)}
        self._words: dict[str, list[int]] = {}
        for line in path.read_text(encoding="latin-1").splitlines():
            word, *sounds = re.sub(r"\d", "", line).split() or [""]
            if word and "(" not in word and all(sound in index for sound in sounds):
                self._words.setdefault(word.lower(), [index[sound] for sound in sounds])
        self._index = index

    def missing(self, text: str) -> set[str]:
        """Words of a normalised text that are not listed."""
        return {word for word in text.split() if self._find(word) is None}

    def learn(self, pronunciations: Mapping[str, Sequence[str]]) -> None:
        """Add words; those with phones foreign to the set are left out."""
        for word, sounds in pronunciations.items():
            if all(sound in self._index for sound in sounds):
                self._words.setdefault(word, [self._index[sound] for sound in sounds])

    def spell(self, text: str) -> list[int] | None:
        """Phones of a normalised text, or None when a word is not listed."""
        phones: list[int] = []
        for word in text.split():
            known = self._find(word)
            if known is None:
                return None
            phones += known
        return phones

    def _find(self, word: str) -> list[int] | None:
        return self._words.get(word) or self._words.get(word.strip("'"))


def find_lexicon(name: str) -> Path:
    """Path of a lexicon file, or of the dictionary that the pocketsphinx package carries.

    Raises:
        RecipeError: There is no such file.
    """
    if name == "pocketsphinx":
        try:
            from pocketsphinx import get_model_path
        except ImportError as error:
            raise RecipeError(
                "Phone supervision needs pronunciations.", "Install the pocketsphinx extra."
            ) from error
        return Path(get_model_path("en-us")) / "cmudict-en-us.dict"
    path = Path(name)
    if not path.is_file():
        raise RecipeError(f"There is no lexicon “{name}”.", "Give the path of a dictionary in CMU format.")
    return path
