"""Dictations killed at random moments, and what of them is found afterwards.

    python -m tests.helpers.killed_dictations FOLDER [--kills 100] [--seed 0] [--transcribe 10]

Each dictation is a process of its own with a whole session in it: a microphone that gives a sentence over and
over at the speed of life, the recorder, the journal, and a small recogniser of random weights that decodes.
It is killed with SIGKILL after 0.3 to 2.5 seconds. What the microphone had given until then by the clock is
compared with what lies in the journal. Writes one line of JSON: the seconds lost of each, and what else went
wrong.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import random
import signal
import struct
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.journal import Pcm, from_pcm
from asr_app.audio.media import load_samples
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.dictation import DictationSession
from asr_app.session.recovery import transcribe
from asr_app.session.store import JournalStore, delete
from asr_app.transcription.recognizer import Recognizer
from tests.unit.transcription.builders import SAMPLES, talkative_bundle

Samples = NDArray[np.float32]
BLOCK = 512


class ClockedMicrophone:
    """Gives a sentence over and over, each block when its last sample would have been spoken.

    Blocks that nobody reads wait, as they do in PortAudio's queue; a kill takes them along.
    """

    def __init__(self, sentence: Samples, began: mmap.mmap) -> None:
        self._sentence = sentence
        self._began = began
        self._began_s = 0.0
        self._given = 0

    def start(self) -> None:
        self._began_s = time.monotonic()
        self._began[:8] = struct.pack("<d", self._began_s)

    def read(self, timeout_s: float) -> Samples | None:
        wait_s = self._began_s + (self._given + BLOCK) / SAMPLE_RATE_HZ - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            if wait_s > timeout_s:
                return None
        first = self._given % (len(self._sentence) - BLOCK)
        self._given += BLOCK
        return self._sentence[first : first + BLOCK]

    def stop(self) -> None:
        pass


def expected(sentence: Samples, samples: int) -> Pcm:
    """What the microphone gives in its first so many samples, as it is stored."""
    starts = [start % (len(sentence) - BLOCK) for start in range(0, samples + BLOCK, BLOCK)]
    whole = np.concatenate([sentence[start : start + BLOCK] for start in starts])
    return np.round(whole[:samples] * 32768).astype(np.int16)


def dictate(store: JournalStore, recognizer: Recognizer, sentence: Samples, began: mmap.mmap) -> None:
    """Dictate until killed."""
    session = DictationSession(
        lambda: recognizer, lambda: ClockedMicrophone(sentence, began), journal=store.create
    )
    session.start()
    signal.pause()


def kill_one(
    store: JournalStore, recognizer: Recognizer, sentence: Samples, after_s: float
) -> tuple[float, float]:
    """Start a dictation and kill it; gives the seconds spoken by then and the seconds found in the journal.

    Raises:
        AssertionError: What is found is not what was spoken.
    """
    with mmap.mmap(-1, 8) as began:
        child = os.fork()
        if child == 0:
            try:
                dictate(store, recognizer, sentence, began)
            finally:
                os._exit(1)
        while (began_s := struct.unpack("<d", began[:8])[0]) == 0.0:
            time.sleep(0.01)
        time.sleep(max(0.0, began_s + after_s - time.monotonic()))
        os.kill(child, signal.SIGKILL)
        killed_s = time.monotonic()
        os.waitpid(child, 0)
    spoken_blocks = int((killed_s - began_s) * SAMPLE_RATE_HZ) // BLOCK
    (session,) = store.interrupted()
    found = load_samples(session.audio)
    np.testing.assert_array_equal(found, from_pcm(expected(sentence, len(found))))
    return spoken_blocks * BLOCK / SAMPLE_RATE_HZ, len(found) / SAMPLE_RATE_HZ


def main() -> None:
    """Kill as many dictations as asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--transcribe", type=int, default=10)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    recognizer = Recognizer.load(talkative_bundle(options.folder / "tiny", decoder=False), device="cpu")
    sentence = load_samples(SAMPLES / "library.wav")
    store = JournalStore(options.folder / "sessions")
    lost_s, texts = [], 0
    for number in range(options.kills):
        spoken_s, found_s = kill_one(store, recognizer, sentence, chance.uniform(0.3, 2.5))
        lost_s.append(round(spoken_s - found_s, 3))
        session = store.find("last")
        if number < options.transcribe:
            transcript = transcribe(session, recognizer)
            assert transcript.complete and abs(transcript.duration_s - found_s) < 1e-6
            assert store.interrupted() == []
            texts += 1
        delete(session)
    print(json.dumps({"kills": options.kills, "transcribed": texts, "lost_s": lost_s}), flush=True)


if __name__ == "__main__":
    main()
