"""Speech made by flite and espeak-ng from text: words and voices that the recordings lack."""

from __future__ import annotations

import json
import lzma
import re
import shutil
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from asr_app.errors import ManifestError
from asr_app.training.manifest import normalise

_FLITE_VOICES = ("slt", "rms", "awb", "kal16")
_ESPEAK_VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+m3", "en-us+m7", "en-gb-scotland")


def sentences(text: Path, least_words: int = 4, most_words: int = 14) -> list[str]:
    """Sentences of a text file (plain or .xz), one paragraph a line, without digits, each once."""
    opener = lzma.open if text.suffix == ".xz" else open
    with opener(text, "rt", encoding="utf-8") as file:
        parts = (part.strip() for line in file for part in re.split(r"(?<=[.?!])\s+", line))
        fitting = (
            p
            for p in parts
            if least_words <= len(p.split()) <= most_words and not re.search(r"[\d_*\[\]]", p)
        )
        return list(dict.fromkeys(fitting))


def synthesise(text: Path, folder: Path, minutes: float, seed: int = 1) -> Iterator[float]:
    """Speak random sentences and write them with a manifest, `synthetic.jsonl`.

    Args:
        text: Where the sentences come from.
        folder: For the wav files and the manifest.
        minutes: How much speech to make.
        seed: Of the choice of sentences and voices.

    Yields:
        Minutes made so far.

    Raises:
        ManifestError: Neither program is installed, or the text has no sentences.
    """
    engines = [name for name in ("flite", "espeak-ng") if shutil.which(name)]
    if not engines:
        raise ManifestError("Neither flite nor espeak-ng is installed.", "Install one of them.")
    random = np.random.default_rng(seed)
    pool = sentences(text)
    if not pool:
        raise ManifestError(f"“{text.name}” has no sentences to speak.", "Give running text.")
    folder.mkdir(parents=True, exist_ok=True)
    made_s = 0.0
    with (folder / "synthetic.jsonl").open("w", encoding="utf-8") as manifest:
        for number, index in enumerate(random.permutation(len(pool))):
            if made_s >= 60 * minutes:
                return
            sentence, engine = pool[index], engines[number % len(engines)]
            path = folder / f"{number:06d}.wav"
            voice = _speak(engine, sentence, path, random)
            with wave.open(str(path)) as spoken:
                duration_s = spoken.getnframes() / spoken.getframerate()
            made_s += duration_s
            entry = {
                "audio_filepath": path.name,
                "duration": round(duration_s, 3),
                "text": normalise(sentence),
                "speaker": voice,
                "corpus": "synthetic",
            }
            manifest.write(json.dumps(entry) + "\n")
            yield made_s / 60


def _speak(engine: str, sentence: str, path: Path, random: np.random.Generator) -> str:
    # A dash at the start would be taken for an option.
    sentence = sentence.lstrip("-\N{EM DASH}\N{EN DASH} ")
    if engine == "flite":
        voice = str(random.choice(_FLITE_VOICES))
        stretch = f"{random.uniform(0.85, 1.15):.2f}"
        command = [
            "flite",
            "-voice",
            voice,
            "--setf",
            f"duration_stretch={stretch}",
            "-t",
            sentence,
            "-o",
            str(path),
        ]
    else:
        voice = str(random.choice(_ESPEAK_VOICES))
        speed, pitch = str(int(random.integers(130, 190))), str(int(random.integers(35, 65)))
        command = ["espeak-ng", "-v", voice, "-s", speed, "-p", pitch, "-w", str(path), "--", sentence]
    subprocess.run(command, check=True, capture_output=True)
    return f"{engine}-{voice}"
