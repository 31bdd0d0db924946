"""Sounds in which nobody speaks, synthesised from seeds: what a microphone hears beside people.

Each kind is a function from a random generator and a number of samples to samples (n,) of any level; `pieces`
strings them together at levels from faint to loud. They are made as sounds come about: a source (breath
noise, a key's blow, vocal folds) through resonances (Fant 1960's source and filter for cough and breathing,
Karplus and Strong 1983 for plucked strings). Those two have no words but the resonances of a mouth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Signal = NDArray[np.float64]
Kind = Callable[[np.random.Generator, int], Signal]

RATE_HZ = 16_000
LEVELS_DB = (-60.0, -48.0, -36.0, -26.0, -16.0, -8.0)
"""Of the loudest 100 ms, below full scale: from a quiet room to a microphone turned up too far."""


def pieces(kind: str, total_s: float, seed: int = 0, piece_s: float = 20.0) -> Iterator[Samples]:
    """Give a sound of one kind, one piece after the other, each at the next of `LEVELS_DB`.

    Args:
        kind: One of `KINDS`.
        total_s: How long all pieces are together.
        seed: Of what is drawn; another seed gives other sounds of the kind.
        piece_s: How long each is; the last may be shorter.

    Yields:
        float32 (n,), 16 kHz mono in -1…1.
    """
    rest = round(total_s * RATE_HZ)
    for number in range(10**9):
        if rest <= 0:
            return
        length = min(rest, round(piece_s * RATE_HZ))
        random = np.random.default_rng([seed, number, *kind.encode()])
        yield at_level(KINDS[kind](random, length), LEVELS_DB[number % len(LEVELS_DB)])
        rest -= length


def at_level(sound: Signal, level_db: float) -> Samples:
    """Scale a sound so that its loudest 100 ms have this level re full scale; what exceeds 1 is clipped."""
    parts = np.array_split(sound, max(1, len(sound) * 10 // RATE_HZ))
    loudest = max(float(np.sqrt(np.mean(part**2))) for part in parts)
    gain = 10 ** (level_db / 20) / loudest if loudest else 0.0
    return np.clip(sound * gain, -1.0, 1.0).astype(np.float32)


# -- building blocks ----------------------------------------------------------------------------------


def shaped(signal: Signal, response: Callable[[Signal], Signal]) -> Signal:
    """Multiply the spectrum of a signal by a gain that depends on the frequency in Hz."""
    size = _quick_size(len(signal))
    spectrum = np.fft.rfft(signal, size)
    gains = response(np.fft.rfftfreq(size, 1 / RATE_HZ).astype(np.float64))
    return np.fft.irfft(spectrum * gains, size)[: len(signal)]


def _quick_size(length: int) -> int:
    """A power of two from this length on: other sizes make a Fourier transform slow."""
    return 1 << max(1, length - 1).bit_length()


def resonances(peaks: Sequence[tuple[float, float, float]]) -> Callable[[Signal], Signal]:
    """A gain with peaks of (frequency in Hz, width in Hz, gain): the resonances of a tube."""

    def gain(hz: Signal) -> Signal:
        parts = [height / np.sqrt(1 + ((hz - at) / (width / 2)) ** 2) for at, width, height in peaks]
        total: Signal = np.add.reduce(parts)
        return total

    return gain


def envelope(length: int, points: Sequence[tuple[float, float]]) -> Signal:
    """Straight lines through points of (share of the length, height)."""
    places, heights = zip(*points, strict=True)
    line: Signal = np.interp(np.arange(length) / max(1, length), places, heights)
    return line


def wander(random: np.random.Generator, length: int, per_s: float) -> Signal:
    """A smooth random course around 0, of standard deviation about 1, with some turns a second."""
    turns = max(2, round(length / RATE_HZ * per_s) + 2)
    return np.interp(np.linspace(0, turns - 1, length), np.arange(turns), random.standard_normal(turns))


def _place(sound: Signal, start: int, part: Signal) -> None:
    end = min(len(sound), start + len(part))
    if start < end:
        sound[start:end] += part[: end - start]


def _room(random: np.random.Generator, sound: Signal, floor: float = 1e-3) -> Signal:
    """Add the tail of a small room and its quiet, `floor` times the sound's peak."""
    tail_s = random.uniform(0.1, 0.3)
    length = round(tail_s * RATE_HZ)
    tail = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail[0] = 12.0
    size = _quick_size(len(sound) + length)
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)] / 12
    return wet + floor * float(np.abs(wet).max(initial=1e-9)) * pink(random, len(sound))


# -- steady sounds ------------------------------------------------------------------------------------


def silence(random: np.random.Generator, length: int) -> Signal:
    """Digital silence."""
    return np.zeros(length)


def white(random: np.random.Generator, length: int) -> Signal:
    """As much of every frequency."""
    return random.standard_normal(length)


def pink(random: np.random.Generator, length: int) -> Signal:
    """3 dB less with each octave."""
    noise = shaped(random.standard_normal(length), lambda hz: 1 / np.sqrt(np.maximum(hz, 20.0)))
    return noise / max(float(noise.std()), 1e-12)


def hum(random: np.random.Generator, length: int) -> Signal:
    """Mains of 50 or 60 Hz with its harmonics, the buzz of a rectifier, and a little hiss."""
    mains_hz = float(random.choice([50.0, 60.0])) * (1 + 0.0005 * wander(random, length, 0.2))
    phase = 2 * np.pi * np.cumsum(mains_hz) / RATE_HZ
    sound = 0.01 * random.standard_normal(length)
    for harmonic in range(1, 31):
        weight = 10 ** (random.uniform(-0.3, 0.3)) / harmonic ** random.uniform(0.8, 1.6)
        sound += weight * np.sin(harmonic * phase + random.uniform(0, 2 * np.pi))
    return sound


def fan(random: np.random.Generator, length: int) -> Signal:
    """Air noise that falls with frequency, the tones of blades and motor, a slow swell."""
    air = shaped(random.standard_normal(length), lambda hz: 1 / (1 + (hz / random.uniform(250, 600)) ** 1.3))
    air /= air.std()
    turn_hz = random.uniform(15, 40) * (1 + 0.003 * wander(random, length, 0.5))
    phase = 2 * np.pi * np.cumsum(turn_hz) / RATE_HZ
    blades = int(random.integers(5, 10))
    tones = sum(
        random.uniform(0.1, 0.5) / number * np.sin(number * blades * phase + random.uniform(0, 6))
        for number in range(1, 7)
    )
    whine = 0.03 * np.sin(random.integers(60, 90) * phase)
    return (air * (1 + 0.1 * np.sin(phase)) + tones + whine) * (1 + 0.1 * wander(random, length, 0.7))


# -- events -------------------------------------------------------------------------------------------


def keyboard(random: np.random.Generator, length: int) -> Signal:
    """Typing in bursts: each key a blow on the plate, a click of the cap, and its release."""
    sound, at = np.zeros(length), 0.3
    while at * RATE_HZ < length:
        for _ in range(int(random.integers(3, 25))):
            start, weight = round(at * RATE_HZ), random.uniform(0.4, 1.0)
            _place(sound, start, weight * _key_blow(random))
            released = start + round(random.uniform(0.06, 0.14) * RATE_HZ)
            _place(sound, released, 0.35 * weight * _key_blow(random))
            at += random.uniform(0.07, 0.28)
        at += random.exponential(0.8)
    return _room(random, sound)


def _key_blow(random: np.random.Generator) -> Signal:
    length = round(0.05 * RATE_HZ)
    time_s = np.arange(length) / RATE_HZ
    click = random.standard_normal(length) * np.exp(-time_s / random.uniform(0.001, 0.004))
    modes = sum(
        random.uniform(0.2, 1.0)
        * np.exp(-time_s / random.uniform(0.004, 0.02))
        * np.sin(2 * np.pi * random.uniform(low, high) * time_s)
        for low, high in ((120, 350), (700, 1_800), (1_800, 3_500), (3_500, 6_500))
    )
    return click + modes


def music(random: np.random.Generator, length: int) -> Signal:
    """A tune with chords, of plucked strings, of blown or bowed tones with vibrato, or of plain tones."""
    sound, at = np.zeros(length), 0.1
    instrument = (_plucked, _blown, _plain)[int(random.integers(3))]
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) + random.integers(45, 64)
    degree, beat_s = 3, random.uniform(0.25, 0.6)
    while at * RATE_HZ < length:
        degree = int(np.clip(degree + random.integers(-3, 4), 0, len(scale) - 1))
        lasts = round(beat_s * float(random.choice([0.5, 1, 1, 2])) * RATE_HZ)
        chord = [0] if random.random() < 0.6 else [0, 4, 7]
        for step in chord:
            pitch_hz = 440 * 2 ** ((scale[degree] + step - 69) / 12)
            _place(sound, round(at * RATE_HZ), instrument(random, pitch_hz, lasts + RATE_HZ // 10))
        at += lasts / RATE_HZ
        at += random.uniform(0.3, 1.0) if random.random() < 0.1 else 0.0
    return _room(random, sound)


def _plucked(random: np.random.Generator, pitch_hz: float, length: int) -> Signal:
    period = max(2, round(RATE_HZ / pitch_hz))
    string = random.uniform(-1, 1, period)
    rounds = []
    for _ in range(length // period + 1):
        rounds.append(string)
        string = 0.497 * (string + np.roll(string, 1))
    return np.concatenate(rounds)[:length] * envelope(length, [(0, 1), (0.9, 1), (1, 0)])


def _blown(random: np.random.Generator, pitch_hz: float, length: int) -> Signal:
    time_s = np.arange(length) / RATE_HZ
    vibrato = 1 + 0.006 * np.sin(2 * np.pi * 5.5 * time_s) * np.minimum(1, time_s / 0.3)
    phase = 2 * np.pi * np.cumsum(pitch_hz * vibrato) / RATE_HZ
    tone = np.zeros(length)
    for number in range(1, max(2, int(7_000 / pitch_hz))):
        tone += np.sin(number * phase) / number**1.3
    return tone * envelope(length, [(0, 0), (0.1, 1), (0.8, 0.8), (1, 0)])


def _plain(random: np.random.Generator, pitch_hz: float, length: int) -> Signal:
    time_s = np.arange(length) / RATE_HZ
    return np.sin(2 * np.pi * pitch_hz * time_s) * envelope(length, [(0, 0), (0.05, 1), (0.9, 0.7), (1, 0)])


def cough(random: np.random.Generator, length: int) -> Signal:
    """Coughs, one to three at a time: a burst, rushing air, at times the voice at the end."""
    sound, at = np.zeros(length), random.uniform(0.5, 2.0)
    throat = random.uniform(0.85, 1.2)
    while at * RATE_HZ < length:
        for _ in range(int(random.integers(1, 4))):
            _place(sound, round(at * RATE_HZ), _one_cough(random, throat))
            at += random.uniform(0.35, 0.7)
        at += random.uniform(1.5, 5.0)
    return _room(random, sound)


def _one_cough(random: np.random.Generator, throat: float) -> Signal:
    length = round(random.uniform(0.25, 0.45) * RATE_HZ)
    burst = envelope(length, [(0, 0), (0.02, 1), (0.15, 0.35), (0.6, 0.15), (1, 0)])
    air = random.standard_normal(length) * burst
    pitch_hz = random.uniform(120, 350) * envelope(length, [(0, 1), (0.6, 1.1), (1, 0.8)])
    jitter = 1 + 0.03 * random.standard_normal(length)
    pulses = np.diff(np.floor(np.cumsum(pitch_hz * jitter) / RATE_HZ), prepend=0.0)
    voiced = random.uniform(0.0, 2.5) * pulses * envelope(length, [(0, 0), (0.55, 0), (0.7, 1), (1, 0)])
    mouth = ((600, 180, 1.0), (1_500, 260, 0.9), (2_700, 350, 0.6), (4_200, 900, 0.3))
    return shaped(air + voiced, resonances([(hz * throat, width, gain) for hz, width, gain in mouth]))


def breathing(random: np.random.Generator, length: int) -> Signal:
    """In and out, by the nose or the mouth: air noise in the resonances of the way it takes."""
    sound, at = np.zeros(length), random.uniform(0.1, 1.0)
    way = _MOUTH if random.random() < 0.5 else _NOSE
    while at * RATE_HZ < length:
        for weight, shift, longest_s in ((1.0, 1.15, 1.6), (0.6, 1.0, 2.2)):
            lasts_s = random.uniform(0.8, longest_s)
            samples = round(lasts_s * RATE_HZ)
            air = random.standard_normal(samples) * envelope(samples, [(0, 0), (0.4, 1), (0.7, 0.7), (1, 0)])
            peaks = [(hz * shift, width, gain) for hz, width, gain in way]
            _place(sound, round(at * RATE_HZ), weight * shaped(air, resonances(peaks)))
            at += lasts_s + random.uniform(0.05, 0.3)
        at += random.uniform(0.3, 1.2)
    return _room(random, sound)


_MOUTH = ((500, 300, 0.5), (1_400, 400, 1.0), (2_600, 600, 0.5))
_NOSE = ((1_000, 700, 0.4), (2_300, 1_200, 0.6), (5_000, 2_500, 0.7))

KINDS: Mapping[str, Kind] = {
    kind.__name__: kind for kind in (silence, white, pink, hum, fan, keyboard, music, cough, breathing)
}
