"""The pictures of an utterance that is still being spoken, put together from its chunks. No Qt in here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from asr_app.transcription.types import InspectionArrays

LONGEST_S = 30.0


class LiveArrays:
    """Adds chunks of one utterance up to `LONGEST_S`; the oldest frames leave first."""

    def __init__(self) -> None:
        self._whole: InspectionArrays | None = None

    def clear(self) -> None:
        """Begin another utterance."""
        self._whole = None

    def add(self, chunk: InspectionArrays) -> InspectionArrays:
        """Append a chunk's frames.

        Returns:
            Everything so far, without attention, which the live pass does not have.
        """
        before = self._whole
        if before is None or before.ctc_labels != chunk.ctc_labels:
            self._whole = replace(chunk, attention=None, attention_labels=())
            return self._whole
        joined = replace(
            before,
            log_mel=np.concatenate([before.log_mel, chunk.log_mel]),
            ctc_posteriors=np.concatenate([before.ctc_posteriors, chunk.ctc_posteriors]),
        )
        self._whole = _latest(joined)
        return self._whole


def _latest(arrays: InspectionArrays) -> InspectionArrays:
    extra_s = len(arrays.ctc_posteriors) * arrays.ctc_frame_s - LONGEST_S
    if extra_s <= 0:
        return arrays
    # Whole CTC frames, so that both pictures keep the same start.
    ctc_frames = int(np.ceil(extra_s / arrays.ctc_frame_s))
    left_s = ctc_frames * arrays.ctc_frame_s
    return replace(
        arrays,
        start_s=arrays.start_s + left_s,
        log_mel=arrays.log_mel[round(left_s / arrays.log_mel_frame_s) :],
        ctc_posteriors=arrays.ctc_posteriors[ctc_frames:],
    )
