"""The one entrance to all searches."""

from __future__ import annotations

from torch import Tensor

from asr_app.decoding.attention_search import attention_beam, attention_greedy
from asr_app.decoding.greedy import ctc_greedy
from asr_app.decoding.hypothesis import Hypothesis, LogProbs
from asr_app.decoding.joint import joint_beam
from asr_app.decoding.options import Method, SearchOptions
from asr_app.decoding.prefix_beam import ctc_prefix_beam
from asr_app.decoding.rescoring import rescore
from asr_app.model.network import AcousticModel, AttentionDecoder

__all__ = ["Method", "SearchOptions", "search"]


def search(
    network: AcousticModel, frames: Tensor, ctc_log_probs: LogProbs, options: SearchOptions | None = None
) -> list[Hypothesis]:
    """Turn one utterance's encoder output into token strings.

    Args:
        network: In evaluation mode; its decoder, where it has one, is used by the methods that want one.
        frames: (frames, width) of the encoder, the utterance's real frames alone, on the network's device.
        ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last, of the same frames.
        options: None: `SearchOptions()`.

    Returns:
        At most `options.n_best`, best first, never empty; the empty hypothesis when nothing was said.

    Raises:
        ValueError: `frames` and `ctc_log_probs` do not belong together.
    """
    options = options or SearchOptions()
    if len(frames) != len(ctc_log_probs):
        raise ValueError(f"{len(frames)} encoder frames but {len(ctc_log_probs)} frames of CTC output")
    if options.method == "greedy":
        return [ctc_greedy(ctc_log_probs)]
    if len(ctc_log_probs) == 0:
        return [Hypothesis((), 0.0, 0.0, None)]
    if network.decoder is None or options.method == "beam":
        return ctc_prefix_beam(ctc_log_probs, options.beam, options.n_best, options.token_threshold)
    return _with_decoder(network.decoder, frames[None], ctc_log_probs, options)


def _with_decoder(
    decoder: AttentionDecoder, frames: Tensor, ctc_log_probs: LogProbs, options: SearchOptions
) -> list[Hypothesis]:
    # `lexicon` finds words, not tokens: it comes here only where the model has no lexicon.
    if options.method in ("joint", "lexicon"):
        return joint_beam(decoder, frames, ctc_log_probs, options)
    if options.method == "rescore":
        proposed = ctc_prefix_beam(ctc_log_probs, options.beam, None, options.token_threshold)
        weight = 1.0 - options.ctc_weight
        return rescore(proposed, decoder, frames, weight, options.length_bonus)[: options.n_best]
    if options.beam == 1:
        return [attention_greedy(decoder, frames, options, ctc_log_probs)]
    return attention_beam(decoder, frames, options, ctc_log_probs)
