"""Evaluation of recognisers on manifests, ours and others' on the same audio in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.search import SearchOptions
from asr_app.errors import ManifestError
from asr_app.training.evaluation.conditions import CLEAN, Condition, Surroundings, seed_of
from asr_app.training.evaluation.error_rates import ErrorReport, Heard, report_errors
from asr_app.training.manifest import Recording, normalise, read_audio, read_manifest
from asr_app.transcription.recognizer import Recognizer

Samples = NDArray[np.float32]


class System(Protocol):
    """Something that turns one utterance into text.

    Attributes:
        name: For tables.
    """

    name: str

    def hear(self, samples: Samples) -> str:
        """Transcribe 16 kHz mono samples in -1…1, one utterance."""
        ...


class AsrAppSystem:
    """This program's recogniser on utterances already cut: voice activity plays no part in the figures."""

    def __init__(self, recognizer: Recognizer, search: SearchOptions) -> None:
        """Evaluate `recognizer` with `search`."""
        self.name = f"asr-app {recognizer.bundle.name}, {search.method}"
        self._recognizer = recognizer
        self._search = search

    def hear(self, samples: Samples) -> str:
        """See `System.hear`."""
        return self._recognizer.decode_utterance(samples, 0.0, self._search).text


class PocketSphinxSystem:
    """PocketSphinx with the model its package brings, for comparison."""

    name = "pocketsphinx"

    def __init__(self) -> None:
        """Load it.

        Raises:
            ManifestError: The package is not installed.
        """
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise ManifestError("PocketSphinx is not installed.", "Install asr-app[pocketsphinx].") from error
        self._decoder = Decoder(samprate=16_000, loglevel="FATAL")

    def hear(self, samples: Samples) -> str:
        """See `System.hear`."""
        self._decoder.start_utt()
        self._decoder.process_raw((samples.clip(-1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return best.hypstr if best is not None else ""


@dataclass(frozen=True)
class ConditionReport:
    """Figures of one system on one manifest under one condition.

    Attributes:
        condition: Which.
        report: The figures.
        ratio: Its word error rate as a multiple of the one of clean recordings; None where that is zero.
    """

    condition: Condition
    report: ErrorReport
    ratio: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"condition": self.condition.name, "ratio_to_clean": self.ratio, **self.report.to_dict()}


def evaluate(
    manifest: Path,
    systems: Sequence[System],
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ErrorReport]:
    """Run systems over a manifest.

    Args:
        manifest: JSON lines.
        systems: Each hears the same samples.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all.

    Returns:
        A report per system. Time for reading audio is not counted.

    Raises:
        ManifestError: The manifest or its audio cannot be read, or no recording has a text.
    """
    clean = evaluate_conditions(manifest, systems, [CLEAN], Surroundings(), every, on_progress)
    return [item.report for item in clean]


def evaluate_conditions(
    manifest: Path,
    systems: Sequence[System],
    conditions: Sequence[Condition],
    surroundings: Surroundings,
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ConditionReport]:
    """Run systems over a manifest under several conditions; arguments and errors as of `evaluate`.

    Args:
        manifest: JSON lines.
        systems: Each hears the same samples.
        conditions: Clean first.
        surroundings: What the conditions are made with.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all.

    Returns:
        A report per condition and system, the conditions in the order given.
    """
    recordings = read_with_texts(manifest)[::every]
    heard: dict[tuple[str, str], list[Heard]] = {
        (condition.name, system.name): [] for condition in conditions for system in systems
    }
    work_s = dict.fromkeys(heard, 0.0)
    for done, (recording, samples) in enumerate(read_audio(recordings), 1):
        for condition in conditions:
            changed = condition.apply(samples, surroundings, seed_of(recording))
            for system in systems:
                key = condition.name, system.name
                started = time.perf_counter()
                text = system.hear(changed)
                work_s[key] += time.perf_counter() - started
                heard[key].append(Heard(recording.text, normalise(text), len(changed) / 16_000))
        on_progress(done, len(recordings))
    reports = {key: report_errors(manifest.stem, key[1], items, work_s[key]) for key, items in heard.items()}
    results = []
    for condition in conditions:
        for system in systems:
            report, clean = reports[condition.name, system.name], reports[conditions[0].name, system.name]
            results.append(ConditionReport(condition, report, report.wer / clean.wer if clean.wer else None))
    return results


def read_with_texts(manifest: Path) -> list[Recording]:
    """Read a manifest to compare with.

    Raises:
        ManifestError: It cannot be read, or no recording has a text.
    """
    recordings = read_manifest(manifest)
    if not any(recording.text for recording in recordings):
        raise ManifestError(
            f"The manifest “{manifest.name}” has no texts to compare with.", "Give reference texts."
        )
    return recordings
