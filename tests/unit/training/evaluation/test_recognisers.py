"""Systems hear the same utterances under all conditions, and rates are compared with the clean one's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.errors import ManifestError
from asr_app.training.evaluation.conditions import Surroundings, choose
from asr_app.training.evaluation.recognisers import evaluate, evaluate_conditions
from tests.unit.training.conftest import write_wav

Samples = NDArray[np.float32]


class Careless:
    """Hears one word of the four wrong, two where it is quiet, and notes what it was given."""

    def __init__(self, name: str = "careless", wrong: int = 1) -> None:
        self.name = name
        self.given: list[Samples] = []
        self._wrong = wrong

    def hear(self, samples: Samples) -> str:
        self.given.append(samples)
        wrong = self._wrong * (2 if float(np.abs(samples).max()) < 0.05 else 1)
        return " ".join(["what"] * wrong + ["Two", "three", "FOUR", "five"][wrong:])


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    lines = []
    for number in range(4):
        samples = 0.2 * np.sin(2 * np.pi * (300 + 50 * number) * np.arange(8000) / 16_000)
        write_wav(tmp_path / f"{number}.wav", samples.astype(np.float32))
        lines.append({"audio_filepath": f"{number}.wav", "text": "two three four five"})
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_report_per_condition_and_system_with_its_ratio_to_clean(manifest: Path) -> None:
    systems = [Careless(), Careless("faultless", wrong=0)]
    reports = evaluate_conditions(manifest, systems, choose(["quiet", "fast"]), Surroundings())
    figures = [(r.condition.name, r.report.system, r.report.wer, r.ratio) for r in reports]
    assert figures == [
        ("clean", "careless", 0.25, 1.0),
        ("clean", "faultless", 0.0, None),
        ("fast", "careless", 0.25, 1.0),
        ("fast", "faultless", 0.0, None),
        ("quiet", "careless", 0.5, 2.0),
        ("quiet", "faultless", 0.0, None),
    ]
    for one, other in zip(*(system.given for system in systems), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_time_of_changed_speech_is_that_of_its_sound(manifest: Path) -> None:
    clean, fast = evaluate_conditions(manifest, [Careless()], choose(["fast"]), Surroundings())
    assert clean.report.hours / fast.report.hours == pytest.approx(1.25, rel=0.05)


def test_all_figures_are_plain_values(manifest: Path) -> None:
    _, quiet = evaluate_conditions(manifest, [Careless()], choose(["quiet"]), Surroundings(), every=2)
    entry = json.loads(json.dumps(quiet.to_dict()))
    assert (entry["condition"], entry["ratio_to_clean"], entry["wer"]) == ("quiet", 2.0, 0.5)
    assert (entry["corpus"], entry["utterances"]) == ("dev", 2)


def test_without_conditions_recordings_are_heard_as_they_are(manifest: Path) -> None:
    system = Careless()
    (report,) = evaluate(manifest, [system], every=3)
    assert (report.utterances, report.wer) == (2, 0.25)
    assert [len(samples) for samples in system.given] == [8000, 8000]


def test_a_manifest_without_texts_is_said(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{"audio_filepath": "x.wav", "text": " "}\n', encoding="utf-8")
    with pytest.raises(ManifestError, match="no texts"):
        evaluate(path, [Careless()])
