"""Where certain strings of phones are clearly heard, frame by frame as the sound comes.

Each string is followed by the Viterbi recursion of CTC from every frame on (token passing, Young et al.
1989), and scored against the best path of all: how much less likely its frames are by its phones than by
whatever is likeliest. 0 is as good as can be. All strings go side by side; a frame costs a few operations on
small arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import LogProbs

_NEVER = -1e9


@dataclass(frozen=True)
class Match:
    """A string of phones where it was heard.

    Attributes:
        string: Its number.
        start_frame: First frame of its first phone, counted from the beginning of the sound.
        end_frame: Frame after the first one of its last phone.
        score: Natural logarithm of its share of the best path; 0 or below.
    """

    string: int
    start_frame: int
    end_frame: int
    score: float


class SoundSpotter:
    """Follows strings of phones through one stream of posteriors."""

    def __init__(self, strings: Sequence[Sequence[int]], blank: int, least: Sequence[float]) -> None:
        """Begin a stream.

        Args:
            strings: Of phones, none empty.
            blank: Column of the blank.
            least: For each string the score from which on it counts as heard.
        """
        longest = max(map(len, strings), default=0)
        self._blank = blank
        self._least = np.array(least, dtype=np.float64)
        self._lengths = np.array([len(string) for string in strings], dtype=np.int64)
        self._rows = np.arange(len(strings))
        self._phones = np.full((len(strings), longest), blank)
        for row, string in enumerate(strings):
            self._phones[row, : len(string)] = string
        # From a phone to the next one without a blank between: not where the two are the same.
        self._leap = np.zeros(self._phones.shape)
        self._leap[:, 1:][self._phones[:, 1:] == self._phones[:, :-1]] = _NEVER
        shape = (3, *self._phones.shape)
        # For each string and place: the best path that is in this phone, and the one in the blank after it.
        self._in_phone = np.full(self._phones.shape, _NEVER)
        self._in_blank = np.full(self._phones.shape, _NEVER)
        self._phone_start = np.zeros(self._phones.shape, dtype=np.int64)
        self._blank_start = np.zeros(self._phones.shape, dtype=np.int64)
        self._ways = np.full(shape, _NEVER)
        self._starts = np.zeros(shape, dtype=np.int64)
        self._frame = 0

    def push(self, log_probs: LogProbs) -> list[Match]:
        """Hear more frames.

        Args:
            log_probs: (frames, phones + 1), natural logarithm.

        Returns:
            A match for each frame at which a string ends well enough, in order of frames; the same saying of
            a word may come several times, as its last phone lasts.
        """
        if not len(self._lengths):
            return []
        relative = log_probs.astype(np.float64)
        relative -= relative.max(axis=1, keepdims=True)
        return [match for frame in relative for match in self._advance(frame)]

    def _advance(self, frame: NDArray[np.float64]) -> list[Match]:
        ways, starts = self._ways, self._starts
        ways[0], starts[0] = self._in_phone, self._phone_start
        ways[1, :, 0], starts[1, :, 0] = 0.0, self._frame  # the string begins here
        ways[1, :, 1:], starts[1, :, 1:] = self._in_blank[:, :-1], self._blank_start[:, :-1]
        ways[2, :, 1:] = self._in_phone[:, :-1] + self._leap[:, 1:]
        starts[2, :, 1:] = self._phone_start[:, :-1]
        best = ways.argmax(axis=0)[None]
        phone = np.take_along_axis(ways, best, axis=0)[0] + frame[self._phones]
        phone_start = np.take_along_axis(starts, best, axis=0)[0]
        stays = self._in_blank >= self._in_phone
        self._in_blank = np.where(stays, self._in_blank, self._in_phone) + frame[self._blank]
        self._blank_start = np.where(stays, self._blank_start, self._phone_start)
        self._in_phone, self._phone_start = phone, phone_start
        self._frame += 1
        scores = phone[self._rows, self._lengths - 1]
        return [
            Match(row, int(phone_start[row, self._lengths[row] - 1]), self._frame, float(scores[row]))
            for row in np.flatnonzero(scores >= self._least).tolist()
        ]
