"""Marks and capitals of recognised words, by the network in `network.py`.

Nothing here imports torch before a tagger is read from its file: the values are for everybody.
"""

from __future__ import annotations

import enum
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_app.errors import BundleError

if TYPE_CHECKING:
    from torch import Tensor

    from asr_app.punctuation.network import TaggerNetwork

MARKS = ("", ",", ".", "?", "!", ":")
"""What may follow a word, in the order of the network's outputs."""

_REINSTALL = "Install the model again."
_KEPT_WORDS = 4000
"""Vectors of words that are kept, at 1 kB each: what is said is mostly said again."""
_LONGEST_WORDS = 200
"""More words than this are read in pieces of this size, so that memory stays bounded."""


class Capitals(enum.IntEnum):
    """How a word is written, in the order of the network's outputs."""

    LOWER = 0
    CAPITAL = 1
    UPPER = 2


@dataclass(frozen=True)
class Tag:
    """What is said of one word.

    Attributes:
        mark: After it, one of `MARKS`.
        capitals: Its own, wherever it stands; that a sentence begins with a capital is no matter of the word.
    """

    mark: str = ""
    capitals: Capitals = Capitals.LOWER


class Tagger:
    """Tags words. Several threads may use one.

    Attributes:
        network: In evaluation mode.
    """

    def __init__(
        self,
        network: TaggerNetwork,
        spell: Callable[[str], Sequence[int]],
        offsets: Sequence[float] = (0.0,) * len(MARKS),
    ) -> None:
        """Take a trained network.

        Args:
            network: In evaluation mode.
            spell: Gives the subword pieces of a word.
            offsets: Added to the logits of the marks: what is rarely wanted is given only when it is sure.
        """
        self.network = network
        self.offsets = tuple(offsets)
        self._spell = spell
        self._vectors: OrderedDict[str, Tensor] = OrderedDict()
        self._lock = threading.Lock()

    def tag(self, words: Sequence[str]) -> list[Tag]:
        """Tag an utterance.

        Args:
            words: As recognised, in lower case.

        Returns:
            As many as words.
        """
        tags: list[Tag] = []
        for start in range(0, len(words), _LONGEST_WORDS):
            tags += self._tag(words[start : start + _LONGEST_WORDS])
        return tags

    def _tag(self, words: Sequence[str]) -> list[Tag]:
        import torch

        with torch.inference_mode():
            vectors = self._vectors_of([word.lower() for word in words])
            marks, capitals = self.network.read_words(vectors[None])
            best = (marks[0] + torch.tensor(self.offsets)).argmax(dim=-1).tolist()
            kinds = capitals[0].argmax(dim=-1).tolist()
        return [Tag(MARKS[mark], Capitals(kind)) for mark, kind in zip(best, kinds, strict=True)]

    def _vectors_of(self, words: Sequence[str]) -> Tensor:
        """Vectors (words, units)."""
        import torch

        with self._lock:
            kept = {word: self._vectors[word] for word in words if word in self._vectors}
        new = list(dict.fromkeys(word for word in words if word not in kept))
        if new:
            kept.update(zip(new, self.network.read_pieces([self._spell(word) for word in new]), strict=True))
            self._keep({word: kept[word] for word in words})
        return torch.stack([kept[word] for word in words])

    def _keep(self, vectors: dict[str, Tensor]) -> None:
        with self._lock:
            for word, vector in vectors.items():
                self._vectors[word] = vector
                self._vectors.move_to_end(word)
            while len(self._vectors) > _KEPT_WORDS:
                self._vectors.popitem(last=False)


def encode_tagger(network: TaggerNetwork, offsets: Sequence[float] = (0.0,) * len(MARKS)) -> bytes:
    """Give the content of a file (safetensors, half precision) that `read_tagger` reads."""
    import torch
    from safetensors.torch import save

    tensors = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
    }
    return save(tensors, {"marks": json.dumps(MARKS), "offsets": json.dumps([float(o) for o in offsets])})


def read_tagger(content: bytes, spell: Callable[[str], Sequence[int]], pieces: int) -> Tagger:
    """Read a tagger.

    Args:
        content: Of its file.
        spell: Gives the subword pieces of a word.
        pieces: How many there are.

    Raises:
        BundleError: The content is damaged or something else, or made for other pieces.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from asr_app.punctuation.network import TaggerNetwork

    try:
        tensors = load(content)
        said = _metadata(content)
        if tuple(json.loads(said["marks"])) != MARKS:
            raise BundleError("The model's punctuation knows other marks.", "Update asr-app.")
        offsets = [float(value) for value in json.loads(said["offsets"])]
        network = TaggerNetwork.shaped_like(tensors)
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise BundleError("The model's punctuation is damaged.", _REINSTALL) from error
    if network.piece_embedding.num_embeddings != pieces or len(offsets) != len(MARKS):
        raise BundleError("The model and its punctuation do not belong together.", _REINSTALL)
    return Tagger(network.eval(), spell, offsets)


def _metadata(content: bytes) -> dict[str, str]:
    """What a safetensors file says of itself: its header is JSON after eight bytes that tell its length."""
    length = int.from_bytes(content[:8], "little")
    found = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return {str(key): str(value) for key, value in found.items()}
