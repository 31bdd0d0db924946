"""What each stage of the search adds: from the likeliest piece of each frame to candidates scored twice."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.decoding.greedy import ctc_greedy
from asr_app.decoding.lexicon_search import LexiconSearch
from asr_app.decoding.lexicon_weights import RescoringWeights
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from asr_app.decoding.rescoring import rescore_words
from asr_app.errors import ManifestError
from asr_app.model.network import AcousticModel
from asr_app.training.evaluation.recognisers import read_with_texts
from asr_app.training.evaluation.weight_search import word_errors
from asr_app.training.language.ngrams import TextReport, judge_words
from asr_app.training.language.spoken_text import SPOKEN_WORDS
from asr_app.training.manifest import normalise, read_audio, read_manifest
from asr_app.transcription.encoding import Encoded, encode
from asr_app.transcription.recognizer import Recognizer

STAGES = {
    "greedy": "subwords, greedy",
    "beam": "subwords, prefix beam",
    "words": "dictionary alone",
    "language": "dictionary and language model",
    "again": "scored again",
    "neural": "scored again, neural model too",
}
"""Names on the command line, and what tables call them."""

_PREFIX_BEAM = 16


@dataclass(frozen=True)
class StageReport:
    """Figures of one stage on one manifest.

    Attributes:
        corpus: The manifest's name.
        stage: Of `STAGES`.
        errors: Words wrong, missing or too many.
        words: In the references.
        work_s: Processor seconds of the search up to this stage, without the network's encoder.
        encoder_s: Those of the encoder.
        sound_s: Seconds of sound.
    """

    corpus: str
    stage: str
    errors: int
    words: int
    work_s: float
    encoder_s: float
    sound_s: float

    @property
    def wer(self) -> float:
        """Word error rate, a fraction."""
        return self.errors / max(1, self.words)

    @property
    def real_time_factor(self) -> float:
        """Processor seconds per second of sound, encoder included."""
        return (self.work_s + self.encoder_s) / max(self.sound_s, 1e-9)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "wer": self.wer, "real_time_factor": self.real_time_factor}


@dataclass(frozen=True)
class ForeseenReport:
    """How well the n-gram model foresees the texts of a manifest.

    Attributes:
        corpus: The manifest's name.
        report: The figures.
    """

    corpus: str
    report: TextReport

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"corpus": self.corpus, **vars(self.report), "unknown_rate": self.report.unknown_rate}


def choose_stages(name: str) -> list[str]:
    """Stages by a name of `STAGES`, or `all`.

    Raises:
        ManifestError: There is no such stage.
    """
    if name != "all" and name not in STAGES:
        raise ManifestError(f"There is no stage “{name}”.", f"Choose all, {', '.join(STAGES)}.")
    return list(STAGES) if name == "all" else [name]


def evaluate_stages(
    manifest: Path,
    recognizer: Recognizer,
    stages: Sequence[str],
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[StageReport]:
    """Search each recording of a manifest in several ways.

    Args:
        manifest: JSON lines.
        recognizer: On the processor, or times mean little.
        stages: Of `STAGES`; those that the bundle has no files for are left out.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all.

    Raises:
        ManifestError: The manifest or its audio cannot be read, or no recording has a text.
    """
    recordings = [recording for recording in read_with_texts(manifest)[::every] if recording.text]
    errors: dict[str, int] = {}
    work_s: dict[str, float] = {}
    words, sound_s, encoder_s = 0, 0.0, 0.0
    for done, (recording, samples) in enumerate(read_audio(recordings), 1):
        started = time.process_time()
        encoded = _encode(recognizer, samples)
        encoder_s += time.process_time() - started
        words += len(recording.text.split())
        sound_s += len(samples) / 16_000
        for stage, (text, spent_s) in _hear(recognizer, encoded, stages).items():
            errors[stage] = errors.get(stage, 0) + word_errors(recording.text, normalise(text))
            work_s[stage] = work_s.get(stage, 0.0) + spent_s
        on_progress(done, len(recordings))
    return [
        StageReport(manifest.stem, stage, errors[stage], words, work_s[stage], encoder_s, sound_s)
        for stage in stages
        if stage in errors
    ]


def foresee(manifest: Path, search: LexiconSearch) -> ForeseenReport:
    """Ask the n-gram model of a search about the texts of a manifest, all of them.

    Raises:
        ManifestError: The manifest cannot be read.
    """
    texts = [
        [SPOKEN_WORDS.get(word, word) for word in recording.text.split()]
        for recording in read_manifest(manifest)
        if recording.text
    ]
    return ForeseenReport(manifest.stem, judge_words(search.language, texts))


def _encode(recognizer: Recognizer, samples: NDArray[np.float32]) -> Encoded:
    return recognizer.run(lambda network: encode(network, [samples])[0])


Heard = tuple[str, float]
"""Text and processor seconds."""


def _hear(recognizer: Recognizer, encoded: Encoded, stages: Sequence[str]) -> dict[str, Heard]:
    """Text and processor seconds by stage."""
    heard: dict[str, Heard] = {}
    spell = recognizer.bundle.tokenizer
    if "greedy" in stages:
        heard["greedy"] = _timed(lambda: spell.decode(ctc_greedy(encoded.ctc_log_probs).tokens))
    if "beam" in stages:
        heard["beam"] = _timed(
            lambda: spell.decode(ctc_prefix_beam(encoded.ctc_log_probs, _PREFIX_BEAM)[0].tokens)
        )
    search = recognizer.language.search
    if search is not None and encoded.phone_log_probs is not None:
        heard |= recognizer.run(lambda network: _find_words(recognizer, network, encoded, search, stages))
    return heard


def _timed(work: Callable[[], str]) -> Heard:
    started = time.process_time()
    text = work()
    return text, time.process_time() - started


def _find_words(
    recognizer: Recognizer,
    network: AcousticModel,
    encoded: Encoded,
    search: LexiconSearch,
    stages: Sequence[str],
) -> dict[str, Heard]:
    posteriors = encoded.phone_log_probs
    assert posteriors is not None
    heard: dict[str, Heard] = {}
    if "words" in stages:
        alone = search.reweighted(dataclasses.replace(search.weights, language_model=0.0))
        heard["words"] = _timed(lambda: alone.candidates(posteriors)[0].text)
    if not {"language", "again", "neural"} & set(stages):
        return heard
    weights = search.rescoring or RescoringWeights(candidates=1)
    started = time.process_time()
    found = search.candidates(posteriors, weights.candidates)
    searched_s = time.process_time() - started
    heard["language"] = found[0].text, searched_s
    neural = search.neural() if search.neural is not None and weights.neural else None
    # Without the neural model, its share goes to the other one, which says the same kind of thing.
    plain = dataclasses.replace(weights, neural=0.0, language_model=weights.language_model + weights.neural)
    for stage, chosen in (("again", plain), ("neural", weights)):
        if stage not in stages or search.rescoring is None or (stage == "neural" and neural is None):
            continue

        def score(chosen: RescoringWeights = chosen) -> str:
            spell = recognizer.bundle.tokenizer.encode
            arguments = search.weighed(posteriors), encoded.ctc_log_probs, spell
            return rescore_words(found, chosen, *arguments, network.decoder, encoded.frames, neural)[0].text

        with torch.inference_mode():
            text, scored_s = _timed(score)
        heard[stage] = text, searched_s + scored_s
    return {stage: heard[stage] for stage in stages if stage in heard}
