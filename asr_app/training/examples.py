"""From a step's number to its batch: samples, augmentation, features, targets, padding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from asr_app.model.features import LogMel
from asr_app.training.augmentation import Augmenter
from asr_app.training.batches import BatchPlan
from asr_app.training.cache import SampleCache


@dataclass(frozen=True)
class Targets:
    """What one recording should be heard as.

    Attributes:
        tokens: Subword pieces.
        phones: For the phone head; empty when a word's pronunciation is unknown.
        weight: Of the recording in the loss.
        strength: Of its augmentation, from 0 to 1; None: as the ramp has it.
    """

    tokens: list[int]
    phones: list[int]
    weight: float
    strength: float | None = None


@dataclass
class Batch:
    """One process's share of a step.

    Attributes:
        features: (batch, frames, mel_bands), normalised, zero where padded.
        lengths: (batch,) frames.
        tokens: (batch, tokens), zero where padded.
        token_lengths: (batch,)
        phones: (batch, phones), zero where padded.
        phone_lengths: (batch,); 0 where the phones are unknown.
        weights: (batch,) in the loss.
        audio_s: Seconds of recordings, padding not counted.
        pass_number: Passes over the data finished before.
    """

    features: Tensor
    lengths: Tensor
    tokens: Tensor
    token_lengths: Tensor
    phones: Tensor
    phone_lengths: Tensor
    weights: Tensor
    audio_s: float
    pass_number: int

    def to(self, device: torch.device) -> Batch:
        """Copy to a device."""
        moved = {
            name: value.to(device, non_blocking=True)
            for name, value in vars(self).items()
            if isinstance(value, Tensor)
        }
        return Batch(**{**vars(self), **moved})


def pad(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Rows of different length to (batch, longest), zero where padded, and (batch,) lengths."""
    lengths = torch.tensor([len(row) for row in rows])
    # At least one column: a batch may hold only recordings whose phones are unknown.
    padded = torch.zeros(len(rows), max(1, int(lengths.max())), dtype=torch.long)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = torch.tensor(values, dtype=torch.long)
    return padded, lengths


class Examples(Dataset[Batch]):
    """Batches by step number; item `n` is the same whenever and wherever it is made."""

    def __init__(
        self,
        cache: SampleCache,
        targets: list[Targets],
        features: LogMel,
        augmenter: Augmenter,
        plan: BatchPlan,
        seed: int,
        process: int,
    ) -> None:
        """Prepare; `targets` in the order of the cache."""
        self._cache = cache
        self._targets = targets
        self._features = features
        self._augmenter = augmenter
        self._plan = plan
        self._seed = seed
        self._process = process

    def __getitem__(self, step: int) -> Batch:
        """Make the batch of a step."""
        pass_number, members = self._plan.step(step, self._process)
        ramp = self._augmenter.strength(step)
        targets = [self._targets[index] for index in members]
        strengths = [ramp if target.strength is None else target.strength for target in targets]
        features = [
            self._one(index, pass_number, strength)
            for index, strength in zip(members, strengths, strict=True)
        ]
        tokens, token_lengths = pad([target.tokens for target in targets])
        phones, phone_lengths = pad([target.phones for target in targets])
        return Batch(
            features=torch.nn.utils.rnn.pad_sequence(features, batch_first=True),
            lengths=torch.tensor([len(matrix) for matrix in features]),
            tokens=tokens,
            token_lengths=token_lengths,
            phones=phones,
            phone_lengths=phone_lengths,
            weights=torch.tensor([target.weight for target in targets]),
            audio_s=sum(self._cache.duration_s(index) for index in members),
            pass_number=pass_number,
        )

    def _one(self, index: int, pass_number: int, strength: float) -> Tensor:
        random = np.random.default_rng((self._seed, pass_number, index))
        samples = self._augmenter.on_samples(self._cache.samples(index), strength, random)
        with torch.no_grad():
            log_mel = self._features.log_mel(torch.from_numpy(samples)[None])[0]
            log_mel = self._augmenter.on_log_mel(log_mel, strength, random)
            return self._augmenter.on_features(self._features.normalise(log_mel), strength, random)
