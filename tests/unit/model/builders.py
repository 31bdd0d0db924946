"""Small models for these tests, and ways to say "the same"."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import numpy as np
import sentencepiece
import torch
from numpy.typing import NDArray
from torch import Tensor

from asr_app.model.config import DecoderConfig, FeatureConfig, ModelConfig
from asr_app.model.network import AcousticModel, EncoderOutput
from asr_app.model.tokenizer import Tokenizer

MEL_BANDS = 10  # no multiple of four, so that the rounding of the subsampling counts
VOCABULARY_SIZE = 30

SMALL = ModelConfig(
    features=FeatureConfig(mel_bands=MEL_BANDS),
    vocabulary_size=VOCABULARY_SIZE,
    phones=("AA", "B", "K"),
    phone_layer=1,
    conv_channels=3,
    encoder_layers=3,
    encoder_units=5,
    reduction_layer=2,
    decoder=DecoderConfig(
        layers=2,
        units=6,
        embedding_units=4,
        attention_units=8,
        attention_heads=2,
        location_filters=3,
        location_width_frames=5,
    ),
)

_TEXT = """the quick brown fox jumps over the lazy dog
she sells sea shells by the sea shore and it's a fine day
we will meet in front of the library at ten in the morning""".splitlines()


def small_config(**changes: Any) -> ModelConfig:
    """`SMALL` with changes; those of `decoder` are a dictionary of changes to it, or None for no decoder."""
    if isinstance(decoder := changes.get("decoder"), dict):
        assert SMALL.decoder is not None
        changes["decoder"] = dataclasses.replace(SMALL.decoder, **decoder)
    return dataclasses.replace(SMALL, **changes)


def small_model(seed: int = 0, **changes: Any) -> AcousticModel:
    """A random model in evaluation mode, with a filter bank and statistics that are not trivial."""
    torch.manual_seed(seed)
    model = AcousticModel(small_config(**changes))
    features = model.features
    features.filterbank.copy_(torch.rand_like(features.filterbank) * 0.01)
    features.mean.copy_(torch.randn_like(features.mean) - 5)
    features.std.copy_(torch.rand_like(features.std) + 0.5)
    return model.eval()


def small_tokenizer(size: int = VOCABULARY_SIZE) -> Tokenizer:
    """A SentencePiece unigram model, trained here on three sentences."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT),
        model_writer=model,
        vocab_size=size,
        model_type="unigram",
        bos_id=-1,
        eos_id=-1,
        hard_vocab_limit=True,
        minloglevel=2,
        num_threads=1,
    )
    return Tokenizer(model.getvalue())


def noise(samples: int, seed: int = 0) -> NDArray[np.float32]:
    """Noise that grows louder, so that no two frames are alike: (samples,)."""
    random = np.random.default_rng(seed)
    return (random.normal(size=samples) * np.linspace(0.001, 0.3, samples)).astype(np.float32)


def random_features(frames: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Normalised features of one utterance: (frames, mel_bands)."""
    return torch.randn(frames, MEL_BANDS, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def padded(utterances: list[Tensor], filler: float) -> tuple[Tensor, Tensor]:
    """A batch whose padding is `filler`, loud enough to be noticed, and its lengths."""
    batch = torch.nn.utils.rnn.pad_sequence(utterances, batch_first=True, padding_value=filler)
    return batch, torch.tensor([len(utterance) for utterance in utterances])


def assert_same_output(actual: EncoderOutput, row: int, expected: EncoderOutput) -> None:
    """Row `row` of a batch is the utterance encoded alone, up to the rounding of double precision."""
    for name in ("frames", "phone_frames"):
        lengths = name.replace("frames", "lengths")
        length = int(getattr(expected, lengths)[0])
        assert int(getattr(actual, lengths)[row]) == length
        assert getattr(expected, name).shape[1] == length
        torch.testing.assert_close(
            getattr(actual, name)[row, :length], getattr(expected, name)[0], rtol=0, atol=1e-9
        )


def joined(parts: list[EncoderOutput]) -> EncoderOutput:
    """Chunks of a stream, one after the other."""
    return EncoderOutput(
        torch.cat([part.frames for part in parts], dim=1),
        torch.stack([part.lengths for part in parts]).sum(0),
        torch.cat([part.phone_frames for part in parts], dim=1),
        torch.stack([part.phone_lengths for part in parts]).sum(0),
    )
