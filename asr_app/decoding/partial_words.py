"""Words and phrases of a person in the text that appears while one speaks.

The live search does not know them. Where the phones of one are heard clearly, it stands in place of the words
that were found there. There is nothing to weigh it against as at the end of an utterance, so it has to be
clearer, and longer, than it must be then.
"""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.live_search import HeardWord
from asr_app.decoding.sound_spotter import Match, SoundSpotter
from asr_app.decoding.user_words import Spot, UserWords, best_spots

_LEAST_PHONES = 4
_LOSSES = ((1.3, 3.2), (2.0, 4.2))
"""So much less likely than the best path, natural logarithm, may a word be for each phone after so many: the
more generous counts, the first for short words and the second for long ones."""

_HOLD_FRAMES = 4
"""A word is shown when its last sound is so long past, as words of the search are; see `steady`."""

_LONGEST_WORD_FRAMES = 15
"""What a word of the search seems to last longer is silence before it."""


class PartialNames:
    """Follows one utterance. Belongs to one thread."""

    def __init__(self, user: UserWords) -> None:
        """Begin an utterance; entries of no weight are left out."""
        self._entries = [
            entry for entry in user.entries if len(entry.sounds) >= _LEAST_PHONES and entry.bonus > 0
        ]
        sounds = [entry.sounds for entry in self._entries]
        self._spotter = SoundSpotter(sounds, user.blank, [_least(len(string)) for string in sounds])
        self._matches: list[Match] = []
        self._frames = 0

    def push(self, phone_log_probs: LogProbs) -> None:
        """Take the next frames, (frames, phones + 1), natural logarithm, the blank last."""
        self._matches += self._spotter.push(phone_log_probs)
        self._frames += len(phone_log_probs)

    def correct(self, words: Sequence[HeardWord]) -> Sequence[HeardWord]:
        """Put the person's words in place of what was heard instead of them.

        Args:
            words: Of the search, up to now, in order of time.

        Returns:
            The same words where none of the person's is heard.
        """
        for spot in self._heard():
            words = _with_spot(words, spot)
        return words

    def _heard(self) -> list[Spot]:
        """The clearest in order of time, none overlapping."""
        kept: list[Spot] = []
        for spot in best_spots(self._entries, self._matches):
            is_past = spot.end_frame + _HOLD_FRAMES <= self._frames
            if is_past and not any(spot.overlaps(other) for other in kept):
                kept.append(spot)
        return sorted(kept, key=lambda spot: spot.start_frame)


def _with_spot(words: Sequence[HeardWord], spot: Spot) -> Sequence[HeardWord]:
    before: list[HeardWord] = []
    after: list[HeardWord] = []
    last_end = 0
    for word in words:
        start = max(last_end, word.end_frame - _LONGEST_WORD_FRAMES)
        shared = min(word.end_frame, spot.end_frame) - max(start, spot.start_frame)
        if 2 * shared <= word.end_frame - start:
            (before if word.end_frame <= spot.end_frame else after).append(word)
        last_end = word.end_frame
    entry, length = spot.entry, spot.end_frame - spot.start_frame
    put: list[HeardWord] = []
    said = 0
    for text, phones in zip(entry.words, entry.lengths, strict=True):
        said += phones
        put.append(HeardWord(text, spot.start_frame + length * said // len(entry.sounds)))
    return [*before, *put, *after]


def _least(phones: int) -> float:
    return -max(loss * (phones - free) for loss, free in _LOSSES)
