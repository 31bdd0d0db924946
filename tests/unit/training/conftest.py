"""A tiny corpus of made sounds, and a recipe that trains on it in seconds."""

from __future__ import annotations

import json
import tarfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sentencepiece

SAMPLE_RATE_HZ = 16_000
TONES_HZ = {"low": 300.0, "mid": 900.0, "high": 2_700.0}


def speak(words: list[str], random: np.random.Generator) -> np.ndarray:
    """Words as tones of 200 ms with gaps: something a network can learn in a few steps."""
    parts = []
    for word in words:
        t = np.arange(int(0.2 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        parts += [0.3 * np.sin(2 * np.pi * TONES_HZ[word] * t), np.zeros(int(0.12 * SAMPLE_RATE_HZ))]
    samples = np.concatenate(parts)
    return (samples + 0.003 * random.standard_normal(len(samples))).astype(np.float32)


def write_wav(path: Path, samples: np.ndarray) -> None:
    """16-bit mono at 16 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())


@pytest.fixture(scope="session")
def tone_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `train.jsonl` (plain files), `dev.jsonl` (in a tar shard) and `pieces.model`."""
    folder = tmp_path_factory.mktemp("tones")
    random = np.random.default_rng(5)
    texts = [" ".join(random.choice(list(TONES_HZ), int(random.integers(2, 6)))) for _ in range(48)]
    lines = []
    for number, text in enumerate(texts):
        name = f"t{number:02d}.wav"
        samples = speak(text.split(), random)
        write_wav(folder / name, samples)
        entry = {
            "audio_filepath": name,
            "duration": len(samples) / SAMPLE_RATE_HZ,
            "text": text,
            "corpus": "tones",
        }
        lines.append(entry)
    (folder / "train.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines[:40]), encoding="utf-8"
    )
    with tarfile.open(folder / "dev-00.tar", "w") as shard:
        for line in lines[40:]:
            shard.add(folder / str(line["audio_filepath"]), str(line["audio_filepath"]))
    dev = "".join(json.dumps({**line, "shard": "dev-00.tar"}) + "\n" for line in lines[40:])
    (folder / "dev.jsonl").write_text(dev, encoding="utf-8")
    sentences = iter(texts)
    with (folder / "pieces.model").open("wb") as file:
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=sentences,
            model_writer=file,
            vocab_size=14,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    return folder


RECIPE = """
seed = 3
[data]
train = ["{corpus}/train.jsonl"]
development = ["{corpus}/dev.jsonl"]
cache = "{cache}"
lexicon = "{corpus}/lexicon.txt"
[start]
tokenizer = "{corpus}/pieces.model"
[start.model]
phones = ["L", "M", "H"]
phone_layer = 1
conv_channels = 4
encoder_layers = 2
encoder_units = 16
reduction_layer = 0
[start.model.decoder]
units = 16
embedding_units = 8
attention_units = 8
location_width_frames = 11
[optimiser]
steps = {steps}
batch_s = 12.0
learning_rate = 1e-2
precision = "float32"
[loss]
decoder_from_step = 6
guided_until_step = 12
[augmentation]
initial_strength = 0.2
[chunked]
from_step = 8
share = 0.5
[output]
folder = "run"
checkpoint_every_steps = 3
snapshot_every_steps = 5
evaluate_every_steps = 1000
"""


@pytest.fixture
def write_recipe(tone_corpus: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a recipe with so many steps into a folder of its own and give its path."""
    (tone_corpus / "lexicon.txt").write_text("low L\nmid M\nhigh H\n", encoding="utf-8")

    def write(name: str = "a", steps: int = 16) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        path = folder / "recipe.toml"
        text = RECIPE.format(corpus=tone_corpus, cache=tone_corpus / "cache", steps=steps)
        path.write_text(text, encoding="utf-8")
        return path

    return write
