"""How words sound that no dictionary lists: a small network, the rule of the genitive, names of letters."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from asr_app.decoding.pronouncer_network import PronouncerNetwork, PronouncerSizes, spell
from asr_app.decoding.sound_rules import (
    Pronunciation,
    cut_ending,
    hissing_end,
    is_dotted,
    is_spelled,
    say_letters,
)
from asr_app.errors import BundleError

_BEAM = 4
_LEAST_SHARE = 0.05
"""Ways that are less likely than this share of the likeliest one are not given."""

_MOST_PHONES_A_LETTER = 3
_REINSTALL = "Install the model again."


class Pronouncer:
    """Pronounces words. Several threads may use one.

    Attributes:
        phones: Names of the phones it speaks in.
    """

    def __init__(self, network: PronouncerNetwork, phones: Sequence[str]) -> None:
        """Take a trained network, in evaluation mode, and the names of its phones, in order."""
        self.network = network
        self.phones = tuple(phones)

    def say(self, word: str, most: int = 3) -> list[Pronunciation]:
        """Find how a word is said.

        What is spelled like an abbreviation ("u.s.a.", "BBC", "html") gets the names of its letters too; a
        genitive sounds like the word it is of with its ending.

        Args:
            word: Letters, apostrophes and, in abbreviations, dots; capitals only matter for abbreviations.
            most: Ways given at most.

        Returns:
            The likeliest way first; none for what has no letters.
        """
        stem, ending = cut_ending(word)
        ways = self._say_stem(stem, most)
        return [hissing_end(way) for way in ways] if ending else ways

    def _say_stem(self, word: str, most: int) -> list[Pronunciation]:
        named = [say_letters(word)] if is_spelled(word) else []
        guessed = [] if is_dotted(word) else self.guess(word.lower(), most)
        return list(dict.fromkeys([*named, *guessed]))[:most]

    @torch.inference_mode()
    def guess(self, word: str, most: int = 1) -> list[Pronunciation]:
        """Ask the network alone.

        Args:
            word: Lower case; characters that are neither letters nor apostrophes are left out.
            most: Ways given at most; for more than one a beam search is made.
        """
        spelled = spell(word)
        if not spelled or set(word) <= {"'"}:
            return []
        device = self.network.readout.weight.device
        memory, state = self.network.encode(torch.tensor([spelled], device=device))
        width = 1 if most == 1 else max(_BEAM, most)
        alive: list[tuple[int, ...]] = [()]
        scores = torch.zeros(1, device=device)
        said = torch.tensor([self.network.end], device=device)
        finished: list[tuple[float, tuple[int, ...]]] = []
        for _ in range(_MOST_PHONES_A_LETTER * len(spelled) + 1):
            logits, state = self.network.step(said, state, memory)
            if not alive[0]:
                logits[:, self.network.end] = -math.inf  # a word has at least one sound
            rows, phones, scores = _best(scores, logits, width)
            going = []
            for place, (row, phone) in enumerate(zip(rows, phones, strict=True)):
                if phone != self.network.end:
                    going.append(place)
                else:
                    finished.append((float(scores[place]), alive[row]))
            if not going or _is_settled(finished, float(scores[going[0]]), most):
                break
            kept = torch.tensor([rows[place] for place in going], device=device)
            alive = [(*alive[rows[place]], phones[place]) for place in going]
            said = torch.tensor([phones[place] for place in going], device=device)
            scores = scores[going]
            state = (state[0][kept], state[1][kept], state[2][kept])
        return self._named(finished, most)

    def _named(self, finished: list[tuple[float, tuple[int, ...]]], most: int) -> list[Pronunciation]:
        ordered = sorted(finished, key=lambda entry: -entry[0])
        if not ordered:
            return []
        least = ordered[0][0] + math.log(_LEAST_SHARE)
        ways = [way for score, way in ordered[:most] if score >= least]
        return [tuple(self.phones[phone] for phone in way) for way in ways]


def _best(scores: Tensor, logits: Tensor, width: int) -> tuple[list[int], list[int], Tensor]:
    """The `width` best continuations: which hypothesis, which phone, and their scores, best first."""
    totals = scores[:, None] + logits.float().log_softmax(dim=-1)  # (hypotheses, phones + 1)
    best, places = totals.flatten().topk(min(width, totals.numel()))
    rows, phones = places // totals.shape[1], places % totals.shape[1]
    return rows.tolist(), phones.tolist(), best


def _is_settled(finished: list[tuple[float, tuple[int, ...]]], best_alive: float, most: int) -> bool:
    """Whether nothing that goes on can come among the `most` best: scores only fall."""
    scores = sorted((score for score, _ in finished), reverse=True)
    return len(scores) >= most and scores[most - 1] >= best_alive


def encode_pronouncer(pronouncer: Pronouncer) -> bytes:
    """Give the content of a file (safetensors, half precision) that `read_pronouncer` reads."""
    from safetensors.torch import save

    tensors = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in pronouncer.network.state_dict().items()
    }
    return save(tensors, {"phones": " ".join(pronouncer.phones)})


def read_pronouncer(content: bytes) -> Pronouncer:
    """Read a pronouncer.

    Raises:
        BundleError: The content is damaged or is something else.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(content)
        phones = _metadata(content)["phones"].split()
        sizes = PronouncerSizes(
            embedding=tensors["letter_embedding.weight"].shape[1],
            encoder=tensors["bridge.weight"].shape[1],
            decoder=tensors["query.weight"].shape[1],
            attention=tensors["query.weight"].shape[0],
        )
        network = PronouncerNetwork(len(phones), sizes)
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except (SafetensorError, ValueError, KeyError, AttributeError, IndexError, RuntimeError) as error:
        raise BundleError("The model's pronouncer is damaged.", _REINSTALL) from error
    return Pronouncer(network.eval(), phones)


def _metadata(content: bytes) -> dict[str, str]:
    """What a safetensors file says of itself: its header is JSON after eight bytes that tell its length."""
    length = int.from_bytes(content[:8], "little")
    found = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return {str(key): str(value) for key, value in found.items()}
