"""Error rates of a set of utterances, and where the errors are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Confusion = tuple[str, str, int]
"""A word said (empty: nothing), the word heard instead (empty: nothing), and how often."""

LENGTH_BOUNDS_S = (2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class Heard:
    """One utterance, as it was said and as it was heard.

    Attributes:
        reference: Normalised text said.
        hypothesis: Normalised text heard.
        duration_s: Of the sound.
    """

    reference: str
    hypothesis: str
    duration_s: float


@dataclass(frozen=True)
class ErrorReport:
    """Figures of one system on one manifest; rates are fractions, errors counts of words.

    Attributes:
        corpus: The manifest's name.
        system: What recognised.
        utterances: How many.
        hours: Of sound.
        words: In the references.
        wer: Word error rate.
        cer: Character error rate.
        substitutions: Words heard as others.
        deletions: Words not heard.
        insertions: Words heard that nobody said.
        real_time_factor: Seconds of work per second of sound.
        repetitions: Utterances in which a run of words repeats that was not said repeatedly (loops).
        empty: Utterances with words of which nothing was heard.
        confusions: The most frequent.
        wer_by_length: Word error rate by duration, keyed like "2-5 s".
    """

    corpus: str
    system: str
    utterances: int
    hours: float
    words: int
    wer: float
    cer: float
    substitutions: int
    deletions: int
    insertions: int
    real_time_factor: float
    repetitions: int
    empty: int
    confusions: list[Confusion] = field(default_factory=list)
    wer_by_length: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "confusions": [list(confusion) for confusion in self.confusions]}


def report_errors(
    corpus: str, system: str, heard: Sequence[Heard], work_s: float, confusions: int = 12
) -> ErrorReport:
    """Count errors with jiwer over utterances that have a reference.

    Args:
        corpus: Name of the manifest.
        system: Name of the recogniser.
        heard: Its utterances, at least one with a non-empty reference.
        work_s: Seconds the recogniser took.
        confusions: How many of the most frequent to keep.
    """
    import jiwer

    spoken = [item for item in heard if item.reference]
    references, hypotheses = [item.reference for item in spoken], [item.hypothesis for item in spoken]
    counts = jiwer.process_words(references, hypotheses)
    sound_s = sum(item.duration_s for item in heard)
    return ErrorReport(
        corpus=corpus,
        system=system,
        utterances=len(heard),
        hours=sound_s / 3600,
        words=counts.hits + counts.substitutions + counts.deletions,
        wer=counts.wer,
        cer=float(jiwer.cer(references, hypotheses)),
        substitutions=counts.substitutions,
        deletions=counts.deletions,
        insertions=counts.insertions,
        real_time_factor=work_s / max(sound_s, 1e-9),
        repetitions=sum(repeats(item.hypothesis) and not repeats(item.reference) for item in spoken),
        empty=sum(not item.hypothesis for item in spoken),
        confusions=_confusions(counts, confusions),
        wer_by_length=_by_length(spoken),
    )


def repeats(text: str, times: int = 3, longest: int = 4) -> bool:
    """Whether one to `longest` words stand `times` times in a row."""
    words = text.split()
    for size in range(1, longest + 1):
        for start in range(len(words) - size * times + 1):
            run = words[start : start + size]
            if all(words[start + size * k : start + size * (k + 1)] == run for k in range(1, times)):
                return True
    return False


def _confusions(counts: Any, most: int) -> list[Confusion]:
    pairs: Counter[tuple[str, str]] = Counter()
    for reference, hypothesis, chunks in zip(
        counts.references, counts.hypotheses, counts.alignments, strict=True
    ):
        for chunk in chunks:
            said = reference[chunk.ref_start_idx : chunk.ref_end_idx]
            heard = hypothesis[chunk.hyp_start_idx : chunk.hyp_end_idx]
            if chunk.type == "substitute":
                pairs.update(zip(said, heard, strict=True))
            elif chunk.type == "delete":
                pairs.update((word, "") for word in said)
            elif chunk.type == "insert":
                pairs.update(("", word) for word in heard)
    return [(said, heard, count) for (said, heard), count in pairs.most_common(most)]


def _by_length(spoken: Sequence[Heard]) -> dict[str, float]:
    import jiwer

    rates, low = {}, 0.0
    for high in (*LENGTH_BOUNDS_S, float("inf")):
        part = [item for item in spoken if low <= item.duration_s < high]
        name = f"{low:g}-{high:g} s" if high != float("inf") else f"over {low:g} s"
        if part:
            rates[name] = float(
                jiwer.wer([item.reference for item in part], [item.hypothesis for item in part])
            )
        low = high
    return rates
