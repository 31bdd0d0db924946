"""Quick greedy error rates while training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import SampleCache


@dataclass(frozen=True)
class Development:
    """A development manifest, decoded.

    Attributes:
        name: The manifest's.
        cache: Its recordings.
        phones: For each recording, as the phone head spells; None where a word's pronunciation is unknown.
    """

    name: str
    cache: SampleCache
    phones: Sequence[list[int] | None] = ()


@torch.inference_mode()
def validate(
    network: AcousticModel,
    tokenizer: Tokenizer,
    sets: list[Development],
    device: torch.device,
    batch: int = 16,
) -> dict[str, float]:
    """Measure greedy CTC.

    Returns:
        By name of each set its word error rate, and by its name with " phones" its phone error rate where
        the network has a phone head and pronunciations are known; both as fractions.
    """
    import jiwer

    network.eval()
    rates = {}
    for development in sets:
        cache = development.cache
        order = sorted(range(len(cache)), key=cache.duration_s)
        texts: list[str] = []
        sounds: list[list[int]] = []
        for start in range(0, len(order), batch):
            features = [
                network.features(torch.from_numpy(cache.samples(i)).to(device)[None])[0]
                for i in order[start : start + batch]
            ]
            lengths = torch.tensor([len(matrix) for matrix in features], device=device)
            output = network(torch.nn.utils.rnn.pad_sequence(features, batch_first=True), lengths)
            texts += [
                tokenizer.decode(tokens) for tokens in collapse(network.ctc_log_probs(output), output.lengths)
            ]
            if network.phone_head is not None:
                sounds += collapse(network.phone_log_probs(output), output.phone_lengths)
        references = [cache.items[i][0].text for i in order]
        rates[development.name] = float(jiwer.wer(references, texts))
        pairs = [
            (spelled, sound)
            for i, sound in zip(order, sounds, strict=False)
            if development.phones and (spelled := development.phones[i])
        ]
        if pairs:
            known, heard = ([" ".join(map(str, row)) for row in side] for side in zip(*pairs, strict=True))
            rates[f"{development.name} phones"] = float(jiwer.wer(known, heard))
    return rates


def collapse(log_probs: Tensor, lengths: Tensor) -> list[list[int]]:
    """Best tokens of each row (batch, frames, tokens + 1), without repetitions and the blank, the last."""
    blank = log_probs.shape[-1] - 1
    rows = zip(log_probs.argmax(-1).cpu(), lengths.tolist(), strict=True)
    return [
        [token for token in torch.unique_consecutive(row[:length]).tolist() if token != blank]
        for row, length in rows
    ]
