"""What a teacher heard, on disk: lines that are only ever added; a kill loses no more than the last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from asr_app.training.evaluation.error_rates import repeats
from asr_app.training.recipe import UnlabelledSection


@dataclass(frozen=True)
class Transcribed:
    """One utterance without transcript, and what a teacher heard in it.

    Attributes:
        source: Which recording it is of.
        number: Of the utterance in the recording, from 0.
        audio: Absolute path, or the member's name inside `shard`.
        shard: Absolute path of the tar file that holds the audio, or None.
        duration_s: Of the sound.
        text: Words, separated by spaces.
        confidence: Mean of the words', from 0 to 1; 0 without words.
        speaker: Empty where unknown.
        corpus: Name of the collection it comes from.
    """

    source: str
    number: int
    audio: str
    shard: str | None
    duration_s: float
    text: str
    confidence: float
    speaker: str
    corpus: str

    @property
    def words_per_s(self) -> float:
        """How fast it was spoken, if the text is right."""
        return len(self.text.split()) / max(self.duration_s, 1e-3)

    def is_plausible(self, section: UnlabelledSection, maximum_s: float) -> bool:
        """Whether to train on it: confident, neither too slow nor too fast to be true, and no loop."""
        return (
            self.text != ""
            and self.duration_s <= maximum_s
            and self.confidence >= section.minimum_confidence
            and section.minimum_words_per_s <= self.words_per_s <= section.maximum_words_per_s
            and not repeats(self.text)
        )

    def manifest_line(self) -> str:
        """The line of a manifest; `heard` marks the text as a recogniser's."""
        entry = {
            "audio_filepath": self.audio,
            "shard": self.shard,
            "duration": round(self.duration_s, 3),
            "text": self.text,
            "speaker": self.speaker,
            "corpus": self.corpus,
            "confidence": round(self.confidence, 4),
            "heard": True,
        }
        return json.dumps(entry, ensure_ascii=False) + "\n"


class Transcripts:
    """The transcripts of a run, one file for each process that wrote some.

    Attributes:
        utterances: By source and number.
        failures: Sources that are done, with the sentence why where they could not be read, else empty.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        """Read what processes have written into `folder`; `rank` names the file that `append` writes to."""
        self.utterances: dict[tuple[str, int], Transcribed] = {}
        self.failures: dict[str, str] = {}
        self._path = folder / f"transcripts-{rank}.jsonl"
        for path in sorted(folder.glob("transcripts-*.jsonl")):
            for entry in _whole_lines(path):
                self._take(entry)

    def append(self, results: Iterable[Transcribed | tuple[str, str]]) -> None:
        """Add utterances, and sources that are done with the reason of a failure, and put them on disk."""
        with self._path.open("a", encoding="utf-8") as file:
            for result in results:
                entry = (
                    asdict(result)
                    if isinstance(result, Transcribed)
                    else {"source": result[0], "failure": result[1]}
                )
                self._take(entry)
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def mend(self) -> None:
        """Cut off a line of one's own file that a kill cut short; the next one would be glued to it."""
        if self._path.exists():
            content = self._path.read_bytes()
            os.truncate(self._path, content.rfind(b"\n") + 1)

    def _take(self, entry: dict[str, Any]) -> None:
        if "failure" in entry:
            self.failures[entry["source"]] = entry["failure"]
        else:
            utterance = Transcribed(**entry)
            self.utterances[utterance.source, utterance.number] = utterance


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    content = path.read_bytes()
    # A line without its end was being written when the run was killed.
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        yield json.loads(line)
