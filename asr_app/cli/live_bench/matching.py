"""Which words of a text stand for which spoken words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A text beside the words that were spoken.

    Attributes:
        pairs: Place in the spoken words and place in the text, of words that stand for each other, right or
            wrong.
        errors: Words that are wrong, missing or too many.
    """

    pairs: tuple[tuple[int, int], ...]
    errors: int


def match_words(spoken: Sequence[str], text: Sequence[str], is_prefix: bool = False) -> Match:
    """Align two strings of words with the fewest errors (Levenshtein 1966).

    Args:
        spoken: What was said.
        text: What was heard.
        is_prefix: Whether the text may end before the spoken words do, which then is no error.
    """
    costs = [list(range(len(spoken) + 1))]
    for row, heard in enumerate(text, 1):
        costs.append([row])
        for column, said in enumerate(spoken, 1):
            best = min(
                costs[row - 1][column - 1] + (heard != said),
                costs[row - 1][column] + 1,
                costs[row][column - 1] + 1,
            )
            costs[row].append(best)
    last = costs[-1]
    # Of equals the one that says most about the text.
    end = min(range(len(last)), key=lambda place: (last[place], -place)) if is_prefix else len(spoken)
    return Match(tuple(_pairs(costs, spoken, text, end)), last[end])


def _pairs(
    costs: list[list[int]], spoken: Sequence[str], text: Sequence[str], end: int
) -> list[tuple[int, int]]:
    pairs = []
    row, column = len(text), end
    while row and column:
        wrong = int(text[row - 1] != spoken[column - 1])
        if costs[row][column] == costs[row - 1][column - 1] + wrong:
            row, column = row - 1, column - 1
            pairs.append((column, row))
        elif costs[row][column] == costs[row - 1][column] + 1:
            row -= 1
        else:
            column -= 1
    return pairs[::-1]
