"""Recordings without transcripts: a teacher writes them, and the confident part is trained on.

Noisy student training (Park et al. 2020, "Improved Noisy Student Training for Automatic Speech
Recognition"): the teacher hears clean sound and searches with a language model; the student hears the same
under heavy augmentation.

In the run's folder, `unlabelled/` holds what the teacher heard (`transcripts-*.jsonl`), the utterances cut
out of long recordings (`audio/`) and, written last, the manifest of what is trained on (`manifest.jsonl`).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.segmentation import Utterance, cut_utterances
from asr_app.audio.vad import VoiceActivityDetector
from asr_app.errors import Cancelled, MediaError, RecipeError
from asr_app.training.manifest import Recording, read_manifest
from asr_app.training.processes import Processes
from asr_app.training.recipe import Recipe, UnlabelledSection
from asr_app.training.sources import Source
from asr_app.training.transcripts import Transcribed, Transcripts

if TYPE_CHECKING:
    # Only a run that transcribes pays for the recogniser.
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.types import Segment

Samples = NDArray[np.float32]

FOLDER = "unlabelled"
MANIFEST = "manifest.jsonl"
_GROUP_S = {"cpu": 60.0, "cuda": 600.0}
"""Sound that is transcribed before it is written down: a kill loses at most so much."""


@dataclass(frozen=True)
class Listeners:
    """Who is told what while recordings are transcribed, and who may stop it.

    Attributes:
        progress: Told recordings done and in all, of this process.
        message: Told sentences.
        stop: Asked whether to stop.
    """

    progress: Callable[[int, int], None] = lambda done, total: None
    message: Callable[[str], None] = lambda text: None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class _Piece:
    """An utterance on its way to the teacher, or without one the end of its source."""

    source: Source
    number: int
    utterance: Utterance | None
    failure: str = ""


def finished_manifest(run: Path) -> Path | None:
    """The manifest of a run's folder, once all is transcribed."""
    path = run / FOLDER / MANIFEST
    return path if path.exists() else None


def transcribe_all(
    recipe: Recipe, sources: Sequence[Source], processes: Processes, listeners: Listeners
) -> list[Recording]:
    """Transcribe with the recipe's teacher, each process its share, and keep the confident part.

    What an earlier, interrupted call has transcribed with the same teacher is not transcribed again.

    Returns:
        The utterances to train on, in the order of the sources.

    Raises:
        Cancelled: `listeners.stop` said so; what was done is kept.
        RecipeError: There is no teacher, or it is confident of nothing.
    """
    from asr_app.training.teacher import fingerprint, load_teacher

    folder = recipe.output.folder / FOLDER
    threads = torch.get_num_threads()
    teacher = load_teacher(recipe, str(processes.device))
    if teacher.language.warning and processes.first:
        listeners.message(teacher.language.warning)
    if processes.first:
        _make_room(folder, fingerprint(teacher))
    finished = folder / f"finished-{processes.rank}"
    processes.wait()
    finished.unlink(missing_ok=True)
    transcripts = Transcripts(folder, processes.rank)
    # Nobody writes before all have read: shares are dealt from what is still to be done.
    processes.wait()
    transcripts.mend()
    left = [source for source in sources if source.name not in transcripts.failures]
    try:
        _transcribe(left[processes.rank :: processes.count], teacher, transcripts, folder, listeners)
    finally:
        # The recogniser takes a single thread; training has its own number.
        torch.set_num_threads(threads)
    finished.touch()
    if processes.first:
        # No barrier: those give up after half an hour, and shares may differ by more.
        _await([folder / f"finished-{rank}" for rank in range(processes.count)], listeners.stop)
        _conclude(recipe, sources, folder, listeners)
    _await([folder / MANIFEST], listeners.stop)
    return read_manifest(folder / MANIFEST)


def _make_room(folder: Path, teacher: str) -> None:
    """Make the folder; one that another teacher has written into is emptied."""
    note = folder / "teacher"
    if folder.exists() and (not note.exists() or note.read_text(encoding="utf-8") != teacher):
        shutil.rmtree(folder)
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    note.write_text(teacher, encoding="utf-8")
    (folder / MANIFEST).unlink(missing_ok=True)


def _transcribe(
    sources: Sequence[Source], teacher: Recognizer, known: Transcripts, folder: Path, listeners: Listeners
) -> None:
    group: list[_Piece] = []
    enough_s = _GROUP_S[teacher.device_name.partition(":")[0]]
    done = 0
    for piece in _pieces(sources, known, listeners):
        group.append(piece)
        if sum(p.utterance.duration_s for p in group if p.utterance is not None) >= enough_s:
            done += _transcribe_group(group, teacher, known, folder, listeners)
            listeners.progress(done, len(sources))
            group = []
    done += _transcribe_group(group, teacher, known, folder, listeners)
    listeners.progress(done, len(sources))


def _pieces(sources: Sequence[Source], known: Transcripts, listeners: Listeners) -> Iterator[_Piece]:
    """Give utterances that are not yet known, and after those of each source its end.

    Raises:
        Cancelled: `listeners.stop` said so.
    """
    detector = VoiceActivityDetector()
    for source in sources:
        failure = ""
        try:
            for number, utterance in enumerate(_utterances(source, detector, listeners.stop)):
                # Cut again and skipped: where one utterance begins depends on all that came before it.
                if (source.name, number) not in known.utterances:
                    yield _Piece(source, number, utterance)
        except MediaError as error:
            failure = str(error)
        yield _Piece(source, -1, None, failure)


def _utterances(
    source: Source, detector: VoiceActivityDetector, stop: Callable[[], bool]
) -> Iterator[Utterance]:
    blocks = _until(stop, source.open())
    if source.whole is None:
        return cut_utterances(blocks, detector)
    return iter([Utterance(0.0, np.concatenate([np.zeros(0, np.float32), *blocks]))])


def _until(stop: Callable[[], bool], blocks: Iterator[Samples]) -> Iterator[Samples]:
    for block in blocks:
        if stop():
            raise Cancelled("The work was stopped.")
        yield block


def _transcribe_group(
    group: Sequence[_Piece], teacher: Recognizer, known: Transcripts, folder: Path, listeners: Listeners
) -> int:
    """Transcribe and write down; gives the number of sources that are done with it."""
    spoken = [piece.utterance for piece in group if piece.utterance is not None]
    segments = iter(teacher.decode_utterances(spoken, cancelled=listeners.stop, on_warning=listeners.message))
    results: list[Transcribed | tuple[str, str]] = []
    for piece in group:
        if piece.utterance is None:
            results.append((piece.source.name, piece.failure))
        else:
            results.append(_result(piece, piece.utterance, next(segments), folder / "audio"))
    known.append(results)
    return sum(isinstance(result, tuple) for result in results)


def _result(piece: _Piece, utterance: Utterance, segment: Segment, folder: Path) -> Transcribed:
    source, whole = piece.source, piece.source.whole
    if whole is not None:
        audio = whole.audio if whole.shard is not None else str(whole.folder / whole.audio)
        shard = None if whole.shard is None else str(whole.folder / whole.shard)
    else:
        audio, shard = str(_save(source.name, piece.number, utterance, folder) if segment.words else ""), None
    confidences = [word.confidence for word in segment.words]
    return Transcribed(
        source=source.name,
        number=piece.number,
        audio=audio,
        shard=shard,
        duration_s=utterance.duration_s,
        text=segment.text,
        confidence=sum(confidences) / max(1, len(confidences)),
        speaker=source.speaker,
        corpus=source.corpus,
    )


def _save(source: str, number: int, utterance: Utterance, folder: Path) -> Path:
    import hashlib

    import soundfile

    name = hashlib.sha256(source.encode()).hexdigest()[:16]
    path = folder / f"{name}-{number:05d}.flac"
    partial = path.with_suffix(".partial")
    soundfile.write(partial, utterance.samples.clip(-1, 1), SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    partial.replace(path)
    return path


def _await(paths: Sequence[Path], stop: Callable[[], bool]) -> None:
    while not all(path.exists() for path in paths):
        if stop():
            raise Cancelled("The work was stopped.")
        time.sleep(0.2)


def _conclude(recipe: Recipe, sources: Sequence[Source], folder: Path, listeners: Listeners) -> None:
    """Write the manifest of what is trained on, from what all processes have heard."""
    section = recipe.unlabelled
    order = {source.name: place for place, source in enumerate(sources)}
    transcripts = Transcripts(folder, rank=0)
    for name, failure in transcripts.failures.items():
        if failure:
            listeners.message(f"{name}: {failure}")
    heard = sorted(
        (utterance for utterance in transcripts.utterances.values() if utterance.source in order),
        key=lambda utterance: (order[utterance.source], utterance.number),
    )
    kept = [utterance for utterance in heard if utterance.is_plausible(section, recipe.data.maximum_s)]
    if not kept:
        raise _nothing_kept(heard, section)
    hours = [sum(utterance.duration_s for utterance in part) / 3600 for part in (kept, heard)]
    listeners.message(
        f"{len(kept)} of {len(heard)} utterances without transcripts ({hours[0]:.2f} of {hours[1]:.2f} "
        "hours) were recognised with confidence and are trained on."
    )
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text("".join(utterance.manifest_line() for utterance in kept), encoding="utf-8")
    partial.replace(folder / MANIFEST)


def _nothing_kept(heard: Sequence[Transcribed], section: UnlabelledSection) -> RecipeError:
    if not heard:
        return RecipeError(
            "No speech was found in the recordings without transcripts.", "Give others, or train without."
        )
    middle = sorted(utterance.confidence for utterance in heard)[len(heard) // 2]
    return RecipeError(
        f"Of {len(heard)} utterances without transcripts none was recognised with a confidence of "
        f"{section.minimum_confidence:g} at a speed of {section.minimum_words_per_s:g} to "
        f"{section.maximum_words_per_s:g} words a second; half of them reach a confidence of {middle:.2f}.",
        "Name a better teacher or a lower minimum_confidence under [unlabelled].",
    )
