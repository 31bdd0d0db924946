"""Recordings without transcripts are transcribed once, sifted, and trained on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr_app.audio.segmentation import Utterance
from asr_app.errors import Cancelled, RecipeError
from asr_app.training import teacher as teacher_module
from asr_app.training import unlabelled
from asr_app.training.cache import SampleCache, open_cache
from asr_app.training.data import JoinedCache, TrainingData, hidden_places
from asr_app.training.manifest import Recording, read_manifest
from asr_app.training.processes import Processes
from asr_app.training.recipe import HiddenSection, Recipe, UnlabelledSection, read_recipe
from asr_app.training.sources import source_of, sources_in
from asr_app.training.trainer import Trainer
from asr_app.training.transcripts import Transcribed, Transcripts
from asr_app.training.unlabelled import FOLDER, MANIFEST, Listeners, transcribe_all
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.types import Segment
from tests.unit.training.conftest import speak, write_wav
from tests.unit.transcription.builders import speech, talkative_bundle

RECIPE = """
seed = 3
[data]
train = ["{corpus}/train.jsonl"]
cache = "{cache}"
lexicon = "{corpus}/lexicon.txt"
{data}
[start]
bundle = "{teacher}"
[unlabelled]
minimum_confidence = {confidence}
minimum_words_per_s = 0.0
maximum_words_per_s = 50.0
weight = 0.25
strength = 0.75
[optimiser]
steps = 6
batch_s = 12.0
precision = "float32"
[augmentation]
initial_strength = 0.2
full_strength = 0.2
[output]
folder = "run"
checkpoint_every_steps = 2
snapshot_every_steps = 5
"""
HEARD = Transcribed("a.wav", 0, "/a.wav", None, 2.0, "one two three four", 0.9, "s", "talks")
RECIPES = Path(__file__).resolve().parents[3] / "docs" / "recipes"
WriteRecipe = Callable[..., Recipe]


@pytest.fixture(scope="session")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talkative_bundle(tmp_path_factory.mktemp("teachers") / "teacher")


@pytest.fixture
def write_unlabelled_recipe(tone_corpus: Path, teacher: Path, tmp_path: Path) -> WriteRecipe:
    """Reads a recipe in a folder of its own that starts from the teacher."""
    (tone_corpus / "lexicon.txt").write_text("low L\nmid M\nhigh H\n", encoding="utf-8")

    def write(name: str = "a", data: str = "", confidence: float = 0.0) -> Recipe:
        (tmp_path / name).mkdir()
        path = tmp_path / name / "recipe.toml"
        text = RECIPE.format(
            corpus=tone_corpus,
            cache=tone_corpus / "cache",
            teacher=teacher,
            data=data,
            confidence=confidence,
        )
        path.write_text(text, encoding="utf-8")
        return read_recipe(path)

    return write


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Utterance]:
    """All utterances that any recogniser decodes, in order, each a group of its own."""
    monkeypatch.setattr(unlabelled, "_GROUP_S", {"cpu": 0.0})
    seen: list[Utterance] = []
    original = Recognizer.decode_utterances

    def note(self: Recognizer, utterances: Sequence[Utterance], *args: Any, **named: Any) -> list[Segment]:
        result = original(self, utterances, *args, **named)
        seen.extend(utterances)
        return result

    monkeypatch.setattr(Recognizer, "decode_utterances", note)
    return seen


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """A folder with two recordings of speech, one of several utterances, and files that are none."""
    folder = tmp_path / "talks"
    (folder / "below").mkdir(parents=True)
    write_wav(folder / "b.wav", speech("library", "library", "library"))
    write_wav(folder / "below" / "a.wav", speech("library"))
    (folder / "notes.txt").write_text("nothing to hear", encoding="utf-8")
    (folder / "broken.mp3").write_bytes(b"no sound at all")
    return folder


def manifest_of(recipe: Recipe) -> list[dict[str, Any]]:
    path = recipe.output.folder / FOLDER / MANIFEST
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def open_data(recipe: Recipe, resume: bool = False, **listeners: Any) -> SampleCache:
    return TrainingData(recipe, Processes("cpu"), lambda done, total: None, Listeners(**listeners)).open(
        resume
    )


class TestSifting:
    section = UnlabelledSection(minimum_confidence=0.7, minimum_words_per_s=0.5, maximum_words_per_s=5.0)

    def test_a_confident_utterance_at_a_human_speed_is_trained_on(self) -> None:
        assert HEARD.is_plausible(self.section, maximum_s=20.0)

    @pytest.mark.parametrize(
        "change",
        [
            {"confidence": 0.69},
            {"text": ""},
            {"duration_s": 0.5},
            {"duration_s": 9.0},
            {"text": "well well well well"},
        ],
        ids=["unsure", "empty", "too fast", "too slow", "loop"],
    )
    def test_others_are_not(self, change: dict[str, Any]) -> None:
        assert not replace(HEARD, **change).is_plausible(self.section, maximum_s=20.0)

    def test_nor_one_too_long_for_training(self) -> None:
        long = replace(HEARD, duration_s=21.0, text=" ".join(map(str, range(50))))
        assert not long.is_plausible(self.section, maximum_s=20.0)
        assert long.is_plausible(self.section, maximum_s=30.0)


class TestTranscripts:
    def test_what_was_written_is_read_whichever_process_wrote_it(self, tmp_path: Path) -> None:
        Transcripts(tmp_path, 0).append([HEARD, ("a.wav", "")])
        Transcripts(tmp_path, 1).append([("b.wav", "It is broken.")])
        known = Transcripts(tmp_path, 0)
        assert known.utterances == {("a.wav", 0): HEARD}
        assert known.failures == {"a.wav": "", "b.wav": "It is broken."}

    def test_a_line_cut_short_by_a_kill_is_forgotten_and_the_next_is_not_lost(self, tmp_path: Path) -> None:
        Transcripts(tmp_path, 0).append([HEARD, replace(HEARD, number=1)])
        path = tmp_path / "transcripts-0.jsonl"
        path.write_bytes(path.read_bytes()[:-20])
        known = Transcripts(tmp_path, 0)
        assert set(known.utterances) == {("a.wav", 0)}
        known.mend()
        known.append([replace(HEARD, number=2)])
        assert set(Transcripts(tmp_path, 0).utterances) == {("a.wav", 0), ("a.wav", 2)}


def recording(name: str, speaker: str, corpus: str) -> Recording:
    return Recording(name, None, Path("/corpus"), 1.0, "text", speaker, corpus)


class TestHiding:
    recordings = (
        *(recording(f"r{n}", f"s{n % 12}", "read") for n in range(60)),
        *(recording(f"p{n}", "", "phone") for n in range(20)),
    )

    def test_a_third_of_the_speakers_with_all_they_said(self) -> None:
        hidden = hidden_places(self.recordings[:60], HiddenSection(share=0.33))
        speakers = {self.recordings[i].speaker for i in hidden}
        assert len(speakers) == 4
        assert len(hidden) == 20

    def test_a_corpus_and_nothing_else(self) -> None:
        assert hidden_places(self.recordings, HiddenSection(corpora=["phone"])) == set(range(60, 80))

    def test_a_corpus_that_is_not_there_is_said(self) -> None:
        with pytest.raises(RecipeError, match="“fone”"):
            hidden_places(self.recordings, HiddenSection(corpora=["phone", "fone"]))

    def test_who_is_drawn_depends_on_the_seed_but_not_on_the_order(self) -> None:
        def names(order: Sequence[Recording], seed: int) -> set[str]:
            return {order[i].audio for i in hidden_places(order, HiddenSection(share=0.5, seed=seed))}

        assert names(self.recordings, 1) == names(self.recordings[::-1], 1)
        assert names(self.recordings, 1) != names(self.recordings, 2)

    def test_unknown_speakers_count_one_by_one(self) -> None:
        assert len(hidden_places(self.recordings[60:], HiddenSection(share=0.5))) == 10

    def test_left_out_recordings_are_not_trained_on(self, write_unlabelled_recipe: WriteRecipe) -> None:
        recipe = write_unlabelled_recipe(data='hide_transcripts_of = {share = 0.25, use = "nothing"}')
        cache = open_data(recipe)
        assert len(cache) == 30
        assert not (recipe.output.folder / FOLDER).exists()

    def test_hidden_recordings_get_what_the_teacher_heard_and_the_same_sound(
        self, write_unlabelled_recipe: WriteRecipe
    ) -> None:
        plain = open_data(write_unlabelled_recipe("plain"))
        cache = open_data(
            write_unlabelled_recipe(data='hide_transcripts_of = {share = 0.25, by = "recording"}')
        )
        truth = {item[0].audio: index for index, item in enumerate(plain.items)}
        assert sum(item[0].heard for item in cache.items) == len(cache) - 30 > 0
        for index, (said, _, _) in enumerate(cache.items):
            place = truth[Path(said.audio).name]
            assert (said.text == plain.items[place][0].text) is not said.heard
            np.testing.assert_array_equal(cache.samples(index), plain.samples(place))


def test_a_recording_may_come_several_times_in_a_pass(write_unlabelled_recipe: WriteRecipe) -> None:
    cache = open_data(write_unlabelled_recipe(data="repeats = {tones = 3, others = 2}"))
    assert isinstance(cache, JoinedCache)
    assert len(cache) == 120
    np.testing.assert_array_equal(cache.samples(3), cache.samples(5))
    assert cache.duration_s(3) == cache.duration_s(5) > 0


class TestFolders:
    def test_long_recordings_are_cut_into_utterances_and_what_is_broken_is_said(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path
    ) -> None:
        recipe = write_unlabelled_recipe().with_unlabelled([talks])
        said: list[str] = []
        cache = open_data(recipe, message=said.append)
        entries = manifest_of(recipe)
        assert len(cache) == 40 + len(entries)
        assert len(entries) >= 4
        assert all(0.5 < entry["duration"] < 20 and entry["corpus"] == "talks" for entry in entries)
        for entry, (heard, _, count) in zip(entries, cache.items[40:], strict=True):
            assert heard.text == entry["text"]
            assert count / 16_000 == pytest.approx(entry["duration"], abs=0.01)
        assert any("broken.mp3" in sentence for sentence in said)
        assert any(f"{len(entries)} of " in sentence for sentence in said)

    def test_a_folder_without_recordings_is_said(
        self, write_unlabelled_recipe: WriteRecipe, tmp_path: Path
    ) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(RecipeError, match="no recording"):
            open_data(write_unlabelled_recipe().with_unlabelled([tmp_path / "empty"]))

    def test_no_text_of_a_manifest_is_looked_at_and_none_is_needed(
        self, write_unlabelled_recipe: WriteRecipe, tmp_path: Path
    ) -> None:
        random = np.random.default_rng(1)
        write_wav(tmp_path / "x.wav", speak(["low", "mid"], random))
        lines = [{"audio_filepath": "x.wav"}, {"audio_filepath": "x.wav", "text": "high"}]
        path = tmp_path / "m.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        cache = open_data(write_unlabelled_recipe().with_unlabelled([path]))
        (heard,) = (item[0] for item in cache.items[40:])
        assert heard.heard
        assert heard.text != "high"

    def test_a_long_recording_of_a_manifest_is_cut_too(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path
    ) -> None:
        path = talks / "m.jsonl"
        path.write_text(json.dumps({"audio_filepath": "b.wav"}) + "\n", encoding="utf-8")
        recipe = write_unlabelled_recipe(data="maximum_s = 6.0").with_unlabelled([path])
        open_data(recipe)
        assert all(0 < entry["duration"] <= 6 for entry in manifest_of(recipe))


class TestInterruption:
    def test_what_was_heard_before_a_stop_is_not_heard_again(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path, decoded: list[Utterance]
    ) -> None:
        whole, broken = (write_unlabelled_recipe(name).with_unlabelled([talks]) for name in "ab")
        open_data(whole)
        in_all = len(decoded)
        decoded.clear()
        with pytest.raises(Cancelled):
            open_data(broken, stop=lambda: len(decoded) >= 2)
        with pytest.raises(Cancelled):
            open_data(broken, stop=lambda: len(decoded) >= 3)
        assert len(decoded) == 3
        open_data(broken)
        assert len(decoded) == in_all
        assert [e["text"] for e in manifest_of(broken)] == [e["text"] for e in manifest_of(whole)]

    def test_a_resumed_run_loads_no_teacher_and_trains_as_if_unbroken(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hide = "hide_transcripts_of = {share = 0.25}"
        whole, broken = (write_unlabelled_recipe(n, hide).with_unlabelled([talks]) for n in "ab")
        Trainer(whole, Processes("cpu"), False).run()
        Trainer(broken, Processes("cpu"), False).run(max_minutes=0.0)
        # All that is needed lies in the run's folder by now.
        monkeypatch.setattr(teacher_module, "load_teacher", None)
        shutil.rmtree(talks)
        Trainer(broken, Processes("cpu"), True).run()
        assert losses(broken) == losses(whole)
        assert len(losses(whole)) == 6

    @pytest.mark.slow
    def test_a_kill_while_transcribing_loses_little_and_harms_nothing(
        self, write_unlabelled_recipe: WriteRecipe, tmp_path: Path
    ) -> None:
        folder = tmp_path / "long"
        folder.mkdir()
        for name in "abcd":
            write_wav(folder / f"{name}.wav", speech(*["library"] * 8))
        whole, broken = (write_unlabelled_recipe(name).with_unlabelled([folder]) for name in "ab")
        open_data(whole)
        command = [sys.executable, "-m", "asr_app", "train", str(broken.output.folder.parent / "recipe.toml")]
        command += ["--unlabelled", str(folder), "--device", "cpu", "--max-minutes", "0"]
        transcripts = broken.output.folder / FOLDER / "transcripts-0.jsonl"
        run = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
        while run.poll() is None and not (transcripts.exists() and transcripts.stat().st_size):
            time.sleep(0.01)
        run.kill()
        assert run.wait() == -signal.SIGKILL, "all was transcribed before it could be killed"
        before = transcripts.read_bytes()
        kept = before[: before.rfind(b"\n") + 1]
        assert not (broken.output.folder / FOLDER / MANIFEST).exists()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        assert transcripts.read_bytes().startswith(kept)
        assert [(e["text"], e["duration"]) for e in manifest_of(broken)] == [
            (e["text"], e["duration"]) for e in manifest_of(whole)
        ]
        assert len(losses(broken)) == 1

    def test_another_teacher_hears_all_anew(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path, tmp_path: Path, decoded: list[Utterance]
    ) -> None:
        recipe = write_unlabelled_recipe().with_unlabelled([talks])
        open_data(recipe)
        in_all = len(decoded)
        open_data(recipe)
        assert len(decoded) == in_all
        other = talkative_bundle(tmp_path / "other", decoder=False)
        section = recipe.unlabelled.model_copy(update={"teacher": str(other)})
        open_data(recipe.model_copy(update={"unlabelled": section}))
        assert len(decoded) == 2 * in_all

    def test_a_run_that_began_without_cannot_go_on_with(
        self, write_unlabelled_recipe: WriteRecipe, talks: Path
    ) -> None:
        with pytest.raises(RecipeError, match="began without"):
            open_data(write_unlabelled_recipe().with_unlabelled([talks]), resume=True)


def losses(recipe: Recipe) -> list[float]:
    lines = (recipe.output.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_heard_recordings_have_their_own_weight_and_strength(write_unlabelled_recipe: WriteRecipe) -> None:
    recipe = write_unlabelled_recipe(data="hide_transcripts_of = {share = 0.25}\nweights = {tones = 0.5}")
    trainer = Trainer(recipe, Processes("cpu"), False)
    cache = open_data(recipe)
    for target, (said, _, _) in zip(trainer._spell(cache), cache.items, strict=True):
        assert (target.weight, target.strength) == ((0.125, 0.75) if said.heard else (0.5, None))


@pytest.mark.parametrize("path", sorted(RECIPES.glob("noisy-student-*.toml")), ids=lambda path: path.stem)
def test_the_recipes_of_the_documentation_differ_only_in_their_transcripts(path: Path) -> None:
    recipe, first = read_recipe(path), read_recipe(RECIPES / "noisy-student-1-without.toml")
    for section in ("seed", "start", "optimiser", "loss", "augmentation", "chunked"):
        assert getattr(recipe, section) == getattr(first, section)
    same = {"hide_transcripts_of": None}
    assert recipe.data.model_copy(update=same) == first.data.model_copy(update=same)


def test_a_teacher_that_is_sure_of_nothing_is_said_and_its_transcripts_are_kept(
    write_unlabelled_recipe: WriteRecipe, decoded: list[Utterance]
) -> None:
    recipe = write_unlabelled_recipe(data="hide_transcripts_of = {share = 0.25}", confidence=1.0)
    with pytest.raises(
        RecipeError, match=r"none was recognised with a confidence of 1 .* minimum_confidence"
    ):
        open_data(recipe)
    first = len(decoded)
    section = recipe.unlabelled.model_copy(update={"minimum_confidence": 0.0})
    open_data(recipe.model_copy(update={"unlabelled": section}))
    assert len(decoded) == first > 0


def test_a_run_from_scratch_needs_a_named_teacher(write_recipe: Callable[..., Path], talks: Path) -> None:
    recipe = read_recipe(write_recipe()).with_unlabelled([talks])
    with pytest.raises(RecipeError, match="Name a teacher"):
        open_data(recipe)


def test_a_language_model_can_be_lent_only_by_a_model_that_has_one(
    write_unlabelled_recipe: WriteRecipe, teacher: Path, talks: Path
) -> None:
    recipe = write_unlabelled_recipe().with_unlabelled([talks])
    section = recipe.unlabelled.model_copy(update={"language": str(teacher)})
    with pytest.raises(RecipeError, match="no language model"):
        open_data(recipe.model_copy(update={"unlabelled": section}))


class Together(Processes):
    """One of several processes, played by threads."""

    def __init__(self, rank: int, count: int, barrier: threading.Barrier) -> None:
        super().__init__("cpu")
        self.rank, self.count, self._barrier = rank, count, barrier

    def wait(self) -> None:
        self._barrier.wait(60)


def test_processes_share_the_work_and_agree_on_the_result(
    write_unlabelled_recipe: WriteRecipe, tone_corpus: Path, talks: Path, decoded: list[Utterance]
) -> None:
    alone, shared = (write_unlabelled_recipe(name) for name in "ab")
    cache = open_cache(read_manifest(tone_corpus / "dev.jsonl"), tone_corpus / "cache")
    sources = [*sources_in(talks), *(source_of(cache, i, 20.0) for i in range(len(cache)))]
    expected = transcribe_all(alone, sources, Processes("cpu"), Listeners())
    in_all = len(decoded)
    barrier = threading.Barrier(2)
    results: dict[int, list[Recording]] = {}

    def work(rank: int) -> None:
        results[rank] = transcribe_all(shared, sources, Together(rank, 2, barrier), Listeners())

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    assert [r.text for r in results[0]] == [r.text for r in expected]
    assert len(decoded) == 2 * in_all
    written = [len(path.read_text().splitlines()) for path in (shared.output.folder / FOLDER).glob("tr*")]
    assert len(written) == 2
    assert min(written) >= 3
