"""Where speech begins and ends, decided from speech probabilities alone.

A small state machine with hysteresis, after the smoothing policies of Handy and silero-vad's `VADIterator`.
It holds no engine and no samples: it takes one probability per 512-sample window and answers with positions
on the sample clock of the recording, so that the live session and the cutting of files (`segmentation`) share
it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.audio.vad import WINDOW_SAMPLES


@dataclass(frozen=True)
class EndpointPolicy:
    """When speech counts as begun, as over, and as too long.

    Attributes:
        threshold: A window at or above this probability may begin speech.
        release: Speech lasts while windows stay at or above this probability.
        min_speech_ms: Anything shorter is a click or a cough and is ignored.
        hangover_ms: So long must it be quiet before speech is over.
        pre_roll_ms: So much of the sound before the first window of speech belongs to the utterance.
        post_roll_ms: So much of the quiet after the last window of speech belongs to it; at most the
            hangover.
        max_utterance_s: No utterance is longer; longer speech is cut at its quietest place before the limit.
        cut_search_s: How far before the limit that place is looked for; at most half the limit.
        sure: A window at or above this probability is surely speech. Noises that begin an utterance seldom
            have one; of words said alone the quietest do.
    """

    threshold: float = 0.5
    release: float = 0.35
    min_speech_ms: int = 96
    hangover_ms: int = 400
    pre_roll_ms: int = 300
    post_roll_ms: int = 200
    max_utterance_s: float = 20.0
    cut_search_s: float = 5.0
    sure: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.release <= self.threshold <= 1:
            raise ValueError("0 <= release <= threshold <= 1 is needed")
        if self.max_utterance_s * 1000 <= self.pre_roll_ms + self.min_speech_ms + self.hangover_ms:
            raise ValueError("max_utterance_s leaves no room for speech")


@dataclass(frozen=True)
class SpeechStarted:
    """Speech has begun; `start_sample` lies in the past, by the pre-roll and the time it took to be sure."""

    start_sample: int


@dataclass(frozen=True)
class SpeechEnded:
    """Speech is over: the utterance is `start_sample` up to and without `end_sample`.

    `was_cut` says that it had grown too long and goes on in an utterance whose `SpeechStarted` follows at
    once. `voice_s` is how long it was surely speech.
    """

    start_sample: int
    end_sample: int
    was_cut: bool = False
    voice_s: float = field(default=0.0, compare=False)


EndpointEvent = SpeechStarted | SpeechEnded


class Endpointer:
    """The state machine: one probability in, the events it causes out.

    Window i covers samples 512 i to 512 (i + 1). Utterances never overlap and come in order.
    """

    def __init__(self, policy: EndpointPolicy | None = None) -> None:
        self.policy = policy or EndpointPolicy()
        self._min_speech = _windows(self.policy.min_speech_ms)
        self._hangover = _windows(self.policy.hangover_ms)
        self._pre_roll_samples = self.policy.pre_roll_ms * SAMPLE_RATE_HZ // 1000
        self._post_roll_samples = min(
            self.policy.post_roll_ms * SAMPLE_RATE_HZ // 1000, self._hangover * WINDOW_SAMPLES
        )
        self._max_samples = int(self.policy.max_utterance_s * SAMPLE_RATE_HZ)
        self.reset()

    def reset(self) -> None:
        """Start again at sample 0 of a new recording."""
        self._window = 0  # windows seen
        self._first_loud: int | None = None  # first window of what is or may become speech
        self._start_sample: int | None = None  # set while in speech
        self._quiet = 0  # quiet windows at the end of the speech so far
        self._sure = 0  # windows that surely are speech since the first loud one
        self._free_from = 0  # no utterance may reach back before this sample
        search_s = min(self.policy.cut_search_s, self.policy.max_utterance_s / 2)
        self._recent: deque[float] = deque(maxlen=_windows(int(search_s * 1000)))

    @property
    def in_speech(self) -> bool:
        """Whether an utterance has begun that is not over yet."""
        return self._start_sample is not None

    @property
    def voice_s(self) -> float:
        """How long the utterance under way has surely been speech; 0 outside of one."""
        return self._sure * WINDOW_SAMPLES / SAMPLE_RATE_HZ if self.in_speech else 0.0

    @property
    def likely_utterance(self) -> tuple[int, int] | None:
        """First sample and the one after the last of the utterance that ends if it stays quiet.

        None as long as nobody speaks, or its end is still moving.
        """
        quiet_samples = self._quiet * WINDOW_SAMPLES
        if self._start_sample is None or not self._quiet or quiet_samples < self._post_roll_samples:
            return None
        return self._start_sample, self._end_of_speech()

    @property
    def oldest_needed_sample(self) -> int:
        """No future event refers to a sample before this one: older samples can be forgotten."""
        if self._start_sample is not None:
            return self._start_sample
        return self._reach_back(self._window if self._first_loud is None else self._first_loud)

    def push(self, probability: float) -> list[EndpointEvent]:
        """Take the next window's speech probability and give the events it causes, in order."""
        self._window += 1
        if self._start_sample is None:
            return self._push_outside(probability)
        return self._push_inside(probability, self._start_sample)

    def finish(self, total_samples: int) -> list[EndpointEvent]:
        """End the recording at `total_samples`: an utterance that is under way ends there."""
        if self._start_sample is None:
            return []
        end = min(total_samples, self._end_of_speech())
        return self._end(self._start_sample, max(end, self._start_sample))

    def _push_outside(self, probability: float) -> list[EndpointEvent]:
        if self._first_loud is None:
            if probability < self.policy.threshold:
                return []
            self._first_loud, self._sure = self._window - 1, 0
        elif probability < self.policy.release:
            self._first_loud = None
            return []
        self._sure += probability >= self.policy.sure
        if self._window - self._first_loud < self._min_speech:
            return []
        return [self._begin(self._reach_back(self._first_loud))]

    def _push_inside(self, probability: float, start: int) -> list[EndpointEvent]:
        self._recent.append(probability)
        self._sure += probability >= self.policy.sure
        self._quiet = self._quiet + 1 if probability < self.policy.release else 0
        if self._quiet >= self._hangover:
            return self._end(start, self._end_of_speech())
        if (self._window + 1) * WINDOW_SAMPLES - start <= self._max_samples:
            return []
        if self._quiet:  # a natural end, only sooner than usual
            return self._end(start, self._end_of_speech())
        cut, sure_after = self._quietest_place()
        ended = SpeechEnded(start, cut, True, (self._sure - sure_after) * WINDOW_SAMPLES / SAMPLE_RATE_HZ)
        self._sure = sure_after
        return [ended, self._begin(cut)]

    def _begin(self, start: int) -> SpeechStarted:
        self._start_sample, self._first_loud, self._quiet = start, None, 0
        self._recent.clear()
        return SpeechStarted(start)

    def _end(self, start: int, end: int) -> list[EndpointEvent]:
        ended = SpeechEnded(start, end, voice_s=self.voice_s)
        self._start_sample, self._first_loud, self._free_from = None, None, end
        return [ended]

    def _reach_back(self, window: int) -> int:
        return max(self._free_from, window * WINDOW_SAMPLES - self._pre_roll_samples)

    def _end_of_speech(self) -> int:
        quiet_from = (self._window - self._quiet) * WINDOW_SAMPLES
        return min(quiet_from + self._post_roll_samples, self._window * WINDOW_SAMPLES)

    def _quietest_place(self) -> tuple[int, int]:
        """Where to cut, and how many of the windows from there on surely are speech.

        That is the middle of the window of lowest probability among the recent ones, the latest of equals.
        """
        recent = list(self._recent)
        lowest = min(range(len(recent)), key=lambda index: (recent[index], -index))
        window = self._window - len(recent) + lowest
        sure = sum(probability >= self.policy.sure for probability in recent[lowest:])
        return window * WINDOW_SAMPLES + WINDOW_SAMPLES // 2, sure


def _windows(duration_ms: int) -> int:
    """Whole windows that last at least this long, one or more."""
    return max(1, -(-duration_ms * SAMPLE_RATE_HZ // (1000 * WINDOW_SAMPLES)))
