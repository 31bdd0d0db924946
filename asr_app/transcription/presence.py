"""Nothing from nothing: text that comes of an utterance in which nobody spoke is left out.

Voice activity lets few noises through, but a sneeze or a bark begins an utterance now and then, and a
search that knows only words finds one in it. Two things tell them from words said alone. Voice activity,
which has been above its threshold for a moment, was hardly ever sure; and the network, asked how sure it is
of the words (`docs/confidence.md`), is not. The less there is of the one, the more is asked of the other.
`docs/nothing.md` has the measurements behind the numbers.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from asr_app.transcription.types import Segment

PARTIAL_VOICE_S = 0.5
"""Before voice activity was sure for so long, text that appears while one speaks is held back."""

_ODDS_AT_A_SECOND = -3.0
_ODDS_PER_FOLD = -1.2
_LEAST_VOICE_S = 0.016


def nobody_spoke(voice_s: float, confidences: Sequence[float]) -> bool:
    """Whether the words of an utterance come of a noise.

    Args:
        voice_s: How long of it voice activity was sure of speech.
        confidences: Of its words, from 0 to 1. The surest word counts: others may be wrong.
    """
    wanted = _ODDS_AT_A_SECOND + _ODDS_PER_FOLD * math.log(max(voice_s, _LEAST_VOICE_S))
    surest = max(confidences, default=0.0)
    return surest < 1 / (1 + math.exp(-wanted))


def spoken_only(segment: Segment, voice_s: float | None) -> Segment:
    """The segment, without words where nobody spoke; unchanged where voice activity was not asked."""
    if voice_s is None or not nobody_spoke(voice_s, [word.confidence for word in segment.words]):
        return segment
    return dataclasses.replace(segment, words=())
