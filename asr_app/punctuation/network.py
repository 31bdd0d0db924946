"""The network of automatic punctuation: a word is read from its subword pieces, a sentence from its words.

The first bidirectional LSTM reads the pieces of one word, which gives a vector that does not depend on the
words beside it and can be kept; the others read these vectors (a hierarchical BiLSTM tagger, as Ling et al.
2015 and Lample et al. 2016 do with characters; for punctuation, Tilk and Alumäe 2016).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence

from asr_app.punctuation.tagger import MARKS, Capitals

_FEW_WORDS = 64
"""Up to so many are read in one call, packed; more are faster in one call for each number of pieces."""


@dataclass(frozen=True)
class TaggerSizes:
    """The network's shape.

    Attributes:
        pieces: Subword pieces.
        embedding: Units a piece.
        word: Units of each direction of the LSTM over pieces.
        context: The same of those over words.
        layers: Of those.
    """

    pieces: int = 300
    embedding: int = 128
    word: int = 128
    context: int = 192
    layers: int = 2


class TaggerNetwork(nn.Module):
    """Scores marks and capitals for each word.

    Attributes:
        sizes: Its shape.
    """

    def __init__(self, sizes: TaggerSizes, dropout: float = 0.0) -> None:
        super().__init__()
        self.sizes = sizes
        self.piece_embedding = nn.Embedding(sizes.pieces, sizes.embedding)
        self.word_lstm = nn.LSTM(sizes.embedding, sizes.word, bidirectional=True, batch_first=True)
        self.context_lstm = nn.LSTM(
            2 * sizes.word,
            sizes.context,
            sizes.layers,
            bidirectional=True,
            batch_first=True,
            dropout=dropout if sizes.layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(2 * sizes.context + 2 * sizes.word, len(MARKS) + len(Capitals))

    @staticmethod
    def shaped_like(tensors: Mapping[str, Tensor]) -> TaggerNetwork:
        """A network that takes these tensors.

        Raises:
            KeyError: One is missing.
        """
        pieces, embedding = tensors["piece_embedding.weight"].shape
        word = tensors["word_lstm.weight_hh_l0"].shape[1]
        context = tensors["context_lstm.weight_hh_l0"].shape[1]
        layers = sum(name.startswith("context_lstm.weight_hh") for name in tensors) // 2
        return TaggerNetwork(TaggerSizes(pieces, embedding, word, context, layers))

    def read_pieces(self, words: Sequence[Sequence[int]]) -> Tensor:
        """Read words.

        Args:
            words: The pieces of each; one without any is read as the piece 0, which stands for the unknown.

        Returns:
            Vectors (words, 2 · word units).
        """
        spelled = [torch.tensor(list(pieces) or [0]) for pieces in words]
        if len(spelled) <= _FEW_WORDS:
            sizes = [len(pieces) for pieces in spelled]
            embedded = self.piece_embedding(torch.cat(spelled)).split(sizes)
            _, (last, _) = self.word_lstm(pack_sequence(embedded, enforce_sorted=False))
            return torch.cat([last[0], last[1]], dim=-1)  # last: (2, words, units)
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, pieces in enumerate(spelled):
            by_length[len(pieces)].append(place)
        found: list[Tensor] = []
        order: list[int] = []
        for places in by_length.values():
            # Words of the same length only: no padding, which the backward direction would read first.
            same = torch.stack([spelled[place] for place in places])
            _, (last, _) = self.word_lstm(self.piece_embedding(same))
            found.append(torch.cat([last[0], last[1]], dim=-1))
            order += places
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(found)[back]

    def read_words(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Read sentences.

        Args:
            vectors: (sentences, words, 2 · word units), all sentences of the same length.

        Returns:
            Logits (sentences, words, marks) and (sentences, words, capitals).
        """
        vectors = self.dropout(vectors)
        context, _ = self.context_lstm(vectors)  # (sentences, words, 2 · context units)
        # What a word is, is seen past the context too: its capitals depend on it more than on others.
        scores = self.readout(torch.cat([self.dropout(context), vectors], dim=-1))
        return scores[..., : len(MARKS)], scores[..., len(MARKS) :]
