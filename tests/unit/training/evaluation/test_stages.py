from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from asr_app.decoding.lexicon_weights import LexiconWeights, RescoringWeights
from asr_app.decoding.neural_language import (
    NeuralLanguage,
    NeuralLanguageNetwork,
    NeuralSizes,
    encode_neural_language,
)
from asr_app.errors import ManifestError
from asr_app.model.bundle import load_bundle
from asr_app.training.evaluation.stages import STAGES, choose_stages, evaluate_stages, foresee
from asr_app.training.language.bundle import set_weights
from asr_app.training.language.neural_bundle import add_neural_language
from asr_app.transcription.recognizer import Recognizer
from tests.unit.model.builders import noise
from tests.unit.transcription.builders import talkative_bundle, write_wav
from tests.unit.transcription.wordy import wordy_bundle


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    lines = []
    for number, text in enumerate(["ah bee", "key zoo", ""]):
        write_wav(tmp_path / f"{number}.wav", noise(8_000, seed=number))
        lines.append(json.dumps({"audio_filepath": f"{number}.wav", "text": text}))
    path = tmp_path / "dev.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def neural_model(bundle: Path, path: Path) -> Path:
    loaded = load_bundle(bundle)
    torch.manual_seed(0)
    network = NeuralLanguageNetwork(loaded.tokenizer.size, NeuralSizes(4, 6))
    tokenizer = loaded.details["checksums"]["tokenizer.model"]
    path.write_bytes(encode_neural_language(NeuralLanguage(network, tokenizer)))
    return path


def test_each_stage_is_what_the_recogniser_hears_with_it_and_all_before(
    manifest: Path, tmp_path: Path
) -> None:
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    bundle = wordy_bundle(tmp_path)
    add_neural_language(bundle, neural_model(bundle, tmp_path / "neural"))
    set_weights(bundle, LexiconWeights(0.1, 0.0, beam=50), RescoringWeights(neural=0.3, word_score=5.0))
    recognizer = Recognizer.load(bundle, device="cpu", precision="float32")
    told: list[tuple[int, int]] = []
    reports = evaluate_stages(manifest, recognizer, list(STAGES), on_progress=lambda *seen: told.append(seen))
    assert [report.stage for report in reports] == list(STAGES)
    assert told == [(1, 2), (2, 2)], "what has no text is not heard"
    spent = {report.stage: report.work_s for report in reports}
    assert spent["language"] < spent["again"] and spent["language"] < spent["neural"]
    assert all((report.corpus, report.words, report.sound_s) == ("dev", 4, 1.0) for report in reports)
    assert all(report.real_time_factor > 0 and report.errors > 0 for report in reports)
    assert [evaluate_stages(manifest, recognizer, [stage])[0].errors for stage in STAGES] == [
        report.errors for report in reports
    ]
    search = recognizer.language.search
    assert search is not None
    foreseen = foresee(manifest, search)
    assert (foreseen.report.words, foreseen.report.unknown) == (4, 1)
    assert foreseen.to_dict()["unknown_rate"] == 0.25


def test_a_model_without_a_dictionary_has_the_first_stages_only(manifest: Path, tmp_path: Path) -> None:
    recognizer = Recognizer.load(talkative_bundle(tmp_path / "tiny"), device="cpu", precision="float32")
    reports = evaluate_stages(manifest, recognizer, list(STAGES))
    assert [report.stage for report in reports] == ["greedy", "beam"]


def test_stages_are_chosen_by_name() -> None:
    assert choose_stages("all") == list(STAGES)
    assert choose_stages("again") == ["again"]
    with pytest.raises(ManifestError, match="no stage “third”"):
        choose_stages("third")
