"""CTC prefix beam search, vectorised over beam and vocabulary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import Hypothesis, LogProbs

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class _Prefixes:
    """All prefixes ever in the beam, as a tree: a prefix is its parent and its last token.

    Attributes:
        parent: Of each prefix; -1 for the empty one.
        token: Last token of each prefix; -1 for the empty one.
    """

    def __init__(self) -> None:
        self.parent = [-1]
        self.token = [-1]
        self._child: dict[tuple[int, int], int] = {}

    def extend(self, prefix: int, token: int) -> int:
        """Return the prefix one token longer; always the same one, also after it had left the beam."""
        child = self._child.setdefault((prefix, token), len(self.parent))
        if child == len(self.parent):
            self.parent.append(prefix)
            self.token.append(token)
        return child

    def spell(self, prefix: int) -> tuple[int, ...]:
        """Return the tokens of a prefix."""
        tokens = []
        while prefix > 0:
            tokens.append(self.token[prefix])
            prefix = self.parent[prefix]
        return tuple(reversed(tokens))


class _Beam:
    """The prefixes kept after a frame, best first.

    Attributes:
        nodes: (beam,) their numbers in the tree.
        ending_blank: (beam,) log-probability of all alignments that end in a blank.
        ending_token: (beam,) likewise of those that end in the prefix's last token.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.tree = _Prefixes()
        self.nodes: list[int] = [0]
        self.ending_blank: Floats = np.zeros(1)
        self.ending_token: Floats = np.full(1, -np.inf)

    def total(self) -> Floats:
        """(beam,) log-probability of all alignments of each prefix."""
        return np.logaddexp(self.ending_blank, self.ending_token)

    def advance(self, frame: Floats, tokens: Indices) -> None:
        """Account for one frame: `frame` (vocabulary_size + 1,), trying to append `tokens` (n,)."""
        total = self.total()
        last: Indices = np.array([self.tree.token[node] for node in self.nodes])
        stay_blank = total + frame[-1]
        # The empty prefix has last token -1, where the blank is, and `ending_token` -inf: nothing is added.
        stay_token = self.ending_token + frame[last]
        grown = total[:, None] + frame[tokens]  # (beam, n)
        column = {token: index for index, token in enumerate(tokens.tolist())}
        row_of = {node: row for row, node in enumerate(self.nodes)}
        own = [column.get(token) for token in last.tolist()]
        for row, index in enumerate(own):
            if index is not None:
                # The same token again needs a blank between.
                grown[row, index] = self.ending_blank[row] + frame[last[row]]
        for row, index in enumerate(own):
            parent = row_of.get(self.tree.parent[self.nodes[row]])
            if index is not None and parent is not None:
                # Parent and child are both in the beam: the parent grown by this token is the child.
                stay_token[row] = np.logaddexp(stay_token[row], grown[parent, index])
                grown[parent, index] = -np.inf
        self._keep(stay_blank, stay_token, grown, tokens)

    def _keep(self, stay_blank: Floats, stay_token: Floats, grown: Floats, tokens: Indices) -> None:
        scores = np.concatenate([np.logaddexp(stay_blank, stay_token), grown.ravel()])
        if len(scores) > self.width:
            best = np.argpartition(-scores, self.width - 1)[: self.width]
        else:
            best = np.arange(len(scores))
        best = best[np.argsort(-scores[best], kind="stable")]
        best = best[scores[best] > -np.inf] if scores[best[0]] > -np.inf else best[:1]
        stays = len(stay_blank)
        nodes, blank, token = [], [], []
        for index in best.tolist():
            if index < stays:
                nodes.append(self.nodes[index])
                blank.append(stay_blank[index])
                token.append(stay_token[index])
            else:
                row, column = divmod(index - stays, len(tokens))
                nodes.append(self.tree.extend(self.nodes[row], int(tokens[column])))
                blank.append(-np.inf)
                token.append(scores[index])
        self.nodes, self.ending_blank, self.ending_token = nodes, np.array(blank), np.array(token)


def ctc_prefix_beam(
    log_probs: LogProbs, beam: int = 16, n_best: int | None = None, token_threshold: float = 1e-4
) -> list[Hypothesis]:
    """Find the most likely token strings, alignments summed (Graves and Jaitly 2014, Hannun et al. 2014).

    Args:
        log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last; may have no frame.
        beam: Prefixes kept after each frame.
        n_best: Hypotheses returned at most; None: all that are left.
        token_threshold: Tokens less likely than this on a frame are not appended there; 0 tries all.

    Returns:
        Best first, never empty. Scores are exact sums over the alignments the beam kept; with a beam that
        holds every prefix and a threshold of 0 they are log P(tokens | sound).

    Raises:
        ValueError: `beam` or `n_best` is below one.
    """
    if beam < 1 or (n_best is not None and n_best < 1):
        raise ValueError("beam and n_best must be at least 1")
    state = _Beam(beam)
    threshold = np.log(token_threshold) if token_threshold > 0 else -np.inf
    for frame in log_probs.astype(np.float64):
        state.advance(frame, np.flatnonzero(frame[:-1] >= threshold))
    totals = state.total()
    order = np.argsort(-totals, kind="stable")[:n_best]
    return [
        Hypothesis(state.tree.spell(state.nodes[row]), float(totals[row]), float(totals[row]), None)
        for row in order
    ]
