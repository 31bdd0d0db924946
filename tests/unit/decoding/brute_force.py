"""Answers by enumeration, for inputs small enough, and the tiny models they are asked of."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.model.config import AttentionKind, DecoderConfig, FeatureConfig, ModelConfig
from asr_app.model.network import AcousticModel, AttentionDecoder

Tokens = tuple[int, ...]
LogProbs = NDArray[np.float32]


def random_ctc(seed: int, frames: int, vocabulary: int, sharpness: float = 2.0) -> LogProbs:
    logits = np.random.default_rng(seed).normal(size=(frames, vocabulary + 1)) * sharpness
    log_probs: LogProbs = torch.from_numpy(logits).log_softmax(-1).float().numpy()
    return log_probs


def spoken_ctc(tokens: Tokens, vocabulary: int, blanks_between: int = 1, certainty: float = 0.98) -> LogProbs:
    """CTC output that clearly spells `tokens`, each on one frame with blanks around."""
    frames: list[int] = [vocabulary] * blanks_between
    for token in tokens:
        frames += [token] + [vocabulary] * blanks_between
    probs = np.full((len(frames), vocabulary + 1), (1 - certainty) / vocabulary, dtype=np.float32)
    probs[np.arange(len(frames)), frames] = certainty
    log_probs: LogProbs = np.log(probs)
    return log_probs


def silent_ctc(frames: int, vocabulary: int) -> LogProbs:
    return spoken_ctc((), vocabulary, blanks_between=frames, certainty=0.999)


def collapse(path: Tokens, blank: int) -> Tokens:
    return tuple(token for token, _ in itertools.groupby(path) if token != blank)


def log_sum(values: list[float]) -> float:
    return float(np.logaddexp.reduce(values)) if values else -math.inf


def ctc_table(log_probs: LogProbs) -> dict[Tokens, float]:
    """log P of every token string that has an alignment, by walking all alignments."""
    frames, symbols = log_probs.shape
    sums: dict[Tokens, list[float]] = {}
    for path in itertools.product(range(symbols), repeat=frames):
        score = float(log_probs[np.arange(frames), list(path)].sum(dtype=np.float64))
        sums.setdefault(collapse(path, symbols - 1), []).append(score)
    return {tokens: log_sum(scores) for tokens, scores in sums.items()}


def strings(vocabulary: int, longest: int) -> list[Tokens]:
    return [
        tokens
        for length in range(longest + 1)
        for tokens in itertools.product(range(vocabulary), repeat=length)
    ]


def tiny_model(seed: int, vocabulary: int = 2, attention: AttentionKind = "location") -> AcousticModel:
    """A whole model with random weights, large enough to have opinions."""
    config = ModelConfig(
        features=FeatureConfig(mel_bands=4),
        vocabulary_size=vocabulary,
        conv_channels=1,
        encoder_layers=1,
        encoder_units=3,
        reduction_layer=0,
        decoder=DecoderConfig(
            units=6,
            embedding_units=4,
            attention=attention,
            attention_units=4,
            attention_heads=2,
            location_filters=2,
            location_width_frames=3,
        ),
    )
    torch.manual_seed(seed)
    model = AcousticModel(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(std=1.0)
    return model


def tiny_decoder(seed: int, vocabulary: int = 2, attention: AttentionKind = "location") -> AttentionDecoder:
    decoder = tiny_model(seed, vocabulary, attention).decoder
    assert decoder is not None
    return decoder


def obsessed_decoder(vocabulary: int, favours: dict[int, float]) -> AttentionDecoder:
    """A decoder that says the same at every step: the given logits, zero for the rest."""
    decoder = tiny_decoder(0, vocabulary)
    with torch.no_grad():
        decoder.output.weight.zero_()
        decoder.output.bias.zero_()
        for token, logit in favours.items():
            decoder.output.bias[token] = logit
    return decoder


def random_frames(seed: int, frames: int) -> Tensor:
    """(1, frames, width) as the encoder of `tiny_model` would give."""
    return torch.randn(1, frames, 6, generator=torch.Generator().manual_seed(seed))


@torch.inference_mode()
def decoder_scores(
    decoder: AttentionDecoder, frames: Tensor, tokens: Tokens
) -> tuple[float, NDArray[np.float64]]:
    """log P(tokens, end) and the attention (tokens + 1, frames), by the decoder's training path."""
    targets = torch.tensor([tokens], dtype=torch.long)
    logits, attention = decoder(frames, torch.tensor([frames.shape[1]]), targets)
    log_probs = logits[0].double().log_softmax(-1)
    total = sum(float(log_probs[step, token]) for step, token in enumerate((*tokens, decoder.end)))
    return total, attention[0].double().numpy()
