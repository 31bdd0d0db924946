"""Two-pass search: the attention decoder scores what CTC proposes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from asr_app.decoding.hypothesis import Hypothesis, best_first
from asr_app.decoding.label_beam import check_frames
from asr_app.model.network import AttentionDecoder


@torch.inference_mode()
def rescore(
    hypotheses: Sequence[Hypothesis],
    decoder: AttentionDecoder,
    frames: Tensor,
    attention_weight: float,
    length_bonus: float = 0.0,
) -> list[Hypothesis]:
    """Score hypotheses of the CTC search again with the decoder, all in one batch.

    Args:
        hypotheses: With a `ctc_score`.
        decoder: In evaluation mode.
        frames: (1, frames, width) of the encoder, at least one frame.
        attention_weight: Of log P(tokens, end) by the decoder; CTC has the rest.
        length_bonus: Added for each token.

    Returns:
        The same token strings, best first by
        (1 - attention_weight) log P_ctc + attention_weight log P_att + length_bonus tokens.

    Raises:
        ValueError: A hypothesis has no CTC score, or the frames are not one utterance.
    """
    check_frames(frames, None)
    scored = []
    for hypothesis, attention in zip(hypotheses, decoder_log_probs(decoder, frames, hypotheses), strict=True):
        if hypothesis.ctc_score is None:
            raise ValueError("rescoring needs hypotheses with a CTC score")
        score = (1.0 - attention_weight) * hypothesis.ctc_score + attention_weight * attention
        score += length_bonus * len(hypothesis.tokens)
        scored.append(Hypothesis(hypothesis.tokens, score, hypothesis.ctc_score, attention))
    return best_first(scored)


def decoder_log_probs(
    decoder: AttentionDecoder, frames: Tensor, hypotheses: Sequence[Hypothesis]
) -> list[float]:
    """Return log P(tokens, end) of each hypothesis: frames (1, frames, width)."""
    longest = max((len(hypothesis.tokens) for hypothesis in hypotheses), default=0)
    # Rows are padded with `end`: what follows the end of a row is not counted.
    spelled = np.full((len(hypotheses), longest + 2), decoder.end)
    for row, hypothesis in enumerate(hypotheses):
        spelled[row, 1 : len(hypothesis.tokens) + 1] = hypothesis.tokens
    tokens = torch.from_numpy(spelled).to(frames.device)  # (rows, end + tokens + end)
    lengths = torch.tensor([len(hypothesis.tokens) for hypothesis in hypotheses], device=frames.device)
    memory = decoder.prepare(frames, torch.tensor([frames.shape[1]], device=frames.device))
    state = decoder.initial_state(memory, batch=len(hypotheses))
    total = torch.zeros(len(hypotheses), dtype=torch.float64, device=frames.device)
    for position in range(longest + 1):
        logits, state = decoder.step(tokens[:, position], state, memory)
        log_probs = logits.double().log_softmax(-1)
        chosen = log_probs.gather(1, tokens[:, position + 1, None])[:, 0]
        total += torch.where(position <= lengths, chosen, 0.0)
    return [float(value) for value in total.tolist()]
