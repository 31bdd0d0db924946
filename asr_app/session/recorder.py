"""The thread that takes sound from its source and puts it into the journal before anything else gets it."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from asr_app.audio.journal import Pcm, from_pcm, to_pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import AsrAppError, MicrophoneError
from asr_app.session.commands import Command, Input, Message, News
from asr_app.session.events import Notice, NoticeCleared, SourceOpened, Topic
from asr_app.session.journal import SessionJournal
from asr_app.session.meters import LevelMeter
from asr_app.session.sources import AudioSource, Samples, SourceEnded
from asr_app.session.tape import Tape
from asr_app.session.watch import SoundWatch

READ_S = 0.05
"""So long a read may wait; requests are looked for in between."""

GAP_S = 1.0
"""So much silence is put where sound is missing, so that the utterance before it ends there."""

SEARCH_S = 0.5
"""So often a microphone that has gone is looked for."""

OpenSource = Callable[[], AudioSource]
"""Gives a source; one that is worth searching again has a method `reopen(searched_s)` (see `Microphones`)."""

_log = logging.getLogger(__name__)


class Recorder:
    """Records one dictation. The source belongs to its thread alone.

    Sound reaches the tape only after the journal has had it, rounded to what the journal holds, so that the
    recogniser hears exactly what can be transcribed from the disk later. Where the sound has a hole, because
    of a pause or a lost microphone, a second of silence is put: it ends the utterance on both ways alike.

    `tell` gets what happens, as inputs of the session; it is called from the recorder's thread.
    """

    def __init__(
        self,
        open_source: OpenSource,
        journal: SessionJournal | None,
        tape: Tape,
        tell: Callable[[Message], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; `start` begins. `clock` gives seconds."""
        self._open_source = open_source
        self._journal = journal
        self._tape = tape
        self._tell = tell
        self._clock = clock
        self._watch = SoundWatch()
        self._stopping = threading.Event()
        self._pausing = threading.Event()
        self._is_in_gap = False
        self._overflows = 0
        self._channels: tuple[int, ...] = ()
        self.level = LevelMeter()
        """How loud it is; not a message, so that a slow session finds one level and not a heap of them."""
        self.opened = threading.Event()
        """Set when the source captures, or cannot be opened."""
        self.is_searching = False
        """Whether the microphone has gone and none has come in its place."""
        self._thread = threading.Thread(target=self._run, name="dictation-recorder", daemon=True)

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def stop(self) -> None:
        """Record nothing more; what was captured before comes to the tape, then the tape ends."""
        self._stopping.set()

    def pause(self) -> None:
        """Throw away what comes from now on, with the source open."""
        self._pausing.set()

    def resume(self) -> None:
        """Keep what comes from now on."""
        self._pausing.clear()

    def join(self) -> None:
        """Wait until the source is let go."""
        if self._thread.ident is not None:
            self._thread.join()

    # -- in the recorder's thread ------------------------------------------------------------------------

    def _run(self) -> None:
        source: AudioSource | None = None
        try:
            source = self._begin(self._open_source())
            while source is not None and not self._stopping.is_set():
                source = self._record(source)
        except SourceEnded:
            self._tell(Input(Command.ENDED))
        except AsrAppError as error:
            self._tell(Input(Command.BROKE, error=error))
        except Exception as error:
            # The thread has to end in order whatever happens, and the person has to hear of it.
            _log.exception("the recording failed")
            problem = AsrAppError(f"The recording failed unexpectedly ({error}).", "Please report this.")
            self._tell(Input(Command.BROKE, error=problem))
        finally:
            if source is not None:
                self._let_go(source)
            self.opened.set()
            self._tape.end()

    def _begin(self, source: AudioSource) -> AudioSource:
        try:
            source.start()
        except BaseException:
            source.stop()
            raise
        self._overflows, self._channels = 0, ()
        device = getattr(source, "device", None)
        if device is not None:
            self._tell(News(SourceOpened(str(device.name), str(getattr(source, "format_name", "")))))
        self.opened.set()
        return source

    def _record(self, source: AudioSource) -> AudioSource | None:
        """Take blocks until asked to stop; gives the source that is in use then, None without any."""
        has_heard = False
        try:
            while not self._stopping.is_set():
                block = source.read(READ_S)
                if block is None:
                    self._idle()
                    continue
                if not has_heard:
                    has_heard = True
                    self._tell(Input(Command.HEARD))
                self._take(block, source)
        except MicrophoneError as error:
            if not hasattr(self._open_source, "reopen"):
                raise
            return self._search(source, error)
        return source

    def _let_go(self, source: AudioSource) -> None:
        """Stop the source and take what it had captured before."""
        try:
            source.stop()
            with contextlib.suppress(SourceEnded, AsrAppError):
                while (block := source.read(READ_S)) is not None:
                    self._take(block, source)
        except Exception:
            _log.exception("the source could not be stopped")

    def _take(self, block: Samples, source: AudioSource) -> None:
        if self._pausing.is_set():
            self._gap()
            return
        self._is_in_gap = False
        pcm = to_pcm(block)
        self._put(pcm)
        heard = from_pcm(pcm)
        self.level.push(heard)
        for notice in self._watch.push(heard):
            self._tell(News(notice))
        self._watch_source(source)

    def _put(self, pcm: Pcm) -> None:
        if self._journal is not None:
            self._journal.append(pcm)
        self._tape.append(pcm)

    def _gap(self) -> None:
        """End the utterance under way, once for each hole."""
        if self._is_in_gap or not self._tape.captured_samples:
            return
        self._is_in_gap = True
        self._put(np.zeros(round(GAP_S * SAMPLE_RATE_HZ), np.int16))

    def _idle(self) -> None:
        if self._journal is not None:
            self._journal.tend()
        if self._pausing.is_set():
            self._gap()

    def _watch_source(self, source: Any) -> None:
        """Say what the source noticed about itself."""
        overflows = int(getattr(source, "overflow_count", 0))
        if overflows > self._overflows:
            if not self._overflows:
                self._tell(News(_OVERFLOWN))
            self._overflows = overflows
        channels = tuple(getattr(source, "chosen_channels", ()))
        if channels != self._channels:
            before, self._channels = self._channels, channels
            if before and len(channels) < int(getattr(source, "channels", 0)):
                self._tell(News(_channels_notice(channels)))
            elif before:
                self._tell(News(NoticeCleared(Topic.CHANNEL)))

    def _search(self, lost: AudioSource, error: MicrophoneError) -> AudioSource | None:
        """Wait for the microphone, or the next one; gives it started, or None when asked to stop."""
        self.is_searching = True
        lost_name = _name(lost)
        lost.stop()
        self._gap()
        self._tell(News(Notice(Topic.MICROPHONE, error.message, _WAITING)))
        self._tell(Input(Command.LOST))
        reopen: Callable[[float], AudioSource] = self._open_source.reopen  # type: ignore[attr-defined]
        began_s = self._clock()
        searched_s = 0.0
        while not self._stopping.is_set():
            try:
                source = self._begin(reopen(searched_s))
            except MicrophoneError as problem:
                _log.info("no microphone yet: %s", problem)
            else:
                self.is_searching = False
                self._tell(News(_found(lost_name, _name(source))))
                return source
            self._idle()
            self._stopping.wait(SEARCH_S)
            searched_s = max(self._clock() - began_s, SEARCH_S)
        return None


_WAITING = "Connect it again: the dictation waits for it, and nothing said before is lost. Or stop."
_OVERFLOWN = Notice(
    Topic.OVERFLOW,
    "The sound system lost some sound before this program got it.",
    "Close programs that keep this computer busy.",
)


def _name(source: AudioSource) -> str:
    return str(getattr(getattr(source, "device", None), "name", "source"))


def _found(lost: str, found: str) -> Notice:
    if lost == found:
        return Notice(Topic.MICROPHONE, f"The microphone “{found}” is back; the dictation goes on.")
    return Notice(
        Topic.MICROPHONE,
        f"The dictation goes on with the microphone “{found}”, because “{lost}” has gone.",
        "To use another one, stop and choose it.",
    )


def _channels_notice(channels: tuple[int, ...]) -> Notice:
    numbers = " and ".join(str(number + 1) for number in channels)
    return Notice(
        Topic.CHANNEL, f"Your voice is on channel {numbers} of the microphone only, so only that is used."
    )
