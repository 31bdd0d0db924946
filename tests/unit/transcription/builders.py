"""Small recognisers and real speech for these tests, and for those of session and command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.audio.media import SAMPLE_RATE_HZ, load_samples
from asr_app.model.bundle import save_bundle
from tests.unit.model.builders import small_model, small_tokenizer

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
DEFAULT_MODEL = Path(__file__).resolve().parents[3] / "models" / "default"

Samples = NDArray[np.float32]


def talkative_bundle(folder: Path, decoder: bool = True) -> Path:
    """A bundle of random weights that hears some token or other in all speech; returns its folder."""
    network = small_model(seed=3) if decoder else small_model(seed=3, decoder=None)
    with torch.no_grad():
        # Far from uniform, so that searches have something to prefer and blanks do not win everywhere.
        network.ctc_head.weight.mul_(8)
        network.ctc_head.bias[-1] -= 2
    save_bundle(folder, network, small_tokenizer(), {"language": "en"})
    return folder


def silence(duration_s: float) -> Samples:
    """Perfect silence."""
    return np.zeros(round(duration_s * SAMPLE_RATE_HZ), np.float32)


def speech(*names: str, pause_s: float = 1.0) -> Samples:
    """Committed samples one after the other, a pause before, between and after: an utterance each."""
    parts = [silence(pause_s)]
    for name in names:
        parts += [load_samples(SAMPLES / f"{name}.wav"), silence(pause_s)]
    return np.concatenate(parts)


def write_wav(path: Path, samples: Samples) -> Path:
    """Write 16 kHz mono 16-bit samples."""
    import soundfile

    soundfile.write(path, samples, SAMPLE_RATE_HZ, subtype="PCM_16")
    return path
