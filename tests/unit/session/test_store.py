"""What is on disk of dictations, and what may become of it."""

from __future__ import annotations

import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from asr_app.errors import JournalError
from asr_app.session.folder import SessionFacts, Status, audio_file, write_facts
from asr_app.session.store import JournalStore, StoredSession, delete, keep

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> JournalStore:
    return JournalStore(tmp_path / "sessions")


def dictated(store: JournalStore, status: Status, started: datetime = NOW, samples: int = 16_000) -> Path:
    """A dictation that came so far; one that is still recording was cut off there."""
    journal = store.create()
    if samples:
        journal.append(np.ones(samples, np.int16))
    journal.settle(Status.FINISHED)
    if samples:
        write_facts(journal.folder, SessionFacts(started, status))
    return journal.folder


def only(store: JournalStore) -> StoredSession:
    (session,) = store.sessions()
    return session


def test_without_a_folder_there_is_nothing(store: JournalStore) -> None:
    assert store.sessions() == store.interrupted() == []
    with pytest.raises(JournalError, match="No dictation was interrupted"):
        store.find("last")


def test_what_is_being_recorded_is_not_offered(store: JournalStore) -> None:
    journal = store.create()
    journal.append(np.ones(1_000, np.int16))
    assert store.sessions() == []
    journal.settle(Status.RECORDING)
    assert [session.folder for session in store.interrupted()] == [journal.folder]


def test_two_that_begin_in_the_same_second_lie_apart(store: JournalStore) -> None:
    folders = {dictated(store, Status.FINISHED) for _ in range(3)}
    assert len(folders) == 3
    assert len(store.sessions()) == 3


def test_only_what_nobody_settled_is_offered_oldest_first(store: JournalStore) -> None:
    for hours, status in enumerate([Status.CANCELLED, Status.FINISHED, Status.RECORDING, Status.KEPT]):
        dictated(store, status, NOW - timedelta(hours=hours))
    assert [session.status for session in store.interrupted()] == [Status.RECORDING, Status.CANCELLED]
    assert store.find("last").status is Status.CANCELLED


def test_damaged_facts_do_not_hide_the_sound(store: JournalStore) -> None:
    folder = dictated(store, Status.FINISHED)
    (folder / "session.json").write_text("{")
    assert only(store).status is Status.RECORDING
    (folder / "session.json").unlink()
    assert only(store).duration_s == 1.0


def test_what_is_kept_is_an_ordinary_file_and_not_offered_again(store: JournalStore, tmp_path: Path) -> None:
    folder = dictated(store, Status.RECORDING)
    with audio_file(folder).open("r+b") as file:
        file.write(b"RIFF\xff\xff\xff\xff")
        file.truncate(44 + 2_001)
    copy = keep(store.find("last"), tmp_path / "mine.wav")
    for place in (copy, only(store).audio):
        with wave.open(str(place)) as plain:
            assert plain.getnframes() == 1_000
    assert store.interrupted() == []


def test_what_is_deleted_is_gone(store: JournalStore) -> None:
    folder = dictated(store, Status.RECORDING)
    delete(store.find(folder.name))
    assert not folder.exists()
    with pytest.raises(JournalError, match="cannot be removed"):
        delete(StoredSession(folder, NOW, Status.RECORDING, 1.0))


def test_nothing_is_ever_removed_without_a_rule(store: JournalStore) -> None:
    dictated(store, Status.FINISHED, NOW - timedelta(days=5_000))
    assert store.sweep(None, NOW) == []
    assert len(store.sessions()) == 1


def test_a_rule_removes_old_ones_that_are_settled_only(store: JournalStore) -> None:
    old, new = NOW - timedelta(days=31), NOW - timedelta(days=29)
    for status in (Status.FINISHED, Status.RECOVERED, Status.KEPT):
        dictated(store, status, old)
    kept = {dictated(store, Status.RECORDING, old), dictated(store, Status.CANCELLED, old)}
    kept.add(dictated(store, Status.FINISHED, new))
    assert len(store.sweep(30, NOW)) == 3
    assert {session.folder for session in store.sessions()} == kept
