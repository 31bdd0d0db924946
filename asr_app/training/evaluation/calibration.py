"""Fitting the map from evidence to confidence, and telling how honest the result is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.confidence import EVIDENCE, Calibration, Evidence
from asr_app.decoding.search import SearchOptions
from asr_app.errors import ManifestError
from asr_app.model.bundle import extend_bundle
from asr_app.training.evaluation.reliability import Honesty, measure
from asr_app.training.manifest import normalise, read_audio, read_manifest
from asr_app.transcription.recognizer import Recognizer

Floats = NDArray[np.float64]

FOLDS = 10
_LEAST_WORDS = 50
_PENALTY = 1e-3
"""On the squared weights of standardised evidence, for each word: what few words say counts for less."""


@dataclass(frozen=True)
class JudgedWord:
    """A word a recogniser has heard.

    Attributes:
        evidence: For and against it.
        raw: Confidence before calibration.
        right: Whether it was said, in its place.
        group: Who said it, or in which recording: words of one group stay together in cross-validation.
        manifest: Where the recording is from.
    """

    evidence: Evidence
    raw: float
    right: bool
    group: str
    manifest: str


@dataclass(frozen=True)
class Fitted:
    """A calibration and its proof.

    Attributes:
        calibration: Fitted on all words.
        before: Raw confidence, by manifest and under "all".
        after: Calibrated on the other groups' words (cross-validation), likewise.
    """

    calibration: Calibration
    before: Mapping[str, Honesty]
    after: Mapping[str, Honesty]

    def to_entry(self) -> dict[str, Any]:
        """Plain values for the key `confidence` of a bundle's `config.json`."""
        whole = self.after["all"]
        return {
            "bias": round(self.calibration.bias, 4),
            "weights": {name: round(weight, 4) for name, weight in self.calibration.weights.items()},
            "measured": {
                "words": whole.words,
                "right": round(whole.right, 4),
                **{name: round(float(getattr(whole, name)), 4) for name in ("ece", "auc", "brier")},
            },
        }


def judge_words(
    recognizer: Recognizer,
    manifest: Path,
    options: SearchOptions,
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[JudgedWord]:
    """Recognise the recordings of a manifest and judge each word by the text said.

    Args:
        recognizer: What is to be calibrated.
        manifest: JSON lines; recordings without text are left out.
        options: How to search.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all.

    Raises:
        ManifestError: The manifest or its audio cannot be read.
    """
    recordings = [recording for recording in read_manifest(manifest)[::every] if recording.text]
    judged: list[JudgedWord] = []
    for done, (recording, samples) in enumerate(read_audio(recordings), 1):
        heard = recognizer.evidence(samples, options)
        rights = right_words(recording.text, [word.text for word, _ in heard])
        group = recording.speaker or recording.audio
        for (word, evidence), right in zip(heard, rights, strict=True):
            if right is not None:
                judged.append(JudgedWord(evidence, word.confidence, right, group, manifest.stem))
        on_progress(done, len(recordings))
    return judged


def right_words(reference: str, words: Sequence[str]) -> list[bool | None]:
    """Align words heard with a normalised text (Levenshtein, jiwer) and tell which of them are right.

    Returns:
        For each word whether all that it normalises to is in its place; None where that is nothing.
    """
    import jiwer

    parts = [normalise(word).split() for word in words]
    owners = [index for index, part in enumerate(parts) for _ in part]
    rights: list[bool | None] = [True if part else None for part in parts]
    if not owners:
        return rights
    aligned = jiwer.process_words(reference, " ".join(word for part in parts for word in part))
    for chunk in aligned.alignments[0]:
        if chunk.type != "equal":
            for position in range(chunk.hyp_start_idx, chunk.hyp_end_idx):
                rights[owners[position]] = False
    return rights


def fit(words: Sequence[JudgedWord]) -> Fitted:
    """Fit a calibration, and prove it on words of groups that it was not fitted on.

    Evidence that comes out with the wrong sign is left out: more doubt must never make a word surer.

    Raises:
        ManifestError: The words are too few, all right or all wrong, or all of one group.
    """
    right = np.array([word.right for word in words], dtype=np.float64)
    groups = [word.group for word in words]
    if len(words) < _LEAST_WORDS or right.min() == right.max() or len(set(groups)) < 2:
        raise ManifestError(
            f"{len(words)} words, {int(right.sum())} of them right, are not enough to calibrate with.",
            "Use more recordings, of several people.",
        )
    names = [name for name in EVIDENCE if all(name in word.evidence for word in words)]
    evidence = np.array([[word.evidence[name] for name in names] for word in words])
    folds = _folds(groups)
    held_out = np.zeros(len(words))
    for fold in range(max(folds) + 1):
        apart = folds == fold
        held_out[apart] = _apply(_fit(names, evidence[~apart], right[~apart]), names, evidence[apart])
    raw = np.array([word.raw for word in words])
    manifests = [word.manifest for word in words]
    return Fitted(
        _fit(names, evidence, right),
        _by_manifest(raw, right, manifests),
        _by_manifest(held_out, right, manifests),
    )


def _folds(groups: Sequence[str]) -> NDArray[np.int64]:
    """(words,) number of each word's fold: whole groups, the largest first to the smallest fold."""
    sizes = np.zeros(max(2, min(FOLDS, len(set(groups)))), dtype=np.int64)
    fold_of: dict[str, int] = {}
    for group, count in Counter(groups).most_common():
        fold_of[group] = int(sizes.argmin())
        sizes[fold_of[group]] += count
    return np.array([fold_of[group] for group in groups], dtype=np.int64)


def _fit(names: Sequence[str], evidence: Floats, right: Floats) -> Calibration:
    kept = list(range(len(names)))
    while True:
        weights, bias = _logistic(evidence[:, kept], right)
        wrong = [i for i, w in zip(kept, weights, strict=True) if w * EVIDENCE[names[i]] < 0]
        if not wrong:
            return Calibration({names[i]: float(w) for i, w in zip(kept, weights, strict=True)}, bias)
        kept = [i for i in kept if i not in wrong]


def _logistic(evidence: Floats, right: Floats) -> tuple[Floats, float]:
    """Logistic regression by Newton's method: weights (kinds,) of the evidence (words, kinds), and bias."""
    mean, deviation = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    # (words, kinds + 1): standardised, so that the penalty means the same for all kinds. The bias has next to
    # none.
    inputs = np.hstack([(evidence - mean) / deviation, np.ones((len(evidence), 1))])
    penalty = len(evidence) * np.append(np.full(evidence.shape[1], _PENALTY), 1e-6)
    weights = np.zeros(inputs.shape[1])
    for _ in range(100):
        probability = _sigmoid(inputs @ weights)
        gradient = inputs.T @ (probability - right) + penalty * weights
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    scaled = weights[:-1] / deviation
    return scaled, float(weights[-1] - scaled @ mean)


def _sigmoid(odds: Floats) -> Floats:
    probability: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return probability


def _apply(calibration: Calibration, names: Sequence[str], evidence: Floats) -> Floats:
    rows: Iterable[list[float]] = evidence.tolist()
    return np.array([calibration.probability(dict(zip(names, row, strict=True))) for row in rows])


def _by_manifest(probability: Floats, right: Floats, manifests: Sequence[str]) -> dict[str, Honesty]:
    of = np.array(manifests)
    parts = {name: measure(probability[of == name], right[of == name]) for name in dict.fromkeys(manifests)}
    return {**parts, "all": measure(probability, right)}


def write_calibration(recognizer: Recognizer, method: str, fitted: Fitted) -> None:
    """Put a calibration into the bundle of a recogniser, in place of that of the same search method.

    Only `config.json` changes.
    """
    known = recognizer.bundle.details.get("confidence", {})
    extend_bundle(recognizer.bundle.directory, {}, {"confidence": {**known, method: fitted.to_entry()}})
