from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.model.config import Chunking
from asr_app.model.features import StreamingLogMel
from asr_app.model.network import EncoderOutput
from asr_app.model.streaming import StreamingEncoder
from tests.unit.model.builders import assert_same_output, joined, noise, random_features, small_model


@settings(max_examples=40, deadline=None, database=None)
@given(
    frames=st.integers(1, 90),
    cuts=st.lists(st.integers(0, 90), max_size=15),
    chunk=st.sampled_from([2, 4, 6, 40]),
    lookahead=st.sampled_from([0, 2, 6]),
    cell=st.sampled_from(["lstm", "gru"]),
    reduction_layer=st.sampled_from([0, 2]),
)
def test_streamed_features_equal_the_chunked_batch_for_every_split(
    frames: int, cuts: list[int], chunk: int, lookahead: int, cell: str, reduction_layer: int
) -> None:
    model = small_model(decoder=None, cell=cell, reduction_layer=reduction_layer).double()
    features = random_features(frames, seed=frames)
    chunking = Chunking(chunk, lookahead)
    with torch.inference_mode():
        expected = model(features[None], torch.tensor([frames]), chunking)
    edges = [0, *sorted(min(cut, frames) for cut in cuts), frames]
    stream = StreamingEncoder(model.encoder, chunking)

    parts: list[EncoderOutput] = []
    for start, end in itertools.pairwise(edges):
        parts += stream.push(features[start:end])
    parts += stream.push(features[:0], last=True)

    assert_same_output(joined(parts), 0, expected)
    assert joined(parts).frames.shape == expected.frames.shape


def test_the_end_may_come_with_features() -> None:
    model = small_model(decoder=None).double()
    features, chunking = random_features(50), Chunking(4, 2)
    apart, together = StreamingEncoder(model.encoder, chunking), StreamingEncoder(model.encoder, chunking)
    parts = [*apart.push(features[:30]), *apart.push(features[30:]), *apart.push(features[:0], last=True)]
    assert_same_output(joined(together.push(features, last=True)), 0, joined(parts))


@pytest.mark.parametrize("lookahead", [0, 2, 6])
def test_a_chunk_is_finished_as_soon_as_its_lookahead_has_arrived(lookahead: int) -> None:
    model = small_model(decoder=None).double()
    stream = StreamingEncoder(model.encoder, Chunking(4, lookahead))
    features = random_features(60)
    counts = [len(stream.push(features[i : i + 1])) for i in range(60)]
    # A frame after the convolutions is complete with its fourth feature frame.
    assert [i + 1 for i, count in enumerate(counts) if count] == list(range(4 * (4 + lookahead), 61, 16))
    assert max(counts) == 1


def test_chunks_count_only_their_own_frames() -> None:
    model = small_model(decoder=None).double()
    parts = StreamingEncoder(model.encoder, Chunking(4, 2)).push(random_features(50), last=True)
    assert [int(part.phone_lengths) for part in parts] == [4, 4, 4, 1]
    assert [int(part.lengths) for part in parts] == [2, 2, 2, 1]
    assert [part.frames.shape[1] for part in parts] == [2, 2, 2, 1]


def test_nothing_said_is_nothing_heard() -> None:
    model = small_model(decoder=None).double()
    assert StreamingEncoder(model.encoder, Chunking(4, 2)).push(random_features(0), last=True) == []


@settings(max_examples=10, deadline=None, database=None)
@given(block=st.integers(1, 3_000), total=st.integers(400, 12_000))
def test_samples_streamed_through_features_and_encoder_equal_the_whole(block: int, total: int) -> None:
    model = small_model(decoder=None)
    samples, chunking = noise(total, seed=total), Chunking(4, 2)
    with torch.inference_mode():
        features = model.features(torch.from_numpy(samples)[None])
        expected = model.ctc_log_probs(model(features, torch.tensor([features.shape[1]]), chunking))
    ears, stream = StreamingLogMel(model.features), StreamingEncoder(model.encoder, chunking)

    parts: list[EncoderOutput] = []
    for start in range(0, total, block):
        parts += stream.push(ears.push(samples[start : start + block]))
    parts += stream.push(features[0, :0], last=True)

    with torch.inference_mode():
        actual = torch.cat([model.ctc_log_probs(part) for part in parts], dim=1)
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)
