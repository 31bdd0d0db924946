from __future__ import annotations

import pytest

from asr_app.transcription.recognizer import Recognizer
from tests.unit.transcription.builders import talkative_bundle


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """A recogniser of random weights with an attention decoder."""
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")
