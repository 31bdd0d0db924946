"""When each word of a recording was spoken, by forced alignment of what is known to be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asr_app.decoding.pronunciations import Pronunciations
    from asr_app.transcription.recognizer import Recognizer


@dataclass(frozen=True)
class SpokenWord:
    """A word of the reference.

    Attributes:
        text: As spelled.
        start_s: In the recording.
        end_s: Where its last sound is surest, which is some hundredths of a second before it fades.
    """

    text: str
    start_s: float
    end_s: float


class WordClock:
    """Places known words in recordings, by the phones of the dictionary or, without one, by subwords."""

    def __init__(self, recognizer: Recognizer) -> None:
        """Read the dictionary of the recogniser's model."""
        from asr_app.decoding.pronunciations import read_pronunciations

        self._recognizer = recognizer
        bundle = recognizer.bundle
        entry = bundle.details.get("lexicon")
        self._dictionary: Pronunciations = {}
        if entry is not None and bundle.config.phones:
            path = bundle.directory / entry["pronunciations"]
            self._dictionary = read_pronunciations(path, bundle.config.phones)

    def times(self, samples: NDArray[np.float32], text: str) -> list[SpokenWord]:
        """Give the words of `text` with their times in samples (n,).

        Raises:
            InfeasibleAlignmentError: The text does not fit the recording.
        """
        from asr_app.decoding.alignment import forced_align
        from asr_app.transcription.encoding import encode

        encoded = self._recognizer.run(lambda network: encode(network, [samples])[0])
        config = self._recognizer.bundle.config
        words = text.split()
        ways = [self._dictionary[word][0] for word in words if word in self._dictionary]
        if len(ways) == len(words) and encoded.phone_log_probs is not None:
            log_probs, frame_s, spelled = encoded.phone_log_probs, config.frame_s, ways
        else:
            tokenizer = self._recognizer.bundle.tokenizer
            log_probs, frame_s = encoded.ctc_log_probs, config.output_frame_s
            spelled = [tuple(tokenizer.encode(word)) for word in words]
        spans = forced_align(log_probs, [token for tokens in spelled for token in tokens])
        placed, first = [], 0
        for word, tokens in zip(words, spelled, strict=True):
            last = first + len(tokens) - 1
            placed.append(
                SpokenWord(word, spans[first].start_frame * frame_s, spans[last].end_frame * frame_s)
            )
            first = last + 1
        return placed
