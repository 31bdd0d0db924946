"""Arrays made to be drawn, taken from what the network computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.model.bundle import Bundle
from asr_app.model.features import LogMel
from asr_app.model.network import AcousticModel
from asr_app.transcription.encoding import Encoded
from asr_app.transcription.types import InspectionArrays

BLANK_LABEL = "∅"
END_LABEL = "end"


def inspect_utterance(
    bundle: Bundle, network: AcousticModel, encoded: Encoded, tokens: Sequence[int], start_s: float
) -> InspectionArrays:
    """Collect an utterance's arrays; the attention is that of spelling `tokens`."""
    attention, labels = _attention(bundle, network, encoded, tokens)
    return make_arrays(bundle, encoded.log_mel, encoded.ctc_log_probs, start_s, attention, labels)


def make_arrays(
    bundle: Bundle,
    log_mel: Tensor,
    ctc_log_probs: NDArray[np.float32],
    start_s: float,
    attention: NDArray[np.float32] | None = None,
    attention_labels: tuple[str, ...] = (),
) -> InspectionArrays:
    """Put arrays on one time axis.

    Args:
        bundle: For units and labels.
        log_mel: (feature frames, mel_bands) normalised.
        ctc_log_probs: (frames, vocabulary_size + 1).
        start_s: Of the first frame on the recording's clock.
        attention: (steps, frames) or None.
        attention_labels: Text of each step.
    """
    features = bundle.network.features
    powers = log_mel.cpu() * features.std.cpu() + features.mean.cpu()
    feature_config = bundle.config.features
    return InspectionArrays(
        start_s=start_s,
        log_mel=powers.numpy().astype(np.float32),
        log_mel_frame_s=feature_config.hop_samples / feature_config.sample_rate_hz,
        mel_centres_hz=mel_centres_hz(features),
        ctc_posteriors=np.exp(ctc_log_probs),
        ctc_frame_s=bundle.config.output_frame_s,
        ctc_labels=(*bundle.tokenizer.pieces, BLANK_LABEL),
        attention=attention,
        attention_labels=attention_labels,
    )


def mel_centres_hz(features: LogMel) -> NDArray[np.float32]:
    """Centre frequency of each band, (mel_bands,): the centre of gravity of its filter in the bundle."""
    weights = features.filterbank.detach().cpu().double().numpy()
    config = features.config
    bins_hz = np.arange(weights.shape[1]) * config.sample_rate_hz / config.fft_samples
    mass = weights.sum(axis=1)
    # A band narrower than the distance of two bins may hold none of them; it lies between its neighbours.
    bands = np.arange(len(weights))
    filled = mass > 0
    if not filled.any():
        return np.linspace(config.min_hz, config.max_hz, len(weights)).astype(np.float32)
    gravity = (weights[filled] @ bins_hz) / mass[filled]
    centres: NDArray[np.float32] = np.interp(bands, bands[filled], gravity).astype(np.float32)
    return centres


def _attention(
    bundle: Bundle, network: AcousticModel, encoded: Encoded, tokens: Sequence[int]
) -> tuple[NDArray[np.float32] | None, tuple[str, ...]]:
    decoder = network.decoder
    if decoder is None or not tokens:
        return None, ()
    device = encoded.frames.device
    lengths = torch.tensor([len(encoded.frames)], device=device)
    _, attention = decoder(encoded.frames[None], lengths, torch.tensor([list(tokens)], device=device))
    labels = (*(bundle.tokenizer.pieces[token] for token in tokens), END_LABEL)
    return attention[0].float().cpu().numpy(), labels
