"""The journal of one dictation, whatever the disk does."""

from __future__ import annotations

import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from asr_app.audio.journal import Pcm, from_pcm, is_being_written
from asr_app.audio.media import load_samples
from asr_app.session.folder import SessionFacts, Status, audio_file, read_facts, read_results
from asr_app.session.journal import RETRY_S, SessionJournal

FACTS = SessionFacts(datetime(2026, 5, 4, 10, 30, tzinfo=UTC))
BLOCK = 512


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Troubles:
    """What the journal said: sentences, and None where all was well again."""

    def __init__(self) -> None:
        self.said: list[str | None] = []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()


@pytest.fixture
def begin(tmp_path: Path, clock: Clock, troubles: Troubles) -> Iterator[Callable[..., SessionJournal]]:
    begun: list[SessionJournal] = []

    def make(folder: Path = tmp_path / "sessions" / "one") -> SessionJournal:
        begun.append(SessionJournal(folder, FACTS, troubles.said.append, clock))
        return begun[-1]

    yield make
    for journal in begun:
        journal.settle(Status.FINISHED)


Begin = Callable[..., SessionJournal]


def noise(blocks: int) -> Pcm:
    return np.random.default_rng(3).integers(-9_000, 9_000, blocks * BLOCK, dtype=np.int16)


def feed(journal: SessionJournal, pcm: Pcm, clock: Clock) -> None:
    for start in range(0, len(pcm), BLOCK):
        journal.append(pcm[start : start + BLOCK])
        clock.now_s += 0.032


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Refuse every file larger than that: what a full disk does, without one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def heard(folder: Path) -> Pcm:
    return np.round(load_samples(audio_file(folder)) * 32768).astype(np.int16)


def test_each_block_is_in_the_file_before_append_returns(begin: Begin, clock: Clock) -> None:
    journal = begin()
    pcm = noise(4)
    for number in range(4):
        feed(journal, pcm[number * BLOCK : (number + 1) * BLOCK], clock)
        np.testing.assert_array_equal(heard(journal.folder), pcm[: (number + 1) * BLOCK])


def test_results_lie_beside_it_one_line_each(begin: Begin, clock: Clock) -> None:
    journal = begin()
    feed(journal, noise(1), clock)
    journal.note({"kind": "final", "text": "größer als"})
    journal.note({"kind": "paused", "at_s": 1.5})
    assert read_results(journal.folder) == [
        {"kind": "final", "text": "größer als"},
        {"kind": "paused", "at_s": 1.5},
    ]


def test_a_line_cut_off_is_left_out(begin: Begin, clock: Clock) -> None:
    journal = begin()
    feed(journal, noise(1), clock)
    journal.note({"kind": "final", "text": "one"})
    with (journal.folder / "results.jsonl").open("a") as file:
        file.write('{"kind": "final", "te')
    assert [result["text"] for result in read_results(journal.folder)] == ["one"]


def test_its_end_is_written_down(begin: Begin, clock: Clock) -> None:
    journal = begin()
    feed(journal, noise(2), clock)
    assert read_facts(journal.folder).status is Status.RECORDING
    assert is_being_written(audio_file(journal.folder))
    journal.settle(Status.FINISHED)
    assert read_facts(journal.folder) == FACTS.with_status(Status.FINISHED)
    assert not is_being_written(audio_file(journal.folder))


@pytest.mark.parametrize("status", [Status.FINISHED, Status.RECORDING])
def test_without_a_sample_nothing_is_left(begin: Begin, status: Status) -> None:
    journal = begin()
    journal.settle(status)
    assert not journal.folder.exists()


def test_what_the_person_discards_is_removed(begin: Begin, clock: Clock) -> None:
    journal = begin()
    feed(journal, noise(3), clock)
    journal.note({"kind": "final"})
    journal.settle(Status.DISCARDED)
    assert not journal.folder.exists()


def test_a_full_disk_is_said_once_and_nothing_is_missing_when_there_is_room(
    begin: Begin, clock: Clock, troubles: Troubles
) -> None:
    journal = begin()
    pcm = noise(200)
    with full_disk(20_000):
        feed(journal, pcm[: 150 * BLOCK], clock)
        assert len(troubles.said) == 1
        assert "memory only" in str(troubles.said[0])
        assert not journal.is_whole
        assert journal.written_samples < 20_000 // 2
    clock.now_s += RETRY_S
    feed(journal, pcm[150 * BLOCK :], clock)
    assert troubles.said[1:] == [None]
    assert journal.is_whole
    np.testing.assert_array_equal(heard(journal.folder), pcm)


def test_what_could_not_be_written_until_the_end_is_said(
    begin: Begin, clock: Clock, troubles: Troubles
) -> None:
    journal = begin()
    with full_disk(1_000):
        feed(journal, noise(100), clock)
        journal.settle(Status.FINISHED)
    assert troubles.said[1:] == ["The last 3 s of the recording could not be written."]


def test_a_disk_that_does_not_work_is_asked_now_and_then_only(begin: Begin, clock: Clock) -> None:
    journal = begin()
    pcm = noise(60)
    with full_disk(1_000):
        feed(journal, pcm[: 40 * BLOCK], clock)
    before = journal.written_samples
    journal.append(pcm[40 * BLOCK : 41 * BLOCK])
    assert journal.written_samples == before
    clock.now_s += RETRY_S
    journal.tend()
    assert journal.written_samples == 41 * BLOCK


def test_a_folder_that_went_is_made_again_with_all_that_was_in_it(
    begin: Begin, clock: Clock, troubles: Troubles
) -> None:
    journal = begin()
    pcm = noise(100)
    feed(journal, pcm[: 50 * BLOCK], clock)
    shutil.rmtree(journal.folder.parent)
    clock.now_s += RETRY_S
    feed(journal, pcm[50 * BLOCK :], clock)
    assert "folder of the recording has gone" in str(troubles.said[0])
    assert troubles.said[1:] == [None]
    np.testing.assert_array_equal(heard(journal.folder), pcm)
    assert read_facts(journal.folder).status is Status.RECORDING


def test_a_place_that_cannot_be_written_keeps_everything_in_memory_until_it_can(
    tmp_path: Path, begin: Begin, clock: Clock, troubles: Troubles
) -> None:
    place = tmp_path / "no folder"
    place.write_text("a file is in the way")
    journal = begin(place / "one")
    pcm = noise(50)
    feed(journal, pcm, clock)
    assert journal.written_samples == 0
    assert len(troubles.said) == 1
    place.unlink()
    clock.now_s += RETRY_S
    journal.tend()
    assert troubles.said[1:] == [None]
    np.testing.assert_array_equal(heard(journal.folder), pcm)


def test_written_samples_can_be_read_back_at_any_time(begin: Begin, clock: Clock) -> None:
    journal = begin()
    pcm = noise(20)
    feed(journal, pcm, clock)
    np.testing.assert_array_equal(journal.read(1_000, 2_000), pcm[1_000:3_000])


def test_the_disk_is_told_to_keep_it_within_the_bound(
    begin: Begin, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    told = threading.Event()

    def note(audio: object) -> None:
        synced.append(journal.written_samples)
        told.set()

    monkeypatch.setattr("asr_app.audio.journal.JournalAudio.sync", note)
    journal = begin()
    feed(journal, noise(3), clock)
    assert told.wait(10)
    assert from_pcm(noise(3)).size >= synced[-1] > 0
