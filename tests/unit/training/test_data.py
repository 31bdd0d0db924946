"""Manifests, cache, batches, lexicon and recipes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.errors import ManifestError, RecipeError
from asr_app.training.batches import BatchPlan
from asr_app.training.cache import open_cache
from asr_app.training.language.lexicon import Lexicon
from asr_app.training.manifest import normalise, read_audio, read_manifest
from asr_app.training.recipe import read_recipe


def test_texts_are_normalised_alike_on_both_sides() -> None:
    assert normalise("It\N{RIGHT SINGLE QUOTATION MARK}s  a—Test, OK? 42") == "it's a test ok 42"


def test_a_manifest_names_files_and_members_of_shards(tone_corpus: Path) -> None:
    plain, sharded = read_manifest(tone_corpus / "train.jsonl"), read_manifest(tone_corpus / "dev.jsonl")
    assert plain[0].shard is None
    assert sharded[0].shard == "dev-00.tar"
    for recording, samples in read_audio([*plain[:2], *sharded[:2]]):
        assert len(samples) / 16_000 == pytest.approx(recording.duration_s, abs=0.01)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("{not json\n", "Line 1"),
        ('{"text": "a"}\n', "Line 1"),
        ('{"audio_filepath": "x", "text": "a"}\n3\n', "Line 2"),
    ],
)
def test_a_broken_manifest_is_said_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ManifestError, match=said):
        read_manifest(path)


def test_a_member_missing_from_its_shard_is_said(tone_corpus: Path, tmp_path: Path) -> None:
    entry = {"audio_filepath": "none.wav", "shard": "dev-00.tar", "text": "low"}
    (tmp_path / "dev-00.tar").write_bytes((tone_corpus / "dev-00.tar").read_bytes())
    (tmp_path / "m.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"no “none\.wav”"):
        list(read_audio(read_manifest(tmp_path / "m.jsonl")))


def test_the_cache_gives_what_the_files_hold_in_the_order_asked(tone_corpus: Path, tmp_path: Path) -> None:
    recordings = [*read_manifest(tone_corpus / "dev.jsonl"), *read_manifest(tone_corpus / "train.jsonl")][
        ::-1
    ]
    open_cache(recordings, tmp_path)
    cache = open_cache(recordings, tmp_path)
    decoded = {recording: samples for recording, samples in read_audio(recordings)}
    for index, (recording, _, _) in enumerate(cache.items):
        assert recording == recordings[index]
        np.testing.assert_allclose(cache.samples(index), decoded[recording], atol=1e-4)


@given(
    durations=st.lists(st.floats(0.3, 20.0), min_size=1, max_size=200),
    processes=st.integers(1, 3),
    seed=st.integers(0, 1000),
)
def test_a_pass_holds_each_recording_once_and_batches_within_their_limit(
    durations: list[float], processes: int, seed: int
) -> None:
    plan = BatchPlan(durations, 60.0, processes, seed)
    again = BatchPlan(durations, 60.0, processes, seed)
    seen: list[int] = []
    step = 0
    while plan.step(step, 0)[0] == 0:
        for process in range(processes):
            members = plan.step(step, process)[1]
            assert members == again.step(step, process)[1]
            longest = max(durations[i] for i in members)
            assert len(members) == 1 or longest * len(members) <= 60.0 / processes + 1e-6
            seen += members
        step += 1
    assert step >= 1
    if len(seen) >= processes and processes == 1:
        assert sorted(seen) == list(range(len(durations)))


def test_words_are_spelled_in_phones_and_unknown_ones_said(tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    path.write_text("cat K AE1 T\ncat(2) K AE T\nhats HH AE T S\n", encoding="utf-8")
    lexicon = Lexicon(path, ["K", "AE", "T"])
    assert lexicon.spell("cat cat") == [0, 1, 2, 0, 1, 2]
    assert lexicon.spell("cat hats") is None


def test_a_mistake_in_a_recipe_is_named(write_recipe: Callable[..., Path]) -> None:
    path = write_recipe()
    path.write_text(path.read_text().replace("learning_rate", "lerning_rate"), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"optimiser\.lerning_rate"):
        read_recipe(path)
