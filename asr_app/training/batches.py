"""Which recordings make up which step: bucketed by length, shuffled by seed and pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class BatchPlan:
    """Assigns batches to steps without any state but the seed, so that a step can be repeated at any time.

    Each pass over the data is shuffled, sorted by length within pools, cut into batches of about equal padded
    length, and dealt to processes so that those of one step are alike.
    """

    _POOL_BATCHES = 64

    def __init__(self, durations_s: Sequence[float], batch_s: float, processes: int, seed: int) -> None:
        """Plan.

        Args:
            durations_s: Of each recording.
            batch_s: Seconds of audio of one step, all processes together.
            processes: Number of processes.
            seed: Of the run.
        """
        self._durations_s = np.asarray(durations_s)
        self._batch_s = batch_s / processes
        self._processes = processes
        self._seed = seed
        self._passes: dict[int, list[list[list[int]]]] = {}
        self._first_steps = [0]

    def step(self, step: int, process: int) -> tuple[int, list[int]]:
        """The pass a step belongs to and the recordings of one process in it."""
        number = 0
        while step >= self._first_step(number + 1):
            number += 1
        return number, self._pass(number)[step - self._first_step(number)][process]

    def _first_step(self, number: int) -> int:
        while len(self._first_steps) <= number:
            last = len(self._first_steps) - 1
            self._first_steps.append(self._first_steps[last] + len(self._pass(last)))
        return self._first_steps[number]

    def _pass(self, number: int) -> list[list[list[int]]]:
        if number not in self._passes:
            self._passes[number] = self._shuffle(number)
        return self._passes[number]

    def _shuffle(self, number: int) -> list[list[list[int]]]:
        random = np.random.default_rng((self._seed, number))
        order = random.permutation(len(self._durations_s))
        mean_s = float(self._durations_s.mean())
        pool = max(1, int(self._POOL_BATCHES * self._batch_s / mean_s))
        batches: list[list[int]] = []
        for start in range(0, len(order), pool):
            members = order[start : start + pool]
            batches += self._cut(members[np.argsort(-self._durations_s[members], kind="stable")])
        # A step's batches are neighbours in length; a rest too small for a step waits for another pass.
        steps = [batches[i : i + self._processes] for i in range(0, len(batches), self._processes)]
        whole = [step for step in steps if len(step) == self._processes]
        if not whole:
            whole = [[batches[i % len(batches)] for i in range(self._processes)]]
        return [whole[i] for i in random.permutation(len(whole))]

    def _cut(self, members: np.ndarray) -> list[list[int]]:
        batches: list[list[int]] = []
        for index in members:
            longest_s = self._durations_s[batches[-1][0]] if batches else 0.0
            if not batches or longest_s * (len(batches[-1]) + 1) > self._batch_s:
                batches.append([])
            batches[-1].append(int(index))
        return batches
