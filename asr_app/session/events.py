"""What a dictation session tells its front end."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from asr_app.transcription.events import LiveEvent


class SessionState(enum.Enum):
    """Where a session is."""

    IDLE = "idle"
    """Nothing is recorded."""
    OPENING = "opening"
    """The source is being opened or the model loaded; nothing is promised yet."""
    LISTENING = "listening"
    """The first block has arrived: what is said is heard."""
    PAUSED = "paused"
    """The microphone is open, but what it gives is thrown away."""
    FINISHING = "finishing"
    """Nothing more is recorded; what was captured is still being transcribed."""
    RECOVERING = "recovering"
    """The microphone has gone; the session waits for it or looks for another one."""
    FAILED = "failed"
    """The last dictation ended with an error; a new one may be started."""


@dataclass(frozen=True)
class StateChanged:
    """The session is in another state now."""

    state: SessionState


@dataclass(frozen=True)
class LevelChanged:
    """How loud the last block was, in dB below full scale.

    Attributes:
        rms_db: Of its power; -100 for silence.
        peak_db: Of its loudest sample.
    """

    rms_db: float
    peak_db: float


@dataclass(frozen=True)
class LagChanged:
    """How far the recogniser is behind the speaker.

    Attributes:
        lag_s: Seconds of sound that wait, to a tenth; 0 when it keeps up.
    """

    lag_s: float


@dataclass(frozen=True)
class SourceOpened:
    """Sound comes from here from now on.

    Attributes:
        name: Of the microphone, or of what is listened to instead.
        detail: How it is reached and in which format, for people; may be empty.
    """

    name: str
    detail: str


class Topic(enum.Enum):
    """What a notice is about; a new one replaces the last one of the same topic."""

    MICROPHONE = "microphone"
    JOURNAL = "journal"
    CLIPPING = "clipping"
    SILENCE = "silence"
    CHANNEL = "channel"
    OVERFLOW = "overflow"
    SPEED = "speed"


@dataclass(frozen=True)
class Notice:
    """Something the person should know while the dictation goes on.

    Attributes:
        topic: What it is about.
        message: One sentence: what happened.
        hint: One sentence: what to do; may be empty.
    """

    topic: Topic
    message: str
    hint: str = ""


@dataclass(frozen=True)
class NoticeCleared:
    """What the last notice of this topic said is no longer so."""

    topic: Topic


@dataclass(frozen=True)
class Failed:
    """The dictation ended with an error; `StateChanged(FAILED)` follows.

    Attributes:
        message: One sentence: what happened.
        hint: One sentence: what to do; may be empty.
    """

    message: str
    hint: str


SessionEvent = (
    LiveEvent | StateChanged | LevelChanged | LagChanged | SourceOpened | Notice | NoticeCleared | Failed
)
"""Events of one dictation come in the order in which things happened."""
