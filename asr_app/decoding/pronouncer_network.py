"""The network that pronounces words from their letters.

A sequence-to-sequence model: a bidirectional LSTM over the letters and an LSTM over the phones with additive
attention (Bahdanau et al. 2015), as Toshniwal and Livescu (2016) used for this.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

import torch
from torch import Tensor, nn

LETTERS = f"'{string.ascii_lowercase}"
"""What a word may be spelled with; indices count in this order."""

State = tuple[Tensor, Tensor, Tensor]
"""Of the decoder: hidden and cell state (batch, decoder units), what was attended to (batch, 2 encoder
units)."""


@dataclass(frozen=True)
class PronouncerSizes:
    """How wide its parts are.

    Attributes:
        embedding: Of a letter and of a phone.
        encoder: Units in each direction.
        decoder: Units.
        attention: Units.
    """

    embedding: int = 64
    encoder: int = 128
    decoder: int = 192
    attention: int = 128


@dataclass(frozen=True)
class Memory:
    """What the decoder reads of a batch of words.

    Attributes:
        letters: (batch, letters, 2 encoder units).
        keys: (batch, letters, attention units).
    """

    letters: Tensor
    keys: Tensor


class PronouncerNetwork(nn.Module):
    """Letters to phones. The words of a batch are equally long, so that nothing is padded.

    Attributes:
        end: Index that begins the decoder's input and ends its output; phones have the indices below it.
    """

    def __init__(self, phones: int, sizes: PronouncerSizes | None = None, dropout: float = 0.0) -> None:
        """Make one with random weights.

        Args:
            phones: Size of the phone set.
            sizes: None: `PronouncerSizes()`.
            dropout: While training, on embeddings and on what the last layer sees.
        """
        super().__init__()
        sizes = sizes or PronouncerSizes()
        self.end = phones
        both = 2 * sizes.encoder
        self.letter_embedding = nn.Embedding(len(LETTERS), sizes.embedding)
        self.encoder = nn.LSTM(sizes.embedding, sizes.encoder, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(sizes.encoder, 2 * sizes.decoder)
        self.key = nn.Linear(both, sizes.attention)
        self.query = nn.Linear(sizes.decoder, sizes.attention, bias=False)
        self.energy = nn.Linear(sizes.attention, 1, bias=False)
        self.phone_embedding = nn.Embedding(phones + 1, sizes.embedding)
        self.decoder = nn.LSTMCell(sizes.embedding + both, sizes.decoder)
        self.readout = nn.Linear(sizes.decoder + both, phones + 1)
        self.dropout = nn.Dropout(dropout)

    def encode(self, letters: Tensor) -> tuple[Memory, State]:
        """Read words: (batch, letters) indices. Gives what the decoder needs, and its first state."""
        outputs, (last, _) = self.encoder(self.dropout(self.letter_embedding(letters)))
        # The backward direction ends at the first letter, where speaking begins.
        hidden, cell = torch.tanh(self.bridge(last[1])).chunk(2, dim=-1)
        context = torch.zeros_like(outputs[:, 0])
        return Memory(outputs, self.key(outputs)), (hidden, cell, context)

    def step(self, phones: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        """Take the phones said last, (batch,), to the logits of the next, (batch, phones + 1)."""
        hidden, cell, context = state
        inputs = torch.cat([self.dropout(self.phone_embedding(phones)), context], dim=-1)
        hidden, cell = self.decoder(inputs, (hidden, cell))
        energies = self.energy(torch.tanh(memory.keys + self.query(hidden)[:, None]))  # (batch, letters, 1)
        context = (energies.softmax(dim=1) * memory.letters).sum(dim=1)
        return self.readout(self.dropout(torch.cat([hidden, context], dim=-1))), (hidden, cell, context)

    def forward(self, letters: Tensor, phones: Tensor) -> Tensor:
        """Predict each phone of known pronunciations from those before it.

        Args:
            letters: (batch, letters).
            phones: (batch, phones); what follows a pronunciation's end does not matter.

        Returns:
            Logits (batch, phones + 1, phone set + 1): the last position is after the last phone.
        """
        memory, state = self.encode(letters)
        said = phones.new_full((len(phones),), self.end)
        logits = []
        for position in range(phones.shape[1] + 1):
            scores, state = self.step(said, state, memory)
            logits.append(scores)
            if position < phones.shape[1]:
                said = phones[:, position]
        return torch.stack(logits, dim=1)


def spell(word: str) -> list[int]:
    """Indices of the letters of a word; characters that are none are left out."""
    return [LETTERS.index(letter) for letter in word if letter in LETTERS]
