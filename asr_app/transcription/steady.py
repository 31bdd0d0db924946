"""Words of a search that may change its mind, shown so that they do not flicker.

What the search thinks likeliest changes several times a second, mostly in the last words: "in" becomes
"into", which becomes "interest". Two rules keep the shown text still:

1. A new word is shown as soon as all likely texts agree on it, but not before its last sound is `hold_frames`
   past: by then the next sound has mostly told whether the word goes on. Where they do not agree, the
   likeliest one is shown after `longest_hold_frames`.
2. A shown word stays as long as some text that begins with all shown words is at most `margin` less likely
   than the likeliest: evidence changes it, a tie does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asr_app.decoding.live_search import HeardWord, LiveHypothesis


@dataclass(frozen=True)
class Steadiness:
    """How still the text is held. The values are measured, see docs/live.md.

    Attributes:
        hold_frames: Phone frames (40 ms) from the last sound of a new word until it is shown, where all
            agree.
        longest_hold_frames: The same, where they do not.
        doubt: Natural logarithm by which a text may be less likely than the likeliest and still have a say in
            new words; at most `margin`.
        margin: Natural logarithm by which another text must be likelier to replace shown words.
    """

    hold_frames: int = 2
    longest_hold_frames: int = 6
    doubt: float = 1.0
    margin: float = 1.5


class SteadyWords:
    """The shown words of one utterance."""

    def __init__(self, steadiness: Steadiness | None = None) -> None:
        """Begin with none."""
        self._steadiness = steadiness or Steadiness()
        self._shown: tuple[HeardWord, ...] = ()

    def update(self, hypotheses: Iterable[LiveHypothesis], frames: int) -> Sequence[HeardWord]:
        """Choose what to show.

        Args:
            hypotheses: All there are after these frames, best first; none leaves the words as they are.
            frames: Phone frames heard so far.

        Returns:
            The words to show, in order.
        """
        likely = self._likely(hypotheses)
        if not likely:
            return self._shown
        chosen = next((one for one in likely if _starts_with(one.words, self._shown)), likely[0])
        rivals = [one.words for one in likely if one.score >= likely[0].score - self._steadiness.doubt]
        shown = list(chosen.words[: _common(chosen.words, self._shown)])
        for word in chosen.words[len(shown) :]:
            agreed = all(_starts_with(words, [*shown, word]) for words in rivals)
            hold = self._steadiness.hold_frames if agreed else self._steadiness.longest_hold_frames
            if frames - word.end_frame < hold:
                break
            shown.append(word)
        self._shown = tuple(shown)
        return self._shown

    def _likely(self, hypotheses: Iterable[LiveHypothesis]) -> list[LiveHypothesis]:
        likely: list[LiveHypothesis] = []
        reach = self._steadiness.margin
        for hypothesis in hypotheses:
            if likely and hypothesis.score < likely[0].score - reach:
                break
            likely.append(hypothesis)
        return likely


def _starts_with(words: Sequence[HeardWord], beginning: Sequence[HeardWord]) -> bool:
    return _common(words, beginning) == len(beginning)


def _common(words: Sequence[HeardWord], others: Sequence[HeardWord]) -> int:
    """How many words from the beginning are the same, wherever they were heard."""
    count = 0
    for one, other in zip(words, others, strict=False):
        if one.text != other.text:
            break
        count += 1
    return count
