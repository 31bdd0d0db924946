"""The journal of one dictation: its sound and its results on disk, whatever the disk does.

What cannot be written (the disk is full, the folder has gone, the permission is lost) is kept in memory and
written as soon as that works again; the dictation goes on meanwhile, and the person is told.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from asr_app.audio.journal import JournalAudio, Pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.folder import FACTS_FILE, RESULTS_FILE, SessionFacts, Status, audio_file, write_facts

SYNC_S = 0.25
"""So often the disk is told to keep what was written: the bound on what a power cut takes."""

RETRY_S = 1.0
"""So often it is tried again to write what could not be written."""

_log = logging.getLogger(__name__)


class SessionJournal:
    """Writes one dictation's folder.

    `append` belongs to the recorder's thread, which calls it before anything else gets the samples; `note`
    and `settle` to the session's. None of them raises an error of the disk: `on_trouble` is told instead.

    Attributes:
        folder: Where it lies.
        on_trouble: Called with a sentence when writing begins to fail, with None when it works again; from
            whichever thread noticed.
    """

    def __init__(
        self,
        folder: Path,
        facts: SessionFacts,
        on_trouble: Callable[[str | None], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin a journal in a new folder; `clock` gives seconds."""
        self.folder = folder
        self.on_trouble: Callable[[str | None], None] = on_trouble or (lambda sentence: None)
        self._facts = facts
        self._clock = clock
        self._lock = threading.RLock()
        self._audio: JournalAudio | None = None
        self._waiting: deque[Pcm] = deque()  # in order, behind what the file holds
        self._notes: list[str] = []  # lines not written yet
        self._broken_since_s: float | None = None
        self._looked_s = clock()
        self._syncing = _Syncing(self._sync)
        with self._lock:
            self._try_to_write()

    @property
    def written_samples(self) -> int:
        """How many samples lie in the file, and can be read back."""
        audio = self._audio
        return 0 if audio is None else audio.samples

    @property
    def is_whole(self) -> bool:
        """Whether everything given so far has been written."""
        return not self._waiting and not self._notes and self._broken_since_s is None

    def append(self, pcm: Pcm) -> None:
        """Write samples, or keep them until that is possible again."""
        with self._lock:
            self._waiting.append(pcm)
            if self._is_due():
                self._try_to_write()
        self._syncing.wanted.set()

    def note(self, value: dict[str, Any]) -> None:
        """Write one line of JSON beside the sound: a finished result, or a mark."""
        with self._lock:
            self._notes.append(json.dumps(value, ensure_ascii=False) + "\n")
            if self._is_due():
                self._try_to_write()
        self._syncing.wanted.set()

    def tend(self) -> None:
        """Try again to write what waits; to be called now and then while no sound comes."""
        with self._lock:
            if self._broken_since_s is not None and self._is_due():
                self._try_to_write()

    def read(self, first: int, count: int) -> Pcm:
        """Give samples back that were written.

        Raises:
            OSError: The disk does not give them.
        """
        with self._lock:
            return np.zeros(0, np.int16) if self._audio is None else self._audio.read(first, count)

    def settle(self, status: Status) -> None:
        """End the journal: nothing is written afterwards. A dictation without a sample leaves no folder."""
        self._syncing.stop()
        with self._lock:
            self._try_to_write()
            if self._waiting and status is not Status.DISCARDED:
                missing_s = sum(map(len, self._waiting)) / SAMPLE_RATE_HZ
                self.on_trouble(f"The last {missing_s:.0f} s of the recording could not be written.")
            audio, self._audio = self._audio, None
            if audio is None:
                return
            try:
                if audio.samples and status is not Status.DISCARDED:
                    audio.finish()
                    write_facts(self.folder, self._facts.with_status(status))
                else:
                    self._remove()
            except OSError as error:
                # The sound lies there; the next start takes the session for an interrupted one.
                _log.info("the journal could not be ended", exc_info=error)
            finally:
                audio.close()

    # -- all below is called with the lock held --------------------------------------------------------

    def _is_due(self) -> bool:
        """Whether to touch the disk now: always while it works, now and then while it does not."""
        now_s = self._clock()
        if self._broken_since_s is not None and now_s - self._looked_s < RETRY_S:
            return False
        if now_s - self._looked_s >= RETRY_S:
            self._looked_s = now_s
            self._notice_removal()
        return True

    def _notice_removal(self) -> None:
        """Note when the folder was taken away: the open file would go on taking samples unseen."""
        with contextlib.suppress(OSError):
            if self._audio is not None and not self._audio.is_in_place():
                self._report(OSError(errno.ENOENT, os.strerror(errno.ENOENT)))

    def _try_to_write(self) -> None:
        try:
            self._open()
            self._write()
        except OSError as error:
            self._report(error)
        else:
            if self._broken_since_s is not None:
                self._broken_since_s = None
                self.on_trouble(None)

    def _open(self) -> None:
        if self._audio is not None and self._audio.is_in_place():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = audio_file(self.folder)
        if self._audio is None:
            self._audio = JournalAudio(path)
        else:
            # Gone from its place, but still open: what was in it is not lost.
            old, self._audio = self._audio, self._audio.copy_to(path)
            old.close()
        write_facts(self.folder, self._facts)
        _sync_folder(self.folder)

    def _write(self) -> None:
        if self._audio is None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        while self._waiting:
            pcm = self._waiting[0]
            written = self._audio.append(pcm)
            if written < len(pcm):
                self._waiting[0] = pcm[written:]
            else:
                self._waiting.popleft()
        if self._notes:
            with (self.folder / RESULTS_FILE).open("a", encoding="utf-8") as file:
                file.write("".join(self._notes))
            self._notes.clear()

    def _report(self, error: OSError) -> None:
        if self._broken_since_s is None:
            self._broken_since_s = self._looked_s = self._clock()
            _log.info("the journal cannot be written", exc_info=error)
            self.on_trouble(_sentence(error))

    def _remove(self) -> None:
        audio_file(self.folder).unlink(missing_ok=True)
        for name in (RESULTS_FILE, FACTS_FILE, FACTS_FILE + ".new"):
            (self.folder / name).unlink(missing_ok=True)
        self.folder.rmdir()

    # -- in the thread of _Syncing ----------------------------------------------------------------------

    def _sync(self) -> None:
        audio = self._audio
        if audio is None:
            return
        try:
            # Without the lock: nobody waits for the disk but this thread. A file that is exchanged meanwhile
            # gives a harmless error.
            audio.sync()
        except OSError as error:
            if audio is self._audio:
                with self._lock:
                    self._report(error)


class _Syncing:
    """A thread that calls `sync` a bounded time after `wanted` was set.

    On its own, because a disk may take seconds, in which the recorder has to go on.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self.wanted = threading.Event()
        self._sync = sync
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self.wanted.set()
        self._thread.join()

    def _run(self) -> None:
        while self.wanted.wait() and not self._stopping.is_set():
            self.wanted.clear()
            began_s = time.monotonic()
            self._sync()
            # A disk that needs long is not asked all the time.
            self._stopping.wait(max(SYNC_S, 3 * (time.monotonic() - began_s)))


def _sync_folder(folder: Path) -> None:
    """Have the disk keep that there are files in a folder, where the system can."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _sentence(error: OSError) -> str:
    """What happened, for the person."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "The disk is full, so the recording is kept in memory only."
        case errno.EFBIG:
            return "The recording may not become larger on this disk, so the rest is kept in memory only."
        case errno.ENOENT | errno.ENOTDIR:
            return "The folder of the recording has gone, so the recording is kept in memory only."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "The recording may not be written to the disk, so it is kept in memory only."
        case _:
            return f"The recording cannot be written ({error.strerror}), so it is kept in memory only."
