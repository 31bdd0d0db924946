"""How the words and phrases of a person sound."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence

from asr_app.decoding.sound_rules import (
    Pronunciation,
    cut_ending,
    hissing_end,
    is_dotted,
    is_spelled,
    say_letters,
)
from asr_app.decoding.user_words import Sounds, UserPhrase
from asr_app.errors import VocabularyError
from asr_app.transcription.vocabulary import Vocabulary, VocabularyEntry

Say = Callable[[str], Sequence[Pronunciation]]
"""Pronounces a word that no dictionary has, the likeliest way first."""

_MOST_WAYS = 4
"""Of a phrase whose words can be said in several ways each."""


class PhraseFinder:
    """Finds how entries sound: by the person's own account, the dictionary, rules and a pronouncer.

    Attributes:
        problems: After `find`: a sentence for each entry that was left out.
    """

    def __init__(self, vocabulary: Vocabulary, phones: Sequence[str], say: Say | None) -> None:
        """Take entries, the phones of the model, and a pronouncer where there is one."""
        self.problems: list[str] = []
        self._vocabulary = vocabulary
        self._phones = tuple(phones)
        self._index = {phone: number for number, phone in enumerate(phones)}
        self._say = say

    def find(self, dictionary: Mapping[str, Sequence[Sounds]]) -> list[UserPhrase]:
        """Give what can be said of the vocabulary; the others are among `problems`."""
        self.problems = []
        phrases = []
        for entry in self._vocabulary.entries:
            try:
                phrases.append(self._phrase(entry, dictionary))
            except VocabularyError as error:
                self.problems.append(str(error))
        return phrases

    def _phrase(self, entry: VocabularyEntry, dictionary: Mapping[str, Sequence[Sounds]]) -> UserPhrase:
        spoken = entry.sound_words or entry.spoken
        said = [self._ways(word, dictionary) for word in spoken]
        if not all(said):
            missing = spoken[said.index([])]
            raise VocabularyError(
                f"{entry.place}How “{missing}” sounds is in no dictionary, and this model cannot tell.",
                f"Spell it with ordinary words: {entry.phrase} = …",
            )
        ways = list(itertools.islice(itertools.product(*said), _MOST_WAYS))
        if len(spoken) == len(entry.words):
            return UserPhrase(entry.words, tuple(ways), entry.boost)
        joined = [tuple(phone for word in way for phone in word) for way in ways]
        shared = tuple(_share(way, entry.words) for way in joined if len(way) >= len(entry.words))
        if not shared:
            raise VocabularyError(
                f"{entry.place}“{entry.sounds_like}” is too short to be “{entry.phrase}”.",
                "Spell all of it.",
            )
        return UserPhrase(entry.words, shared, entry.boost, apart=len(entry.words) == 1)

    def _ways(self, word: str, dictionary: Mapping[str, Sequence[Sounds]]) -> list[Sounds]:
        """All ways to say a word, none when nothing knows any."""
        plain = word.lower()
        listed = [] if is_dotted(word) else list(dictionary.get(plain, ()))
        stem, ending = cut_ending(word)
        if ending and not listed:
            known = [tuple(self._phones[phone] for phone in way) for way in dictionary.get(stem.lower(), ())]
            listed = self._in_phones([hissing_end(way) for way in known])
        spelled = is_spelled(stem) and (not listed or stem.isupper())
        named = [hissing_end(say_letters(stem)) if ending else say_letters(stem)] if spelled else []
        # Nobody says "nhs" as a word; a pronouncer would, by two sounds that are in every sentence.
        can_be_said = self._say is not None and not listed and re.search("[aeiouy]", word.lower())
        guessed = self._say(word) if self._say is not None and can_be_said else []
        return list(dict.fromkeys([*self._in_phones(named), *listed, *self._in_phones(guessed)]))

    def _in_phones(self, ways: Sequence[Pronunciation]) -> list[Sounds]:
        return [
            tuple(self._index[phone] for phone in way)
            for way in ways
            if way and all(phone in self._index for phone in way)
        ]


def _share(sounds: Sounds, words: Sequence[str]) -> tuple[Sounds, ...]:
    """Share the phones of a phrase among its words, of which each gets one at least, by their letters."""
    letters = list(itertools.accumulate(map(len, words)))
    parts, start = [], 0
    for place, spelled in enumerate(letters, 1):
        rest = len(words) - place
        end = min(max(round(len(sounds) * spelled / letters[-1]), start + 1), len(sounds) - rest)
        parts.append(sounds[start:end])
        start = end
    return tuple(parts)
