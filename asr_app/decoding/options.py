"""The choices of a search in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from asr_app.decoding.guards import Guards

Method = Literal["greedy", "beam", "attention", "joint", "rescore", "lexicon"]


@dataclass(frozen=True)
class SearchOptions:
    """How to search.

    Attributes:
        method: `greedy` (CTC), `beam` (CTC prefix beam), `attention` (decoder alone; greedy with a beam of
            1), `joint` (CTC and decoder in one pass), `rescore` (CTC prefix beam, then the decoder) or
            `lexicon` (phone CTC with dictionary and language model: `lexicon_search`; its scales are the
            bundle's). Without dictionary or language model `lexicon` becomes `joint`; without an attention
            decoder `attention`, `joint` and `rescore` become `beam`.
        beam: Hypotheses kept at each step.
        n_best: Hypotheses returned at most.
        ctc_weight: Of log P by CTC in `joint` and `rescore`; the decoder has the rest. From 0 to 1.
        length_bonus: Added to the score for each token by `attention`, `joint` and `rescore`.
        token_threshold: See `ctc_prefix_beam`.
        guards: What the decoder may do.
    """

    method: Method = "joint"
    beam: int = 8
    n_best: int = 1
    ctc_weight: float = 0.4
    length_bonus: float = 0.0
    token_threshold: float = 1e-4
    guards: Guards = field(default_factory=Guards)

    def __post_init__(self) -> None:
        """Refuse values no search can work with."""
        if self.method not in get_args(Method):
            raise ValueError(f"unknown search method {self.method!r}")
        if self.beam < 1 or self.n_best < 1:
            raise ValueError("beam and n_best must be at least 1")
        if not 0.0 <= self.ctc_weight <= 1.0:
            raise ValueError("ctc_weight must lie between 0 and 1")
