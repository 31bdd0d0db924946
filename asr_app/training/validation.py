"""Quick greedy word error rates while training."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import SampleCache


@dataclass(frozen=True)
class Development:
    """A development manifest, decoded.

    Attributes:
        name: The manifest's.
        cache: Its recordings.
    """

    name: str
    cache: SampleCache


@torch.inference_mode()
def validate(
    network: AcousticModel,
    tokenizer: Tokenizer,
    sets: list[Development],
    device: torch.device,
    batch: int = 16,
) -> dict[str, float]:
    """Greedy CTC word error rate, as a fraction, of each set."""
    import jiwer

    network.eval()
    rates = {}
    for development in sets:
        cache = development.cache
        order = sorted(range(len(cache)), key=cache.duration_s)
        texts: list[str] = []
        for start in range(0, len(order), batch):
            features = [
                network.features(torch.from_numpy(cache.samples(i)).to(device)[None])[0]
                for i in order[start : start + batch]
            ]
            lengths = torch.tensor([len(matrix) for matrix in features], device=device)
            output = network(torch.nn.utils.rnn.pad_sequence(features, batch_first=True), lengths)
            best = network.ctc_log_probs(output).argmax(-1).cpu()
            for row, length in zip(best, output.lengths.tolist(), strict=True):
                tokens = torch.unique_consecutive(row[:length]).tolist()
                texts.append(tokenizer.decode([token for token in tokens if token < tokenizer.size]))
        references = [cache.items[i][0].text for i in order]
        rates[development.name] = float(jiwer.wer(references, texts))
    return rates
