"""Utterances in batches: of like lengths, so that little padding is computed, and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from asr_app.audio.segmentation import Utterance

FIRST_WINDOW_S = 10.0


def windows(utterances: Iterable[Utterance], most_s: float) -> Iterator[list[Utterance]]:
    """Group a stream of utterances; a group is decoded together and held in memory together.

    The first group is a single utterance, so that the first words come soon; then groups grow.

    Args:
        utterances: In order of time.
        most_s: A group is closed as soon as its utterances last this long together.

    Yields:
        Groups in order, none empty.
    """
    group: list[Utterance] = []
    gathered_s, enough_s = 0.0, 0.0
    for utterance in utterances:
        group.append(utterance)
        gathered_s += utterance.duration_s
        if gathered_s >= enough_s:
            yield group
            enough_s = min(most_s, max(FIRST_WINDOW_S, 2 * enough_s))
            group, gathered_s = [], 0.0
    if group:
        yield group


def batches_by_length(lengths: Sequence[int], most_padded: int) -> list[list[int]]:
    """Divide utterances into batches of like lengths.

    Args:
        lengths: Of each utterance, in samples or frames.
        most_padded: A batch's rows times its longest length stay within this; a single utterance may be
            longer.

    Returns:
        Lists of indices into `lengths`, each index once. The batch with the earliest utterance comes first,
        so that results can be given out early.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        # Longest first: a batch's first row is its longest.
        fits = batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= most_padded
        if fits:
            batches[-1].append(index)
        else:
            batches.append([index])
    return sorted((sorted(batch) for batch in batches), key=lambda batch: batch[0])
