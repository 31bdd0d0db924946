"""The live pass: the encoder in chunks and greedy CTC, while an utterance is still being spoken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.model.bundle import Bundle
from asr_app.model.config import Chunking
from asr_app.model.features import StreamingLogMel
from asr_app.model.network import AcousticModel, EncoderOutput
from asr_app.model.streaming import StreamingEncoder
from asr_app.transcription.inspection import make_arrays
from asr_app.transcription.types import InspectionArrays

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class LiveText:
    """What the live pass has made of an utterance so far.

    Attributes:
        text: All of its text; only ever grows at its end, because finished frames are not decoded again.
        heard_s: Seconds of the utterance that the text covers.
        inspection: Arrays of the chunk finished last, on the recording's clock, when asked for.
    """

    text: str
    heard_s: float
    inspection: InspectionArrays | None


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
    ) -> None:
        """Begin an utterance at `start_s` on the recording's clock."""
        self.network = network
        self._bundle = bundle
        self._start_s = start_s
        self._log_mel = StreamingLogMel(network.features)
        self._encoder = StreamingEncoder(network.encoder, chunking)
        self._features: list[Tensor] | None = [] if inspect else None
        self._tokens: list[int] = []
        self._last_label = network.config.vocabulary_size  # the blank
        self._frames = 0

    def push(self, samples: Samples) -> list[LiveText]:
        """Add samples of the utterance, (n,); gives one value for each chunk they finish."""
        features = self._log_mel.push(samples)
        if len(features) == 0:
            return []
        if self._features is not None:
            self._features.append(features)
        return [self._take(output) for output in self._encoder.push(features)]

    def _take(self, output: EncoderOutput) -> LiveText:
        log_probs = self.network.ctc_log_probs(output)[0].cpu().numpy()
        blank = log_probs.shape[1] - 1
        for label in log_probs.argmax(axis=1).tolist():
            if label not in (self._last_label, blank):
                self._tokens.append(label)
            self._last_label = label
        first, self._frames = self._frames, self._frames + len(log_probs)
        frame_s = self._bundle.config.output_frame_s
        text = self._bundle.tokenizer.decode(self._tokens)
        return LiveText(text, self._frames * frame_s, self._inspect(log_probs, first))

    def _inspect(self, log_probs: NDArray[np.float32], first: int) -> InspectionArrays | None:
        """Give the arrays of the frames from `first` on, with the feature frames below them."""
        if self._features is None:
            return None
        features = torch.cat(self._features)
        config = self._bundle.config
        each = 4 * config.reduction  # feature frames per encoder frame
        part = features[first * each : (first + len(log_probs)) * each]
        return make_arrays(self._bundle, part, log_probs, self._start_s + first * config.output_frame_s)
