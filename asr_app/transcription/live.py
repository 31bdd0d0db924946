"""The live pass: the encoder in chunks and a search that never goes back, while an utterance is spoken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.decoding.live_search import LiveSearch
from asr_app.decoding.partial_words import PartialNames
from asr_app.model.bundle import Bundle
from asr_app.model.config import Chunking
from asr_app.model.features import StreamingLogMel
from asr_app.model.network import AcousticModel, EncoderOutput
from asr_app.model.streaming import StreamingEncoder
from asr_app.model.tokenizer import Tokenizer
from asr_app.transcription.inspection import make_arrays
from asr_app.transcription.steady import SteadyWords
from asr_app.transcription.types import InspectionArrays

Samples = NDArray[np.float32]
LogProbs = NDArray[np.float32]


@dataclass(frozen=True)
class LiveWord:
    """A word of the live pass.

    Attributes:
        text: As spelled.
        end_s: When its last sound was heard, in seconds from the beginning of the utterance.
    """

    text: str
    end_s: float


@dataclass(frozen=True)
class LiveText:
    """What the live pass has made of an utterance so far.

    Attributes:
        text: All of its text.
        heard_s: Seconds of the utterance that the text covers.
        inspection: Arrays of the chunk finished last, on the recording's clock, when asked for.
        words: Of the text; empty where it is spelled in pieces of words.
    """

    text: str
    heard_s: float
    inspection: InspectionArrays | None
    words: tuple[LiveWord, ...] = ()


class PieceWriter:
    """Greedy CTC over pieces of words: cheap, and wrong twice as often as words.

    The text only ever grows at its end, because finished frames are not decoded again.
    """

    def __init__(self, tokenizer: Tokenizer, blank: int) -> None:
        """Begin an utterance; `blank` is the label of the blank."""
        self._tokenizer = tokenizer
        self._blank = blank
        self._tokens: list[int] = []
        self._last_label = blank

    def push(self, log_probs: LogProbs) -> str:
        """Take the next frames (frames, labels) and give all of the text."""
        for label in log_probs.argmax(axis=1).tolist():
            if label not in (self._last_label, self._blank):
                self._tokens.append(label)
            self._last_label = label
        return self._tokenizer.decode(self._tokens)


class WordWriter:
    """Words of the dictionary by phones and language model, shown when they have stood for a moment."""

    def __init__(self, search: LiveSearch, frame_s: float) -> None:
        """Begin an utterance; `frame_s` is the time between two phone frames."""
        self._search = search
        self._frame_s = frame_s
        self._steady = SteadyWords()
        self._names = PartialNames(search.user) if search.user is not None else None

    def push(self, log_probs: LogProbs) -> tuple[LiveWord, ...]:
        """Take the next frames (frames, phones + 1) and give the words to show."""
        self._search.push(log_probs)
        shown = self._steady.update(self._search.hypotheses(), self._search.frames)
        if self._names is not None:
            self._names.push(log_probs)
            shown = self._names.correct(shown)
        return tuple(LiveWord(word.text, word.end_frame * self._frame_s) for word in shown)


class LivePass:
    """Follows one utterance.

    The cost per second of sound is constant. Calls belong in torch's inference mode.

    Attributes:
        network: The network it runs in; when that changes, a new pass is needed.
    """

    def __init__(
        self,
        bundle: Bundle,
        network: AcousticModel,
        chunking: Chunking,
        start_s: float,
        inspect: bool,
        search: LiveSearch | None = None,
    ) -> None:
        """Begin an utterance.

        Args:
            bundle: The model.
            network: Its network, where it computes.
            chunking: How much is heard at a time.
            start_s: Where the utterance begins on the recording's clock.
            inspect: Whether results carry the arrays to draw.
            search: A new one, to write words; None: pieces of words.
        """
        self.network = network
        self._bundle = bundle
        self._start_s = start_s
        self._log_mel = StreamingLogMel(network.features)
        self._encoder = StreamingEncoder(network.encoder, chunking)
        self._features: list[Tensor] | None = [] if inspect else None
        self._words = WordWriter(search, bundle.config.frame_s) if search is not None else None
        self._pieces = PieceWriter(bundle.tokenizer, network.config.vocabulary_size)
        self._frames = 0

    def use_chunks(self, chunking: Chunking) -> None:
        """Hear more or less at a time from now on."""
        self._encoder.chunking = chunking

    @property
    def wanted_samples(self) -> int:
        """So many samples of the utterance, from its beginning, does the next chunk need."""
        chunking, features = self._encoder.chunking, self._bundle.config.features
        frames = (
            self._frames * self._bundle.config.reduction + chunking.chunk_frames + chunking.lookahead_frames
        )
        each = round(self._bundle.config.frame_s * features.sample_rate_hz)
        return frames * each - features.hop_samples + features.window_samples

    def push(self, samples: Samples) -> list[LiveText]:
        """Add samples of the utterance, (n,); gives one value for each chunk they finish."""
        features = self._log_mel.push(samples)
        if len(features) == 0:
            return []
        if self._features is not None:
            self._features.append(features)
        return [self._take(output) for output in self._encoder.push(features)]

    def _take(self, output: EncoderOutput) -> LiveText:
        first, self._frames = self._frames, self._frames + output.frames.shape[1]
        heard_s = self._frames * self._bundle.config.output_frame_s
        words: tuple[LiveWord, ...] = ()
        log_probs = None
        if self._words is None or self._features is not None:
            log_probs = self.network.ctc_log_probs(output)[0].cpu().numpy()
        if self._words is not None:
            words = self._words.push(self.network.phone_log_probs(output)[0].cpu().numpy())
            text = " ".join(word.text for word in words)
        else:
            assert log_probs is not None
            text = self._pieces.push(log_probs)
        inspection = None if log_probs is None else self._inspect(log_probs, first)
        return LiveText(text, heard_s, inspection, words)

    def _inspect(self, log_probs: LogProbs, first: int) -> InspectionArrays | None:
        """Give the arrays of the frames from `first` on, with the feature frames below them."""
        if self._features is None:
            return None
        features = torch.cat(self._features)
        config = self._bundle.config
        each = 4 * config.reduction  # feature frames per encoder frame
        part = features[first * each : (first + len(log_probs)) * each]
        return make_arrays(self._bundle, part, log_probs, self._start_s + first * config.output_frame_s)
