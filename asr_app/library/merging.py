"""Several transcripts as one, one after the other in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asr_app.library.sidecar import Sidecar
from asr_app.transcription.types import Segment, Transcript


def joined(parts: Sequence[Sidecar]) -> Sidecar:
    """One transcript of several: its clock runs through all of them in their order.

    It is of the first one's title, kind, time and language, has the tags of all, and is complete if all are.
    """
    first = parts[0]
    segments: list[Segment] = []
    recordings = []
    now_s = 0.0
    for part in parts:
        segments += [_moved(segment, now_s) for segment in part.transcript.segments]
        recordings += [replace(one, start_s=one.start_s + now_s) for one in part.recordings]
        ends_s = [segment.end_s for segment in part.transcript.segments]
        now_s += max([part.transcript.duration_s, *ends_s])
    transcripts = [part.transcript for part in parts]
    transcript = Transcript(
        tuple(segments),
        first.transcript.language,
        ", ".join(dict.fromkeys(one.model for one in transcripts)),
        ", ".join(dict.fromkeys(one.source for one in transcripts)),
        now_s,
        all(one.complete for one in transcripts),
        tuple(dict.fromkeys(sentence for one in transcripts for sentence in one.warnings)),
    )
    tags = tuple(dict.fromkeys(tag for part in parts for tag in part.tags))
    return replace(
        first, id=None, tags=tags, recordings=tuple(recordings), transcript=transcript, deleted=None
    )


def _moved(segment: Segment, by_s: float) -> Segment:
    words = tuple(
        replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in segment.words
    )
    return Segment(words, segment.start_s + by_s, segment.end_s + by_s)
