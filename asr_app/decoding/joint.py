"""One-pass joint CTC/attention beam search."""

from __future__ import annotations

import torch
from torch import Tensor

from asr_app.decoding.ctc_score import CtcPrefixScorer
from asr_app.decoding.guards import AttentionWatch
from asr_app.decoding.hypothesis import Hypothesis, LogProbs
from asr_app.decoding.label_beam import DecoderStepper, LabelBeam, Weights, check_frames
from asr_app.decoding.options import SearchOptions
from asr_app.model.network import AttentionDecoder


@torch.inference_mode()
def joint_beam(
    decoder: AttentionDecoder, frames: Tensor, ctc_log_probs: LogProbs, options: SearchOptions
) -> list[Hypothesis]:
    """Search with CTC prefix scores beside the decoder's (Watanabe et al. 2017, one-pass decoding).

    The score of a finished hypothesis is ctc_weight log P_ctc(tokens) + (1 - ctc_weight) log P_att(tokens,
    end) plus length bonus and coverage penalty. CTC scores every token of the vocabulary at every step.

    Args:
        decoder: In evaluation mode.
        frames: (1, frames, width) of the encoder, at least one frame.
        ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        options: Beam, n_best, weights and guards; the end threshold does not apply, as CTC is in the score.

    Returns:
        Best first, never empty.

    Raises:
        ValueError: The frames are not one utterance or do not belong to the CTC output.
    """
    check_frames(frames, ctc_log_probs)
    guards = options.guards.without_end_threshold()
    search = LabelBeam(
        DecoderStepper(decoder, frames),
        Weights(options.ctc_weight, 1.0 - options.ctc_weight, options.length_bonus),
        guards,
        guards.limits(frames.shape[1], ctc_log_probs),
        AttentionWatch(guards, frames.shape[1], ctc_log_probs),
        CtcPrefixScorer(ctc_log_probs) if options.ctc_weight > 0 else None,
    )
    return search.run(options.beam, options.n_best)
