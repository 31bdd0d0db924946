from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from asr_app.session.dictation import DictationSession
    from asr_app.session.run import MakeJournal
    from asr_app.session.sources import AudioSource
    from asr_app.transcription.recognizer import Recognizer
    from tests.unit.session.dictations import Listener


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """A recogniser of random weights with an attention decoder."""
    # Here, because most tests of this folder need no torch.
    from asr_app.transcription.recognizer import Recognizer
    from tests.unit.transcription.builders import talkative_bundle

    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")


@pytest.fixture
def listener() -> Listener:
    from tests.unit.session.dictations import Listener

    return Listener()


@pytest.fixture
def make_session(tiny: Recognizer, listener: Listener) -> Iterator[Callable[..., DictationSession]]:
    from asr_app.session.dictation import DictationSession

    sessions = []

    def make(
        open_source: Callable[[], AudioSource],
        load: Callable[[], Recognizer] = lambda: tiny,
        journal: MakeJournal | None = None,
    ) -> DictationSession:
        sessions.append(DictationSession(load, open_source, on_event=listener.take, journal=journal))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()
