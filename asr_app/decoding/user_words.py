"""Words and phrases of a person: how they sound, how they are preferred, and where they may have been said.

The search for words does not know them. Where the phones of one are heard well enough (`sound_spotter`), what
the search found gets rivals with it in that place (`named_candidates`), and scoring again decides. So nothing
is built anew when the vocabulary changes, and a sentence in which none of them sounds costs next to nothing.

What speaks for a name grows with its length: of three phones there are many in any sentence, of eight hardly
ever by chance. A bonus that is the same for all finds either short names everywhere or long ones nowhere.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.sound_rules import respell
from asr_app.decoding.sound_spotter import Match, SoundSpotter
from asr_app.decoding.word_model import WordModel

Sounds = tuple[int, ...]

BOOST_A_PHONE = 1.5
"""Natural logarithm, for a weight of 1 and each phone after the first `_FREE_PHONES`."""

MOST_BOOST = 10.0
_FREE_PHONES = 2

_PART_SHARE = 0.5
"""Of the boost goes to each single word of a phrase that no dictionary has."""

_LEAST_LANGUAGE = -5.0
"""log10 P that the language model gives a word of the person's at least, in place of an unknown word's."""

_SPOT_A_PHONE = 2.5
_SPOT_FREE_PHONES = 1.5
"""Where it is this much less likely than the best path, for each phone after the first ones, a word is not
looked into: natural logarithm."""

_SPOTS_A_FRAME = 0.01
_LEAST_SPOTS = 2
"""Of so many places at most are the best looked into."""


@dataclass(frozen=True)
class UserPhrase:
    """One word or phrase that can be said.

    Attributes:
        words: As they come out of the search.
        ways: For each way to say it the phones of each word.
        boost: 1: as usual.
        apart: Whether the phones of each word are known to be its own, so that it can be heard alone.
    """

    words: tuple[str, ...]
    ways: tuple[tuple[Sounds, ...], ...]
    boost: float = 1.0
    apart: bool = True

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(self.words)


@dataclass(frozen=True)
class UserEntry:
    """A phrase said in one way.

    Attributes:
        words: As they come out of the search.
        lengths: How many phones each word has.
        sounds: All of them.
        bonus: Natural logarithm.
        as_heard: The words spelled as they sound.
    """

    words: tuple[str, ...]
    lengths: tuple[int, ...]
    sounds: Sounds
    bonus: float
    as_heard: tuple[str, ...]


@dataclass(frozen=True)
class Spot:
    """Where an entry may have been said.

    Attributes:
        entry: Which.
        start_frame: First frame.
        end_frame: Frame after the last one.
        score: Natural logarithm of its phones' share of the best path, 0 at most.
    """

    entry: UserEntry
    start_frame: int
    end_frame: int
    score: float

    def overlaps(self, other: Spot) -> bool:
        """Whether they share a frame."""
        return self.start_frame < other.end_frame and other.start_frame < self.end_frame


def usual_bonus(phones: int) -> float:
    """What is added to the score of words with something of so many phones in them, natural logarithm."""
    return min(MOST_BOOST, BOOST_A_PHONE * max(0, phones - _FREE_PHONES))


class UserWords:
    """The vocabulary of a person, ready to be looked for. Several threads may use one.

    Attributes:
        entries: Each way of each phrase.
        blank: Column of the blank in the posteriors of the phones.
    """

    def __init__(
        self, phrases: Iterable[UserPhrase], phones: Sequence[str], known: Container[str], model: WordModel
    ) -> None:
        """Prepare phrases.

        Args:
            phrases: What can be said.
            phones: Names of the phones, for spelling by ear.
            known: Words that the search finds by itself.
            model: The language model of the search.
        """
        self.blank = len(phones)
        self._model = model
        found: dict[tuple[tuple[str, ...], Sounds], UserEntry] = {}
        for words, way, boost in _units(phrases, known):
            sounds = tuple(phone for word in way for phone in word)
            heard = tuple(
                respell(tuple(phones[phone] for phone in own)) or word
                for word, own in zip(words, way, strict=True)
            )
            entry = UserEntry(words, tuple(map(len, way)), sounds, boost * usual_bonus(len(sounds)), heard)
            if (words, sounds) not in found or found[words, sounds].bonus < entry.bonus:
                found[words, sounds] = entry
        self.entries = tuple(found.values())
        self._single = {word for entry in self.entries for word in entry.words}

    def __len__(self) -> int:
        return len(self.entries)

    def spots(self, phone_log_probs: LogProbs) -> list[Spot]:
        """Find where entries may have been said in one utterance.

        Args:
            phone_log_probs: (frames, phones + 1), natural logarithm, the blank last.

        Returns:
            The most promising first; an entry comes once for each place.
        """
        if not self.entries:
            return []
        sounds = [entry.sounds for entry in self.entries]
        spotter = SoundSpotter(sounds, self.blank, [_least(len(string)) for string in sounds])
        most = _LEAST_SPOTS + round(_SPOTS_A_FRAME * len(phone_log_probs))
        return best_spots(self.entries, spotter.push(phone_log_probs))[:most]

    def language(self, words: Sequence[str]) -> float:
        """log10 P of a sentence and its end, the person's words raised to the least."""
        *scores, end = self._model.score(words)
        raised = (
            max(score, _LEAST_LANGUAGE) if word in self._single else score
            for word, score in zip(words, scores, strict=True)
        )
        return sum(raised) + end


def best_spots(entries: Sequence[UserEntry], matches: Iterable[Match]) -> list[Spot]:
    """Keep, of matches of the same words that overlap, the best; those that explain most sound come first."""
    spots = sorted(
        (Spot(entries[match.string], match.start_frame, match.end_frame, match.score) for match in matches),
        key=lambda spot: -spot.score - BOOST_A_PHONE * len(spot.entry.sounds),
    )
    kept: list[Spot] = []
    for spot in spots:
        if not any(spot.entry.words == other.entry.words and spot.overlaps(other) for other in kept):
            kept.append(spot)
    return kept


def _least(phones: int) -> float:
    return -max(1.0, _SPOT_A_PHONE * (phones - _SPOT_FREE_PHONES))


def _units(
    phrases: Iterable[UserPhrase], known: Container[str]
) -> Iterator[tuple[tuple[str, ...], tuple[Sounds, ...], float]]:
    """Words, a way to say them and weight: of phrases, and of their words that nothing else knows."""
    for phrase in phrases:
        for way in phrase.ways:
            yield phrase.words, way, phrase.boost
            if len(phrase.words) > 1 and phrase.apart:
                for word, sounds in zip(phrase.words, way, strict=True):
                    if word not in known:
                        yield (word,), (sounds,), phrase.boost * _PART_SHARE
