"""Utterances through features, encoder and CTC head, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.model.network import AcousticModel

Samples = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the network makes of one utterance.

    Attributes:
        log_mel: (feature frames, mel_bands) normalised, on the network's device.
        frames: (frames, width) of the encoder, on the network's device.
        ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        phone_log_probs: (phone frames, phones + 1), natural logarithm, the blank last; None without such a
            head.
    """

    log_mel: Tensor
    frames: Tensor
    ctc_log_probs: NDArray[np.float32]
    phone_log_probs: NDArray[np.float32] | None = None


def encode(network: AcousticModel, utterances: Sequence[Samples]) -> list[Encoded]:
    """Encode utterances as one batch, to be called in torch's inference mode.

    Args:
        network: In evaluation mode.
        utterances: (samples,) each, at the model's rate; one too short for a single frame gives none.

    Returns:
        One value for each, not depending on the others in the batch.
    """
    device = network.features.mean.device
    features: list[Tensor] = [
        # A copy: torch cannot share an array that its owner has made read-only.
        network.features(torch.tensor(samples, dtype=torch.float32, device=device)[None])[0]
        for samples in utterances
    ]
    heard = [index for index, matrix in enumerate(features) if len(matrix)]
    results = [_nothing(network, matrix) for matrix in features]
    if not heard:
        return results
    lengths = torch.tensor([len(features[index]) for index in heard], device=device)
    padded = torch.nn.utils.rnn.pad_sequence([features[index] for index in heard], batch_first=True)
    output = network(padded, lengths)
    log_probs = network.ctc_log_probs(output).cpu().numpy()
    phones = None if network.phone_head is None else network.phone_log_probs(output).cpu().numpy()
    lengths_of = zip(output.lengths.tolist(), output.phone_lengths.tolist(), strict=True)
    for row, (index, (frames, phone_frames)) in enumerate(zip(heard, lengths_of, strict=True)):
        results[index] = Encoded(
            features[index],
            output.frames[row, :frames],
            log_probs[row, :frames],
            None if phones is None else phones[row, :phone_frames],
        )
    return results


def _nothing(network: AcousticModel, features: Tensor) -> Encoded:
    config = network.config
    log_probs = np.zeros((0, config.vocabulary_size + 1), np.float32)
    phones = None if network.phone_head is None else np.zeros((0, len(config.phones) + 1), np.float32)
    return Encoded(features, features.new_zeros(0, config.encoder_width), log_probs, phones)
