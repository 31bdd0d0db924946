"""All pronunciations of a dictionary in CMU format, and the genitives that no dictionary lists."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path

from asr_app.errors import RecipeError
from asr_app.training.language.derivation import Pronunciation, derive, hissing_end

_VARIANT = re.compile(r"\(\d+\)$")


class PronouncingDictionary:
    """How words sound, the first listed way first. `word in dictionary` tells whether it knows one."""

    def __init__(self, path: Path, phones: Sequence[str]) -> None:
        """Read `word PHONE PHONE …` lines, variants as `word(2)`, stress as figures after the vowels.

        Entries with phones that are not in `phones`, and those that are not words, are left out.

        Raises:
            RecipeError: The file cannot be read, or has no word in these phones.
        """
        self._words: dict[str, list[Pronunciation]] = {}
        self._phones = frozenset(phones)
        try:
            lines = path.read_text(encoding="latin-1").splitlines()
        except OSError as error:
            raise RecipeError(f"The dictionary “{path.name}” cannot be read.", "Check its path.") from error
        for line in lines:
            word, *sounds = line.split() or [""]
            spelled = _VARIANT.sub("", word.lower())
            way = tuple(re.sub(r"\d", "", sound) for sound in sounds)
            if way and self._phones.issuperset(way) and re.fullmatch(r"[a-z']*[a-z][a-z']*", spelled):
                ways = self._words.setdefault(spelled, [])
                if way not in ways:
                    ways.append(way)
        if not self._words:
            raise RecipeError(
                f"The dictionary “{path.name}” has no word in the phones of the model.",
                "Give a dictionary in CMU format.",
            )

    @property
    def words(self) -> list[str]:
        """The words it lists, in its order."""
        return list(self._words)

    def __contains__(self, word: object) -> bool:
        """Whether the word can be said."""
        return isinstance(word, str) and bool(self.say(word))

    def say(self, word: str) -> list[Pronunciation]:
        """All ways to say a word, none when it is not known; a genitive gets its ending by rule."""
        ways = self._words.get(word, [])
        if not ways and word.endswith("'s"):
            return self._in_phones([hissing_end(way) for way in self._words.get(word[:-2], [])])
        return list(ways)

    def derive(self, word: str, common: Container[str] = ()) -> list[Pronunciation]:
        """Ways to say a word that is not listed, from words that are; see `derivation.derive`."""
        return self._in_phones(derive(word, self.say, common))

    def _in_phones(self, ways: list[Pronunciation]) -> list[Pronunciation]:
        return [way for way in ways if self._phones.issuperset(way)]
