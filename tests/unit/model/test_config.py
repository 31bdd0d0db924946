from __future__ import annotations

import json
from typing import Any

import pytest

from asr_app.errors import BundleError
from asr_app.model.config import Chunking, DecoderConfig, FeatureConfig, ModelConfig
from tests.unit.model.builders import SMALL, small_config


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(),
        SMALL,
        small_config(cell="gru", reduction_layer=0, phones=()),
        small_config(decoder={"attention": "multihead"}),
        ModelConfig(decoder=None),
    ],
)
def test_configuration_survives_json(config: ModelConfig) -> None:
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_reading_leaves_the_values_it_was_given_alone() -> None:
    values = SMALL.to_dict()
    ModelConfig.from_dict(values)
    assert values == SMALL.to_dict()


def test_missing_keys_take_their_defaults() -> None:
    assert ModelConfig.from_dict({"encoder_units": 64}) == ModelConfig(encoder_units=64, decoder=None)


def test_defaults_belong_to_format_version_1() -> None:
    """A bundle that lacks a key means these values: changing one needs a new `FORMAT_VERSION`."""
    assert ModelConfig().to_dict() == {
        "features": {
            "sample_rate_hz": 16_000,
            "window_samples": 400,
            "hop_samples": 160,
            "fft_samples": 512,
            "mel_bands": 80,
            "min_hz": 20.0,
            "max_hz": 7_600.0,
            "log_floor": 1e-10,
        },
        "vocabulary_size": 300,
        "phones": (),
        "phone_layer": 3,
        "conv_channels": 32,
        "encoder_layers": 5,
        "encoder_units": 320,
        "cell": "lstm",
        "reduction_layer": 3,
        "dropout": 0.1,
        "decoder": {
            "layers": 1,
            "units": 320,
            "embedding_units": 128,
            "attention": "location",
            "attention_units": 160,
            "attention_heads": 4,
            "location_filters": 10,
            "location_width_frames": 101,
            "dropout": 0.1,
        },
    }


@pytest.mark.parametrize(
    "values",
    [
        {"surprise": 1},
        {"features": {"surprise": 1}},
        {"decoder": {"surprise": 1}},
    ],
)
def test_unknown_keys_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=r"does not fit this program.*surprise") as caught:
        ModelConfig.from_dict(values)
    assert caught.value.hint == "Update asr-app or use a model made for it."


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"cell": "rnn"}, "cell 'rnn' is unknown"),
        ({"encoder_layers": 0}, "encoder_layers"),
        ({"reduction_layer": 5}, "reduction_layer"),
        ({"reduction_layer": -1}, "reduction_layer"),
        ({"phones": ("AA",), "phone_layer": 0}, "phone_layer"),
        ({"phones": ("AA",), "phone_layer": 6, "reduction_layer": 0}, "phone_layer"),
        ({"phones": ("AA",), "phone_layer": 4}, "phone_layer must not lie above reduction_layer"),
        ({"vocabulary_size": 0}, "vocabulary_size"),
        ({"encoder_units": -3}, "encoder_units"),
        ({"encoder_units": "320"}, "encoder_units"),
        ({"encoder_units": 320.0}, "encoder_units"),
        ({"conv_channels": True}, "conv_channels"),
        ({"dropout": "much"}, "dropout"),
        ({"features": {"mel_bands": 0}}, "mel_bands"),
        ({"features": {"window_samples": 513}}, "window_samples"),
        ({"features": []}, ""),
        ({"features": "none"}, ""),
        ({"phones": None}, ""),
        ({"decoder": {"attention": "magic"}}, "attention 'magic' is unknown"),
        ({"decoder": {"attention_heads": 3}}, "heads do not divide attention_units"),
        ({"decoder": {"attention_heads": 0}}, "attention_heads"),
        ({"decoder": {"location_width_frames": 100}}, "location_width_frames must be odd"),
        ({"decoder": {"layers": 0}}, "layers"),
    ],
)
def test_values_no_network_can_be_built_from_are_refused(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(BundleError) as caught:
        ModelConfig.from_dict(values)
    assert problem in caught.value.message


def test_without_a_phone_head_its_layer_does_not_matter() -> None:
    assert ModelConfig(phones=(), phone_layer=99).phone_layer == 99


def test_frames_last_forty_milliseconds_and_eighty_after_the_reduction() -> None:
    with_reduction, without = ModelConfig(reduction_layer=3), ModelConfig(reduction_layer=0)
    assert (with_reduction.frame_s, with_reduction.output_frame_s) == pytest.approx((0.04, 0.08))
    assert (without.frame_s, without.output_frame_s) == pytest.approx((0.04, 0.04))
    assert (with_reduction.reduction, without.reduction) == (2, 1)


def test_configurations_are_values() -> None:
    assert len({ModelConfig(), ModelConfig(), FeatureConfig(), DecoderConfig(), DecoderConfig(layers=2)}) == 4


@pytest.mark.parametrize(
    ("chunk_ms", "lookahead_ms", "frame_ms", "expected"),
    [
        (640, 320, 40, Chunking(16, 8)),
        (640, 320, 80, Chunking(8, 4)),
        (330, 0, 40, Chunking(8, 0)),
        (390, 50, 40, Chunking(10, 2)),
        (1, 1, 40, Chunking(2, 0)),
    ],
)
def test_chunking_rounds_durations_to_even_numbers_of_frames(
    chunk_ms: float, lookahead_ms: float, frame_ms: float, expected: Chunking
) -> None:
    assert Chunking.from_ms(chunk_ms, lookahead_ms, frame_ms) == expected


@pytest.mark.parametrize(("chunk", "lookahead"), [(0, 2), (3, 2), (4, 1), (4, -2), (-2, 0)])
def test_chunking_refuses_odd_and_empty(chunk: int, lookahead: int) -> None:
    with pytest.raises(ValueError, match="even numbers"):
        Chunking(chunk, lookahead)
