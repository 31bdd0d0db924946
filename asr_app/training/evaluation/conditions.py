"""Conditions a recogniser meets: the same utterance with noise, in a room, over the telephone, or faster.

Each condition is a function from samples to samples. What is drawn (which noise, which room) follows from a
seed that belongs to the utterance: every model hears the same, and noise at 5 dB is that at 20 dB, louder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from asr_app.errors import ManifestError
from asr_app.training.augmentation import load_folder, through_codec, through_room
from asr_app.training.manifest import SAMPLE_RATE_HZ, Recording

Samples = NDArray[np.float32]

_FRAME_SAMPLES = SAMPLE_RATE_HZ // 50
_ACTIVITY_MARGIN_DB = 15.9


@dataclass(frozen=True)
class Surroundings:
    """What conditions are made with.

    Attributes:
        noises: Recordings of noise, 16 kHz mono.
        rooms: Impulse responses, likewise.
    """

    noises: Sequence[Samples] = ()
    rooms: Sequence[Samples] = ()


Change = Callable[[Samples, Surroundings, np.random.Generator], Samples]


@dataclass(frozen=True)
class Condition:
    """One condition.

    Attributes:
        name: On the command line.
        label: In tables.
        change: Samples (n,) at 16 kHz in -1…1 to such samples; what it draws comes from the generator.
        needs: The folder it takes something from, if any.
    """

    name: str
    label: str
    change: Change
    needs: Literal["noise", "rooms"] | None = None

    def apply(self, samples: Samples, surroundings: Surroundings, seed: int) -> Samples:
        """Change samples; the same seed gives the same result."""
        if len(samples) == 0:
            return samples
        return self.change(samples, surroundings, np.random.default_rng(seed))


def seed_of(recording: Recording) -> int:
    """A seed that belongs to an utterance, wherever its corpus lies."""
    name = f"{recording.corpus}/{recording.shard or ''}/{Path(recording.audio).as_posix()}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def speech_power(samples: Samples) -> float:
    """Mean square while somebody speaks, pauses left out.

    After ITU-T P.56: frames count that lie less than 15.9 dB below the level of those that count. Here on
    frames of 20 ms instead of an envelope, starting with all of them.
    """
    whole = samples[: max(1, len(samples) // _FRAME_SAMPLES) * _FRAME_SAMPLES].astype(np.float64)
    frames = whole.reshape(-1, min(len(whole), _FRAME_SAMPLES)) if len(whole) else np.zeros((1, 1))
    powers = np.mean(frames**2, axis=1)
    level = float(powers.mean())
    for _ in range(20):
        active = powers[powers > level * 10 ** (-_ACTIVITY_MARGIN_DB / 10)]
        following = float(active.mean()) if len(active) else level
        if abs(following - level) <= 1e-6 * level:
            break
        level = following
    return level


def with_noise(samples: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add as many samples of noise, the ratio being that of `speech_power` to the noise's mean power.

    Where the sum would exceed full scale, all of it is made quieter.
    """
    noise_power = float(np.mean(noise.astype(np.float64) ** 2))
    gain = np.sqrt(speech_power(samples) / max(noise_power, 1e-12) * 10 ** (-snr_db / 10))
    mixed = samples + np.float32(gain) * noise
    return (mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32)


def at_tempo(samples: Samples, tempo: float) -> Samples:
    """Speak faster or slower at the same pitch (FFmpeg's `atempo`: overlapped and added waveforms)."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ, format="flt", layout="mono", time_base=Fraction(1, SAMPLE_RATE_HZ)
    )
    graph.link_nodes(source, graph.add("atempo", f"{tempo}"), graph.add("abuffersink")).configure()
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, 0
    graph.push(frame)
    graph.push(None)
    parts = []
    while True:
        try:
            parts.append(graph.pull().to_ndarray()[0])
        except av.EOFError:
            return np.concatenate([np.zeros(0, np.float32), *parts])


def _noise(snr_db: float) -> Change:
    def change(samples: Samples, surroundings: Surroundings, random: np.random.Generator) -> Samples:
        noise = surroundings.noises[int(random.integers(len(surroundings.noises)))]
        start = int(random.integers(len(noise)))
        return with_noise(samples, noise[(np.arange(len(samples)) + start) % len(noise)], snr_db)

    return change


def _room(samples: Samples, surroundings: Surroundings, random: np.random.Generator) -> Samples:
    return through_room(samples, surroundings.rooms[int(random.integers(len(surroundings.rooms)))])


def _codec(codec: str, container: str, rate_hz: int, bit_rate: int) -> Change:
    return lambda samples, surroundings, random: through_codec(samples, codec, container, rate_hz, bit_rate)


def _tempo(tempo: float) -> Change:
    return lambda samples, surroundings, random: at_tempo(samples, tempo)


def _gain(gain_db: float) -> Change:
    return lambda samples, surroundings, random: (samples * np.float32(10 ** (gain_db / 20))).astype(
        np.float32
    )


CLEAN = Condition("clean", "clean", lambda samples, surroundings, random: samples)

CONDITIONS = (
    CLEAN,
    Condition("noise20", "noise at 20 dB", _noise(20.0), "noise"),
    Condition("noise10", "noise at 10 dB", _noise(10.0), "noise"),
    Condition("noise5", "noise at 5 dB", _noise(5.0), "noise"),
    Condition("rooms", "rooms", _room, "rooms"),
    Condition("8khz", "8 kHz, telephone (mu-law)", _codec("pcm_mulaw", "wav", 8_000, 0)),
    Condition("opus", "Opus at 12 kbit/s", _codec("libopus", "ogg", 48_000, 12_000)),
    Condition("mp3", "MP3 at 32 kbit/s", _codec("libmp3lame", "mp3", 16_000, 32_000)),
    Condition("fast", "1.25 times as fast", _tempo(1.25)),
    Condition("slow", "0.8 times as fast", _tempo(0.8)),
    Condition("quiet", "quiet by 20 dB", _gain(-20.0)),
)
"""In the order of the table."""


def choose(names: Sequence[str]) -> list[Condition]:
    """The conditions of these names in the order of the table, all where none is named, always with clean.

    Raises:
        ManifestError: A name is unknown.
    """
    known = {condition.name: condition for condition in CONDITIONS}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ManifestError(f"There is no condition “{unknown[0]}”.", f"Choose from {', '.join(known)}.")
    return [condition for condition in CONDITIONS if not names or condition.name in {CLEAN.name, *names}]


def load_surroundings(
    conditions: Sequence[Condition], noise: Path | None, rooms: Path | None, beside: Path
) -> Surroundings:
    """Read the folders that these conditions need.

    Args:
        conditions: What will be applied.
        noise: Folder of noise recordings; None: `noise` in `beside`.
        rooms: Folder of impulse responses; None: `rooms` in `beside`.
        beside: Folder of the manifest.

    Raises:
        ManifestError: A folder that is needed is missing or empty.
        MediaError: A recording in it cannot be read.
    """
    needs = {condition.needs for condition in conditions}
    return Surroundings(
        _load(noise or beside / "noise", "noise") if "noise" in needs else (),
        _load(rooms or beside / "rooms", "rooms") if "rooms" in needs else (),
    )


def _load(folder: Path, option: str) -> list[Samples]:
    found = [samples for samples in load_folder(folder) if samples.any()] if folder.is_dir() else []
    if not found:
        raise ManifestError(
            f"There are no recordings for the condition “{option}” in “{folder}”.",
            f"Name their folder with --{option}.",
        )
    return found
