"""Choosing which of some hundred tokens are worth a row, and where their names go. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Peak:
    """A place in the picture that deserves its token's name.

    Attributes:
        frame: Column.
        row: Row of the picture.
        label: The token.
    """

    frame: int
    row: int
    label: str


@dataclass(frozen=True, eq=False)
class TokenPicture:
    """Probabilities to draw.

    Attributes:
        values: (frames, rows).
        labels: The token of each row.
        peaks: Places to name, in order of time.
    """

    values: Array
    labels: tuple[str, ...]
    peaks: tuple[Peak, ...]


def ctc_picture(
    posteriors: Array, labels: tuple[str, ...], *, max_rows: int = 48, threshold: float = 0.1
) -> TokenPicture:
    """Keep the tokens that CTC thought likely anywhere, in the order in which they first peak.

    So the utterance runs as a staircase from the first token, row 0, to the last.

    Args:
        posteriors: (frames, tokens), the blank last.
        labels: Text of each column.
        max_rows: At most so many tokens; the likeliest stay.
        threshold: Probability that a token must reach once.
    """
    tokens = posteriors[:, :-1]
    if not tokens.size:
        return TokenPicture(np.zeros((len(posteriors), 0), np.float32), (), ())
    best = tokens.max(axis=0)
    kept = np.flatnonzero(best >= threshold)
    kept = kept[np.argsort(-best[kept], kind="stable")[:max_rows]]
    first = tokens[:, kept].argmax(axis=0)
    kept = kept[np.argsort(first, kind="stable")]
    names = tuple(labels[token] for token in kept)
    peaks = _emissions(posteriors, kept, names)
    return TokenPicture(np.ascontiguousarray(tokens[:, kept]), names, tuple(peaks))


def _emissions(posteriors: Array, kept: NDArray[np.intp], names: tuple[str, ...]) -> list[Peak]:
    """Give one peak for each run of frames in which the same kept token is the likeliest, blank included."""
    rows = {int(token): row for row, token in enumerate(kept)}
    winners = posteriors.argmax(axis=1)
    starts = np.flatnonzero(np.diff(winners, prepend=-1))
    peaks = []
    for start, end in zip(starts, [*starts[1:], len(winners)], strict=True):
        row = rows.get(int(winners[start]))
        if row is not None:
            frame = int(start + posteriors[start:end, kept[row]].argmax())
            peaks.append(Peak(frame, row, names[row]))
    return peaks


def attention_picture(attention: Array, labels: tuple[str, ...]) -> TokenPicture:
    """Turn the heatmap so that time runs along the first axis and name each step where it looked most.

    Args:
        attention: (steps, frames).
        labels: Text of each step.
    """
    peaks = [
        Peak(int(row.argmax()), step, label)
        for step, (row, label) in enumerate(zip(attention, labels, strict=True))
    ]
    peaks.sort(key=lambda peak: peak.frame)
    return TokenPicture(np.ascontiguousarray(attention.T), labels, tuple(peaks))


def readable(picture: TokenPicture) -> TokenPicture:
    """Mark the start of a word with a middle dot in place of SentencePiece's wide low line."""

    def words(label: str) -> str:
        return label.replace("▁", "·")

    return TokenPicture(
        picture.values,
        tuple(map(words, picture.labels)),
        tuple(Peak(peak.frame, peak.row, words(peak.label)) for peak in picture.peaks),
    )


def uncrowded(positions_px: list[float], widths_px: list[float], gap_px: float = 4.0) -> list[bool]:
    """Say which of the labels can be shown side by side without touching, the first one first.

    Args:
        positions_px: Left edges, ascending.
        widths_px: Their widths.
        gap_px: Space between two.
    """
    free_from = -np.inf
    shown = []
    for left, width in zip(positions_px, widths_px, strict=True):
        fits = left >= free_from
        shown.append(bool(fits))
        if fits:
            free_from = left + width + gap_px
    return shown
