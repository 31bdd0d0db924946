from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """A recogniser of random weights with an attention decoder."""
    # Here, because most tests of this folder need no torch.
    from asr_app.transcription.recognizer import Recognizer
    from tests.unit.transcription.builders import talkative_bundle

    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")
