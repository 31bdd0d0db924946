"""What training minimises: two CTC losses and the decoder's cross entropy, each per token."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from asr_app.model.config import Chunking
from asr_app.model.network import AcousticModel, EncoderOutput, frame_mask
from asr_app.training.examples import Batch
from asr_app.training.recipe import LossSection


@dataclass
class Losses:
    """One batch's losses.

    Attributes:
        total: Weighted sum, to be minimised.
        ctc: Subword CTC, nats per token.
        phones: Phone CTC, nats per phone.
        attention: Cross entropy without label smoothing, nats per token; 0 while the decoder rests.
        guided: Mean attention weight off the diagonal; 0 when not guided.
        infinite: Recordings too short for their text, left out of the CTC losses.
    """

    total: Tensor
    ctc: Tensor
    phones: Tensor
    attention: Tensor
    guided: Tensor
    infinite: int


def ctc(
    log_probs: Tensor, lengths: Tensor, targets: Tensor, target_lengths: Tensor, weights: Tensor
) -> tuple[Tensor, int]:
    """CTC (Graves et al. 2006) per target token, weighted by recording.

    Args:
        log_probs: (batch, frames, tokens + 1), blank last.
        lengths: (batch,)
        targets: (batch, tokens)
        target_lengths: (batch,); recordings with 0 are left out.
        weights: (batch,)

    Returns:
        The loss, and how many recordings have more tokens than their frames can hold; these do not count.
    """
    # A repeated token needs a blank in between.
    real_pairs = frame_mask(target_lengths - 1, targets.shape[1] - 1)
    repeats = ((targets[:, 1:] == targets[:, :-1]) & real_pairs).sum(1)
    possible = target_lengths + repeats <= lengths
    # (batch, frames, tokens) -> (frames, batch, tokens)
    each = functional.ctc_loss(
        log_probs.transpose(0, 1),
        targets,
        lengths,
        target_lengths,
        blank=log_probs.shape[-1] - 1,
        reduction="none",
        zero_infinity=True,
    )
    used = weights * (target_lengths > 0) * possible
    return (each * used).sum() / (used * target_lengths).sum().clamp_min(1), int((~possible).sum())


def attention_cross_entropy(logits: Tensor, batch: Batch, smoothing: float) -> tuple[Tensor, Tensor]:
    """Cross entropy of the decoder, with and without label smoothing, per token including the end.

    Args:
        logits: (batch, tokens + 1, vocabulary + 1)
        batch: Its targets.
        smoothing: Share of probability spread over all tokens.
    """
    end = logits.shape[-1] - 1
    real = frame_mask(batch.token_lengths + 1, logits.shape[1])
    targets = functional.pad(batch.tokens, (0, 1)).masked_fill(
        ~frame_mask(batch.token_lengths, logits.shape[1]), end
    )
    log_probs = logits.float().log_softmax(-1)
    plain = -log_probs.gather(-1, targets[:, :, None])[:, :, 0]
    smooth = (1 - smoothing) * plain - smoothing * log_probs.mean(-1)
    weights = real * batch.weights[:, None]
    count = weights.sum().clamp_min(1)
    return (smooth * weights).sum() / count, (plain * weights).sum() / count


def off_diagonal(attention: Tensor, lengths: Tensor, token_lengths: Tensor, width: float = 0.2) -> Tensor:
    """Mean attention far off the diagonal (Tachibana et al. 2018, guided attention).

    Args:
        attention: (batch, tokens + 1, frames)
        lengths: (batch,) frames
        token_lengths: (batch,) tokens without the end
        width: Of the free band, as a share of the utterance.
    """
    rows = (
        torch.arange(attention.shape[1], device=attention.device)[None, :, None]
        / (token_lengths + 1)[:, None, None]
    )
    columns = (
        torch.arange(attention.shape[2], device=attention.device)[None, None, :] / lengths[:, None, None]
    )
    penalty = 1 - torch.exp(-((rows - columns) ** 2) / (2 * width**2))
    real = frame_mask(token_lengths + 1, attention.shape[1])
    return ((attention * penalty).sum(-1) * real).sum() / real.sum()


def some_rows(output: EncoderOutput, batch: Batch, share: float) -> tuple[Tensor, Tensor, Batch]:
    """Draw a share of a batch for the decoder, no wider than its longest rows need.

    Returns:
        Frames (rows, frames, width), lengths (rows,) and the batch's targets of these rows; at least one row.
    """
    count = max(1, round(share * len(output.lengths)))
    rows = torch.randperm(len(output.lengths))[:count].to(output.lengths.device)
    lengths, token_lengths = output.lengths[rows], batch.token_lengths[rows]
    targets = dataclasses.replace(
        batch,
        tokens=batch.tokens[rows, : int(token_lengths.max())],
        token_lengths=token_lengths,
        weights=batch.weights[rows],
    )
    return output.frames[rows, : int(lengths.max())], lengths, targets


def compute(
    network: AcousticModel, batch: Batch, section: LossSection, step: int, chunking: Chunking | None = None
) -> Losses:
    """Run the network on a batch and add up its losses at a step."""
    output = network(batch.features, batch.lengths, chunking)
    zero = output.frames.new_zeros((), dtype=torch.float32)
    joint = network.decoder is not None and step >= section.decoder_from_step
    token_ctc, infinite = ctc(
        network.ctc_log_probs(output), output.lengths, batch.tokens, batch.token_lengths, batch.weights
    )
    total = (section.joint_ctc if joint else section.ctc) * token_ctc
    phone_ctc, cross_entropy, guided = zero, zero, zero
    if network.phone_head is not None:
        phone_ctc, _ = ctc(
            network.phone_log_probs(output),
            output.phone_lengths,
            batch.phones,
            batch.phone_lengths,
            batch.weights,
        )
        total = total + (section.joint_phones if joint else section.phones) * phone_ctc
    if joint and network.decoder is not None:
        frames, lengths, spelled = some_rows(output, batch, section.attention_share)
        logits, attention = network.decoder(frames, lengths, spelled.tokens, section.sampling)
        smooth, cross_entropy = attention_cross_entropy(logits, spelled, section.label_smoothing)
        total = total + section.joint_attention * smooth
        if step < section.guided_until_step:
            guided = off_diagonal(attention, lengths, spelled.token_lengths)
            total = total + section.joint_attention * section.guided * guided
    return Losses(
        total, token_ctc.detach(), phone_ctc.detach(), cross_entropy.detach(), guided.detach(), infinite
    )
