"""What a session is asked to do and told: its only inputs, in the order in which they came."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from asr_app.errors import AsrAppError
from asr_app.session.events import SessionEvent
from asr_app.session.sources import AudioSource


class Command(enum.Enum):
    """An input of the state machine; `states.TABLE` says what each does."""

    START = enum.auto()
    """A front end: begin a dictation."""
    STOP = enum.auto()
    """A front end: record nothing more, finish what was captured."""
    PAUSE = enum.auto()
    """A front end: take no sound, but keep the microphone open."""
    RESUME = enum.auto()
    """A front end: take sound again."""
    CANCEL = enum.auto()
    """A front end: end at once."""
    CLOSE = enum.auto()
    """A front end: end at once, and the session with it. Fits every state."""
    HEARD = enum.auto()
    """The recorder: the first block of a source has come."""
    LOST = enum.auto()
    """The recorder: the source has gone, it looks for it or for another."""
    ENDED = enum.auto()
    """The recorder: the source has come to its end by itself."""
    BROKE = enum.auto()
    """The recorder: there is no sound, and no hope of any."""
    SEARCH = enum.auto()
    """The session itself, in place of RESUME: the person wants to be heard, but the microphone is away."""
    DRAINED = enum.auto()
    """The session itself: everything captured has become text."""


@dataclass(frozen=True)
class Input:
    """A command, with what it needs.

    Attributes:
        command: What it is.
        source: Of a start: what opens the source.
        confirmed: Of a cancel: the person was asked, what was captured may be removed.
        error: Of a break: what happened.
    """

    command: Command
    source: Callable[[], AudioSource] | None = None
    confirmed: bool = False
    error: AsrAppError | None = None


@dataclass(frozen=True)
class News:
    """Something that is only to be passed on to the front end."""

    event: SessionEvent


Message = Input | News
