from __future__ import annotations

import pytest

from asr_app.transcription.recognizer import Recognizer
from tests.unit.transcription.builders import DEFAULT_MODEL, Samples, speech, talkative_bundle


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """A recogniser of random weights with an attention decoder; not to be changed."""
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")


@pytest.fixture
def own_tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """The same for one test, which may change it."""
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")


@pytest.fixture(scope="session")
def shipped() -> Recognizer:
    """The model in the box; skips where there is none."""
    if not (DEFAULT_MODEL / "config.json").is_file():
        pytest.skip("no model in models/default")
    return Recognizer.load(DEFAULT_MODEL, device="cpu")


@pytest.fixture(scope="session")
def three_utterances() -> Samples:
    """Three sentences with pauses between, read-only."""
    samples = speech("library", "train", "garden")
    samples.setflags(write=False)
    return samples
