"""From an utterance's encoder output to words on the recording's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr_app.decoding.confidence import Calibration, Evidence, gather_evidence, word_support
from asr_app.decoding.lexicon_search import Candidate, LexiconSearch, place
from asr_app.decoding.search import SearchOptions, search
from asr_app.decoding.words import WordSpan, align_words
from asr_app.model.bundle import Bundle
from asr_app.model.network import AcousticModel
from asr_app.transcription.encoding import Encoded
from asr_app.transcription.language import best_candidates
from asr_app.transcription.types import InspectionArrays, Segment, Word

_CANDIDATES = 50
"""Strings of words whose shares of the probability tell how sure the best is of its words; few searches end
with more."""


@dataclass(frozen=True)
class HeardWords:
    """The words of one utterance on the clock of the network.

    Attributes:
        spans: In order of time.
        frame_s: Seconds between the frames they count.
        evidence: For each word what its confidence can be told from; empty: nothing but the raw one.
    """

    spans: Sequence[WordSpan]
    frame_s: float
    evidence: Sequence[Evidence] = ()

    def confidences(self, calibration: Calibration | None) -> list[float]:
        """Give each word's confidence: calibrated where that is possible, else raw."""
        if calibration is None or not self.evidence:
            return [span.confidence for span in self.spans]
        return [calibration.probability(evidence) for evidence in self.evidence]


def hear_words(
    bundle: Bundle,
    network: AcousticModel,
    encoded: Encoded,
    lexicon: LexiconSearch | None,
    options: SearchOptions,
    with_evidence: bool = True,
) -> tuple[HeardWords, Sequence[int]]:
    """Search an utterance and place the words in time.

    Args:
        bundle: The model that encoded the utterance.
        network: Its network, for the searches that need the attention decoder.
        encoded: The utterance.
        lexicon: For the method `lexicon`; None: that becomes `joint`.
        options: How to search.
        with_evidence: Whether to look for evidence where that costs something.

    Returns:
        The words, and the tokens that spell them.
    """
    if options.method != "lexicon" or lexicon is None or encoded.phone_log_probs is None:
        best = search(network, encoded.frames, encoded.ctc_log_probs, options)[0]
        spans = _align_subwords(bundle, encoded, best.tokens)
        return HeardWords(spans, bundle.config.output_frame_s, gather_evidence(spans)), best.tokens
    candidates = best_candidates(bundle, network, encoded, lexicon, _CANDIDATES if with_evidence else 1)
    phones = place(encoded.phone_log_probs, candidates[0]).words
    tokens = bundle.tokenizer.encode(candidates[0].text)
    evidence = _evidence(bundle, encoded, candidates, phones, tokens) if with_evidence else []
    return HeardWords(phones, bundle.config.frame_s, evidence), tokens


def _evidence(
    bundle: Bundle,
    encoded: Encoded,
    candidates: Sequence[Candidate],
    phones: Sequence[WordSpan],
    tokens: Sequence[int],
) -> list[Evidence]:
    """Ask the other head, and the other candidates, about the words of the first."""
    best = candidates[0].words
    subwords = _align_subwords(bundle, encoded, tokens)
    if tuple(word.text for word in subwords) != best:
        return []  # The tokenizer has no pieces for one of the words.
    support = word_support(best, [(other.words, other.score) for other in candidates])
    return gather_evidence(subwords, phones, support)


def _align_subwords(bundle: Bundle, encoded: Encoded, tokens: Sequence[int]) -> list[WordSpan]:
    groups = bundle.tokenizer.words(tokens)
    if not groups or not len(encoded.ctc_log_probs):
        return []
    return align_words(encoded.ctc_log_probs, tokens, groups)


def make_segment(
    heard: HeardWords,
    start_s: float,
    end_s: float,
    calibration: Calibration | None = None,
    inspection: InspectionArrays | None = None,
) -> Segment:
    """Put words on the recording's clock.

    Args:
        heard: The words.
        start_s: Start of the utterance on the recording's clock.
        end_s: Its end; no word ends later.
        calibration: Of the search that found them; None: their confidence stays raw.
        inspection: Arrays to go with it.
    """
    words = tuple(
        Word(
            text=span.text,
            start_s=min(start_s + span.start_frame * heard.frame_s, end_s),
            end_s=min(start_s + span.end_frame * heard.frame_s, end_s),
            confidence=confidence,
        )
        for span, confidence in zip(heard.spans, heard.confidences(calibration), strict=True)
    )
    return Segment(words, start_s, end_s, inspection)
