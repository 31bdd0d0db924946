"""What the vocabulary of a person does for its words, and to sentences without them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.media import load_samples
from asr_app.decoding.search import SearchOptions
from asr_app.decoding.word_model import UNKNOWN, WordModel
from asr_app.errors import ManifestError
from asr_app.model.bundle import Bundle
from asr_app.model.network import AcousticModel
from asr_app.training.evaluation.error_rates import Heard, report_errors
from asr_app.training.evaluation.live import PAUSE_S, with_pause
from asr_app.training.evaluation.recognisers import read_with_texts
from asr_app.training.manifest import normalise, read_audio
from asr_app.transcription.encoding import Encoded, encode
from asr_app.transcription.events import PartialResult
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.segments import HeardWords, hear_words
from asr_app.transcription.streaming import StreamingRecognizer
from asr_app.transcription.vocabulary import Vocabulary, VocabularyEntry

_RATE_HZ = 16_000
_VOICES = (("flite", "slt"), ("espeak-ng", "en-us"), ("flite", "rms"), ("espeak-ng", "en-gb+f3"))
_RARE = -6.0
"""log10 P up to which the words of recordings are taken for rare; unknown words are in any case."""

_LEAST_LETTERS = 4

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class VocabularySentence:
    """A sentence to be spoken.

    Attributes:
        text: As written, lower case but for the name.
        entry: The name in it, as it is put into the vocabulary; None: it has none.
    """

    text: str
    entry: VocabularyEntry | None

    @property
    def spoken(self) -> str:
        """What a synthesiser is given: it would not know how such names sound."""
        if self.entry is None or self.entry.sounds_like is None:
            return self.text
        return self.text.replace(self.entry.phrase, self.entry.sounds_like)


@dataclass(frozen=True)
class VocabularyCase:
    """An utterance.

    Attributes:
        text: What is said, normalised.
        names: Words and phrases of the vocabulary in it.
        samples: (n,), 16 kHz mono in -1…1.
        group: How the names are to be reported.
    """

    text: str
    names: tuple[str, ...]
    samples: Samples
    group: str


@dataclass(frozen=True)
class VocabularyReport:
    """Figures of one search.

    Attributes:
        found: Names heard where they were said, by group; with how many were said.
        false: Names heard where they were not said.
        wer_named: Word error rate of the utterances with names, a fraction.
        wer_plain: Of those without; None: there are none.
        search_factor: Seconds of searching per second of sound; of live text, of all the work.
        missed: Name, and what was heard instead of its sentence.
    """

    found: dict[str, tuple[int, int]]
    false: int
    wer_named: float | None
    wer_plain: float | None
    search_factor: float
    missed: tuple[tuple[str, str], ...]

    @property
    def recall(self) -> float:
        """Share of names that were heard."""
        return sum(right for right, _ in self.found.values()) / max(
            1, sum(said for _, said in self.found.values())
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "recall": self.recall}


def read_sentences() -> list[VocabularySentence]:
    """The sentences that come with the program, some with a rare name each."""
    text = (files("asr_app.training.evaluation") / "cases" / "vocabulary.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [
        VocabularySentence(sentence, VocabularyEntry(name, sound or None) if name else None)
        for sentence, name, sound in rows
    ]


def vocabulary_of(sentences: Iterable[VocabularySentence], boost: float) -> Vocabulary:
    """All names, each with the same boost."""
    entries = (sentence.entry for sentence in sentences if sentence.entry is not None)
    return Vocabulary(tuple(VocabularyEntry(entry.phrase, entry.sounds_like, boost) for entry in entries))


def speak(sentences: Sequence[VocabularySentence]) -> Iterator[VocabularyCase]:
    """Speak sentences, in turn with the voices of flite and espeak-ng.

    Raises:
        ManifestError: Neither program is installed, or one fails.
    """
    voices = [(program, voice) for program, voice in _VOICES if shutil.which(program)]
    if not voices:
        raise ManifestError("Neither flite nor espeak-ng is installed.", "Install one of them.")
    with tempfile.TemporaryDirectory() as folder:
        for number, sentence in enumerate(sentences):
            path = Path(folder) / f"{number}.wav"
            program, voice = voices[number % len(voices)]
            _run(program, voice, sentence.spoken, path)
            entry = sentence.entry
            group = "as spelled" if entry is None or entry.sounds_like is None else "with sounds like"
            names = (" ".join(entry.words),) if entry is not None else ()
            yield VocabularyCase(normalise(sentence.text), names, load_samples(path), group)


def _run(program: str, voice: str, text: str, path: Path) -> None:
    if program == "flite":
        command = [program, "-voice", voice, "-t", text, "-o", str(path)]
    else:
        command = [program, "-v", voice, "-s", "160", "-w", str(path), "--", text]
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise ManifestError(f"{program} failed ({error}).", f"Check that {program} works.") from error


def recorded(manifest: Path, bundle: Bundle, every: int) -> Iterator[VocabularyCase]:
    """Recordings of a manifest, their rare words taken for names.

    Args:
        manifest: JSON lines with texts.
        bundle: With the language model that says which words are rare.
        every: Use each n-th recording only.

    Raises:
        ManifestError: The manifest or its audio cannot be read.
    """
    recordings = [item for item in read_with_texts(manifest)[::every] if item.text]
    words = sorted({word for recording in recordings for word in recording.text.split()})
    path = bundle.directory / str(bundle.details["lexicon"]["language_model"])
    model = WordModel(path, words)
    least = max(_RARE, model.score([UNKNOWN])[0])
    rare = {
        word
        for word in words
        if len(word) >= _LEAST_LETTERS
        and word.isascii()
        and word.isalpha()
        and model.score([word])[0] <= least
    }
    for recording, samples in read_audio(recordings):
        names = tuple(word for word in recording.text.split() if word in rare)
        yield VocabularyCase(recording.text, names, samples, manifest.stem)


def evaluate_vocabulary(
    recognizer: Recognizer,
    cases: Iterable[VocabularyCase],
    vocabulary: Callable[[Sequence[str]], Vocabulary],
    on_progress: Callable[[int], None] = lambda done: None,
    live: bool = False,
) -> tuple[VocabularyReport, VocabularyReport]:
    """Hear the same utterances without and with a vocabulary.

    Args:
        recognizer: Has the vocabulary afterwards.
        cases: With at least one text.
        vocabulary: Made from the names that were said.
        on_progress: Told how many utterances are encoded.
        live: Whether the last text that appears while one speaks is judged, instead of the final one.

    Raises:
        ManifestError: The recogniser has no search for words.
    """
    if recognizer.language.search is None:
        raise ManifestError("This model has no dictionary to add words to.", "Choose another model.")
    heard: list[tuple[VocabularyCase, Encoded | None]] = []
    for case in cases:

        def work(network: AcousticModel, case: VocabularyCase = case) -> Encoded:
            return encode(network, [case.samples])[0]

        heard.append((case, None if live else recognizer.run(work)))
        on_progress(len(heard))
    names = list(dict.fromkeys(name for case, _ in heard for name in case.names))
    before = _report(recognizer, heard, names)
    recognizer.set_vocabulary(vocabulary(names))
    return before, _report(recognizer, heard, names)


def _text(recognizer: Recognizer, case: VocabularyCase, encoded: Encoded | None) -> str:
    """The final text of an encoded utterance, or the last partial one of one that is not encoded."""
    if encoded is None:
        return normalise(_last_partial(recognizer, case.samples))
    options, search = recognizer.default_search, recognizer.language.search

    def work(network: AcousticModel) -> HeardWords:
        return hear_words(recognizer.bundle, network, encoded, search, options, with_evidence=False)[0]

    return normalise(" ".join(span.text for span in recognizer.run(work).spans))


def _last_partial(recognizer: Recognizer, samples: Samples) -> str:
    stream = StreamingRecognizer(recognizer, search=SearchOptions(method="greedy"))
    texts: dict[int, str] = {}
    for event in [*stream.push(with_pause(samples, PAUSE_S)), *stream.finish()]:
        if isinstance(event, PartialResult):
            texts[event.utterance] = event.text
    return " ".join(texts.values())


def _report(
    recognizer: Recognizer,
    heard: Sequence[tuple[VocabularyCase, Encoded | None]],
    names: Sequence[str],
) -> VocabularyReport:
    started = time.perf_counter()
    texts = [_text(recognizer, case, encoded) for case, encoded in heard]
    work_s = time.perf_counter() - started
    found: dict[str, tuple[int, int]] = {}
    missed, false = [], 0
    for (case, _), text in zip(heard, texts, strict=True):
        padded = f" {text} "
        for name in case.names:
            right, said = found.get(case.group, (0, 0))
            is_there = f" {name} " in padded
            found[case.group] = right + is_there, said + 1
            if not is_there:
                missed.append((name, text))
        false += sum(f" {name} " in padded for name in names if f" {name} " not in f" {case.text} ")
    sound_s = sum(len(case.samples) for case, _ in heard) / _RATE_HZ
    return VocabularyReport(
        found,
        false,
        wer_named=_error_rate(heard, texts, with_names=True),
        wer_plain=_error_rate(heard, texts, with_names=False),
        search_factor=work_s / max(sound_s, 1e-9),
        missed=tuple(missed),
    )


def _error_rate(
    heard: Sequence[tuple[VocabularyCase, Encoded | None]], texts: Sequence[str], with_names: bool
) -> float | None:
    items = [
        Heard(case.text, text, len(case.samples) / _RATE_HZ)
        for (case, _), text in zip(heard, texts, strict=True)
        if bool(case.names) == with_names
    ]
    return report_errors("vocabulary", "asr-app", items, 0.0).wer if items else None
