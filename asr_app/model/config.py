"""The configuration of an acoustic model: every choice that shapes its weights, and nothing else."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from asr_app.errors import BundleError

Cell = Literal["lstm", "gru"]
AttentionKind = Literal["location", "dot", "general", "multihead"]


@dataclass(frozen=True)
class FeatureConfig:
    """Log-mel analysis. The filter bank itself is frozen into the bundle's weights.

    Attributes:
        sample_rate_hz: Rate of the samples the model hears.
        window_samples: Length of the periodic Hann window (25 ms).
        hop_samples: Distance between frames (10 ms).
        fft_samples: Length of the transform; the window is padded to it with zeros.
        mel_bands: Number of mel bands.
        min_hz: Lower edge of the lowest band.
        max_hz: Upper edge of the highest band.
        log_floor: Smallest power before the natural logarithm.
    """

    sample_rate_hz: int = 16_000
    window_samples: int = 400
    hop_samples: int = 160
    fft_samples: int = 512
    mel_bands: int = 80
    min_hz: float = 20.0
    max_hz: float = 7_600.0
    log_floor: float = 1e-10


@dataclass(frozen=True)
class DecoderConfig:
    """The attention decoder.

    Attributes:
        layers: Stacked recurrent cells.
        units: Width of each cell.
        embedding_units: Width of the token embedding.
        attention: Mechanism: `location` (additive, location-aware), `dot`, `general` (multiplicative)
            or `multihead`.
        attention_units: Width in which queries and keys meet (all heads together).
        attention_heads: Heads of `multihead`.
        location_filters: Filters over the previous attention weights (`location`).
        location_width_frames: Their odd width in encoder output frames (`location`).
        dropout: Probability, on embedding and output.
    """

    layers: int = 1
    units: int = 320
    embedding_units: int = 128
    attention: AttentionKind = "location"
    attention_units: int = 160
    attention_heads: int = 4
    location_filters: int = 10
    location_width_frames: int = 101
    dropout: float = 0.1


@dataclass(frozen=True)
class ModelConfig:
    """The whole acoustic model.

    Attributes:
        features: Log-mel analysis.
        vocabulary_size: Subword pieces; the CTC blank and the decoder's end-of-sequence both have this index
            in their own heads.
        phones: Phone set of the auxiliary CTC head, in order; its blank comes last. Empty: no such head.
        phone_layer: Number of encoder layers below the phone head.
        conv_channels: Channels of both subsampling convolutions (each of stride 2 in time and frequency).
        encoder_layers: Stacked bidirectional layers.
        encoder_units: Units per direction.
        cell: Recurrent cell of encoder and decoder.
        reduction_layer: Layers after which pairs of frames are averaged, halving the rate; 0: never.
        dropout: Probability, between encoder layers.
        decoder: The attention decoder, or None for a model with CTC heads alone.
    """

    features: FeatureConfig = field(default_factory=FeatureConfig)
    vocabulary_size: int = 300
    phones: tuple[str, ...] = ()
    phone_layer: int = 3
    conv_channels: int = 32
    encoder_layers: int = 5
    encoder_units: int = 320
    cell: Cell = "lstm"
    reduction_layer: int = 3
    dropout: float = 0.1
    decoder: DecoderConfig | None = field(default_factory=DecoderConfig)

    def __post_init__(self) -> None:
        """Refuse values no network can be built from."""
        decoder = self.decoder
        for part in (self, self.features, decoder):
            _check_numbers(part)
        checks = [
            (self.cell in get_args(Cell), f"cell {self.cell!r} is unknown"),
            (self.features.window_samples <= self.features.fft_samples, "window_samples exceed fft_samples"),
            (self.reduction_layer < self.encoder_layers, "reduction_layer lies outside the encoder"),
            (not self.phones or 1 <= self.phone_layer <= self.encoder_layers, "phone_layer lies outside"),
            (not self._phones_after_reduction(), "phone_layer must not lie above reduction_layer"),
        ]
        if decoder is not None:
            heads = decoder.attention_heads
            checks += [
                (decoder.attention in get_args(AttentionKind), f"attention {decoder.attention!r} is unknown"),
                (decoder.attention_units % heads == 0, "heads do not divide attention_units"),
                (decoder.location_width_frames % 2 == 1, "location_width_frames must be odd"),
            ]
        for right, problem in checks:
            if not right:
                raise BundleError(f"The model configuration is not valid: {problem}.")

    def _phones_after_reduction(self) -> bool:
        return bool(self.phones) and 0 < self.reduction_layer < self.phone_layer

    @property
    def encoder_width(self) -> int:
        """Width of the encoder's frames: both directions."""
        return 2 * self.encoder_units

    @property
    def frame_s(self) -> float:
        """Seconds between frames after the convolutions (phone head)."""
        return 4 * self.features.hop_samples / self.features.sample_rate_hz

    @property
    def reduction(self) -> int:
        """Frames after the convolutions per encoder output frame: 1 or 2."""
        return 2 if self.reduction_layer else 1

    @property
    def output_frame_s(self) -> float:
        """Seconds between encoder output frames (subword CTC head, attention)."""
        return self.frame_s * self.reduction

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for `config.json`."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> ModelConfig:
        """Build from `config.json`'s values.

        Unknown keys are refused: a key this program does not know would change what the weights mean.

        Raises:
            BundleError: A key or a value does not fit.
        """
        values = dict(values)
        try:
            features = FeatureConfig(**values.pop("features", {}))
            decoder = values.pop("decoder", None)
            phones = tuple(values.pop("phones", ()))
            return ModelConfig(
                features=features,
                decoder=None if decoder is None else DecoderConfig(**decoder),
                phones=phones,
                **values,
            )
        except TypeError as error:
            raise BundleError(
                f"The model configuration does not fit this program ({error}).",
                "Update asr-app or use a model made for it.",
            ) from error


def _check_numbers(part: Any) -> None:
    """Refuse numbers of the wrong kind or range; JSON may bring anything."""
    wrong = "The model configuration is not valid:"
    for item in dataclasses.fields(part) if part is not None else ():
        value = getattr(part, item.name)
        least = 0 if item.name in ("reduction_layer", "phone_layer") else 1
        if item.type == "int" and (type(value) is not int or value < least):
            raise BundleError(f"{wrong} {item.name} must be a whole number from {least}.")
        if item.type == "float" and (type(value) not in (int, float) or not 0 <= value < float("inf")):
            raise BundleError(f"{wrong} {item.name} must be a number from 0.")
        if item.name == "dropout" and value > 1:
            raise BundleError(f"{wrong} dropout is a probability.")


@dataclass(frozen=True)
class Chunking:
    """How the encoder runs live, in frames after the convolutions (40 ms each).

    Attributes:
        chunk_frames: Frames that are finished by each step.
        lookahead_frames: Frames of the future each step may see.
    """

    chunk_frames: int
    lookahead_frames: int

    def __post_init__(self) -> None:
        """Both must be even, so that halving the frame rate never pairs frames of two chunks."""
        if (
            self.chunk_frames < 2
            or self.chunk_frames % 2
            or self.lookahead_frames < 0
            or self.lookahead_frames % 2
        ):
            raise ValueError("chunk and look-ahead must be even numbers of frames, the chunk at least 2")

    @staticmethod
    def from_ms(chunk_ms: float, lookahead_ms: float, frame_ms: float = 40.0) -> Chunking:
        """Round durations to the nearest even number of frames."""

        def frames(duration_ms: float) -> int:
            return 2 * round(duration_ms / (2 * frame_ms))

        return Chunking(max(2, frames(chunk_ms)), max(0, frames(lookahead_ms)))
