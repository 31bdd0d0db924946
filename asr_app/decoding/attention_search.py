"""Searches with the attention decoder alone.

The CTC output, where given, does not enter the score here; only the guards look at it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from asr_app.decoding.guards import AttentionWatch
from asr_app.decoding.hypothesis import Hypothesis, LogProbs
from asr_app.decoding.label_beam import DecoderStepper, LabelBeam, Weights, check_frames
from asr_app.decoding.options import SearchOptions
from asr_app.model.network import AttentionDecoder


@torch.inference_mode()
def attention_greedy(
    decoder: AttentionDecoder, frames: Tensor, options: SearchOptions, ctc_log_probs: LogProbs | None = None
) -> Hypothesis:
    """Take the decoder's best token until it is the end.

    Args:
        decoder: In evaluation mode.
        frames: (1, frames, width) of the encoder, at least one frame.
        options: Of which the guards and the length bonus count.
        ctc_log_probs: (frames, vocabulary_size + 1) for the guards, natural logarithm, the blank last.

    Returns:
        The tokens; its score as `attention_beam` would score them.

    Raises:
        ValueError: The frames are not one utterance or do not belong to the CTC output.
    """
    check_frames(frames, ctc_log_probs)
    guards = options.guards
    limits = guards.limits(frames.shape[1], ctc_log_probs)
    watch = AttentionWatch(guards, frames.shape[1], ctc_log_probs)
    stepper = DecoderStepper(decoder, frames)
    tokens: list[int] = []
    total = 0.0
    while True:
        log_probs, weights = stepper.step(np.array(tokens[-1:] or [stepper.end]))
        strays = watch.look(weights)
        scores = log_probs[:, :-1].copy()
        guards.forbid_loops(scores, np.array([tokens], dtype=np.int64))
        best = int(scores[0].argmax())
        may_end = bool(guards.may_end(len(tokens), limits, log_probs)[0])
        wants_end = log_probs[0, -1] >= scores[0, best] or bool(strays[0])
        if len(tokens) >= limits.max_tokens or (may_end and wants_end) or scores[0, best] == -np.inf:
            total += float(log_probs[0, -1])
            break
        total += float(log_probs[0, best])
        tokens.append(best)
    score = total + options.length_bonus * len(tokens) + float(watch.penalty()[0])
    return Hypothesis(tuple(tokens), score, None, total)


@torch.inference_mode()
def attention_beam(
    decoder: AttentionDecoder, frames: Tensor, options: SearchOptions, ctc_log_probs: LogProbs | None = None
) -> list[Hypothesis]:
    """Beam search over the decoder's probabilities.

    Args:
        decoder: In evaluation mode.
        frames: (1, frames, width) of the encoder, at least one frame.
        options: Of which beam, n_best, length bonus and guards count.
        ctc_log_probs: (frames, vocabulary_size + 1) for the guards, natural logarithm, the blank last.

    Returns:
        Best first, never empty. Scores are log P(tokens, end) plus length bonus and coverage penalty.

    Raises:
        ValueError: The frames are not one utterance or do not belong to the CTC output.
    """
    check_frames(frames, ctc_log_probs)
    guards = options.guards
    search = LabelBeam(
        DecoderStepper(decoder, frames),
        Weights(ctc=0.0, attention=1.0, length_bonus=options.length_bonus),
        guards,
        guards.limits(frames.shape[1], ctc_log_probs),
        AttentionWatch(guards, frames.shape[1], ctc_log_probs),
        scorer=None,
    )
    return search.run(options.beam, options.n_best)
