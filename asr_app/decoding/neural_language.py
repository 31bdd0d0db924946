"""A second opinion on what people say: an LSTM language model over subword pieces (Mikolov et al. 2010).

It scores whole candidates, as the n-gram model does, and sees further back than three words. The input and
output embeddings are one matrix (Press and Wolf 2017).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from asr_app.errors import BundleError

_REINSTALL = "Install the model again."

State = tuple[Tensor, Tensor]
"""Hidden and cell state, each (layers, batch, units)."""


@dataclass(frozen=True)
class NeuralSizes:
    """How wide its parts are.

    Attributes:
        embedding: Of a piece.
        units: Of an LSTM layer.
        layers: LSTM layers.
    """

    embedding: int = 256
    units: int = 640
    layers: int = 1


class NeuralLanguageNetwork(nn.Module):
    """Foresees the next piece.

    Attributes:
        boundary: Index that stands before the first piece and after the last; pieces have those below it.
    """

    def __init__(self, pieces: int, sizes: NeuralSizes | None = None, dropout: float = 0.0) -> None:
        """Build it for a number of pieces, with random weights."""
        super().__init__()
        sizes = sizes or NeuralSizes()
        self.boundary = pieces
        self.embedding = nn.Embedding(pieces + 1, sizes.embedding)
        self.lstm = nn.LSTM(sizes.embedding, sizes.units, sizes.layers, batch_first=True)
        self.projection = nn.Linear(sizes.units, sizes.embedding)
        self.readout_bias = nn.Parameter(torch.zeros(pieces + 1))
        self.dropout = nn.Dropout(dropout)
        # One matrix reads and writes: as large as a readout would be initialised.
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    def forward(self, pieces: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Go on from a state (None: the beginning) over pieces.

        Args:
            pieces: (batch, length)
            state: See `State`.

        Returns:
            Logits of what follows each piece, (batch, length, pieces + 1), and the state after the last.
        """
        embedded = self.dropout(self.embedding(pieces))  # (batch, length, embedding)
        hidden, state = self.lstm(embedded, state)  # (batch, length, units)
        projected = self.dropout(self.projection(hidden))  # (batch, length, embedding)
        return nn.functional.linear(projected, self.embedding.weight, self.readout_bias), state


class NeuralLanguage:
    """Scores strings of pieces. Several threads may use one.

    Attributes:
        network: In evaluation mode.
        tokenizer: SHA-256 of the tokenizer's file whose pieces it knows.
    """

    def __init__(self, network: NeuralLanguageNetwork, tokenizer: str) -> None:
        """Take a trained network."""
        self.network = network.eval()
        self.tokenizer = tokenizer

    @torch.inference_mode()
    def log_probs(self, strings: Sequence[Sequence[int]]) -> list[float]:
        """Return log P(pieces, end) of each string, natural logarithm.

        Candidates of one utterance begin alike: what they share is computed once.
        """
        network = self.network
        totals = [0.0] * len(strings)
        # Row of the state each string goes on from; all begin with the boundary.
        rows = dict.fromkeys(range(len(strings)), 0)
        said = [network.boundary]
        state: State | None = None
        before = [0]
        for position in range(max((len(string) for string in strings), default=0) + 1):
            if state is not None:
                state = (state[0][:, before], state[1][:, before])
            logits, state = network(torch.tensor(said)[:, None], state)
            log_probs = logits[:, 0].log_softmax(dim=-1).double().numpy()
            branches: dict[tuple[int, int], int] = {}
            for number in list(rows):
                string, row = strings[number], rows[number]
                piece = string[position] if position < len(string) else network.boundary
                totals[number] += float(log_probs[row, piece])
                if position < len(string):
                    rows[number] = branches.setdefault((row, piece), len(branches))
                else:
                    del rows[number]
            if not branches:
                break
            before, said = [row for row, _ in branches], [piece for _, piece in branches]
        return totals

    @torch.inference_mode()
    def piece_log_probs(self, string: Sequence[int]) -> list[float]:
        """Return log P of each piece of a string, then that of its end, natural logarithm."""
        boundary = self.network.boundary
        logits, _ = self.network(torch.tensor([[boundary, *string]]))
        follows = torch.tensor([*string, boundary])[:, None]
        chosen: list[float] = logits[0].log_softmax(dim=-1).gather(1, follows)[:, 0].tolist()
        return chosen


def encode_neural_language(language: NeuralLanguage) -> bytes:
    """Give the content of a file (safetensors, half precision) that `read_neural_language` reads."""
    from safetensors.torch import save

    tensors = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in language.network.state_dict().items()
    }
    return save(tensors, {"tokenizer": language.tokenizer})


def read_neural_language(content: bytes) -> NeuralLanguage:
    """Read a model.

    Raises:
        BundleError: The content is damaged or is something else.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(content)
        tokenizer = _metadata(content)["tokenizer"]
        pieces, embedding = tensors["embedding.weight"].shape
        layers = sum(name.startswith("lstm.weight_hh") for name in tensors)
        sizes = NeuralSizes(embedding, tensors["projection.weight"].shape[1], layers)
        network = NeuralLanguageNetwork(pieces - 1, sizes)
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except (SafetensorError, ValueError, KeyError, AttributeError, IndexError, RuntimeError) as error:
        raise BundleError("The model's neural language model is damaged.", _REINSTALL) from error
    return NeuralLanguage(network, tokenizer)


def _metadata(content: bytes) -> dict[str, str]:
    """What a safetensors file says of itself: its header is JSON after eight bytes that tell its length."""
    length = int.from_bytes(content[:8], "little")
    found = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return {str(key): str(value) for key, value in found.items()}
