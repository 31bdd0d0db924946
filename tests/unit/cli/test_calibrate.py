from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from asr_app.audio.media import load_samples
from asr_app.decoding.options import SearchOptions
from asr_app.transcription.recognizer import Recognizer
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES, write_wav

BIT_SAMPLES = 4_000
SEARCH = ("--device", "cpu", "--search", "greedy")


@pytest.fixture
def model(models: Path, tmp_path: Path) -> Path:
    """A bundle that may be changed."""
    shutil.copytree(models / "tiny", tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture(scope="module")
def manifest(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bits of the samples; as the text what is heard in them, but for every third."""
    recognizer = Recognizer.load(models / "tiny", "cpu")
    folder = tmp_path_factory.mktemp("corpus")
    entries = []
    for sample in sorted(SAMPLES.glob("*.wav")):
        samples = load_samples(sample)
        for number, start in enumerate(range(0, len(samples) - BIT_SAMPLES, BIT_SAMPLES)):
            path = write_wav(folder / f"{sample.stem}-{number}.wav", samples[start : start + BIT_SAMPLES])
            heard = recognizer.decode_utterance(load_samples(path), search=SearchOptions("greedy")).text
            text = heard if number % 3 else "otherwise"
            entries.append({"audio_filepath": path.name, "text": text, "speaker": sample.stem})
    listed = folder / "dev.jsonl"
    listed.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return listed


def test_figures_are_printed_the_diagram_drawn_and_the_model_calibrated(
    run_cli: RunCli, model: Path, manifest: Path, tmp_path: Path
) -> None:
    diagram = tmp_path / "reliability.svg"
    result = run_cli("calibrate", manifest, "--model", model, "--diagram", diagram, *SEARCH)
    assert result.status == 0, result.err
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in result.out.splitlines() if "│" in line
    ]
    assert [row[:2] for row in rows] == [
        ["dev", "raw"],
        ["dev", "calibrated"],
        ["all", "raw"],
        ["all", "calibrated"],
    ]
    measured = json.loads((model / "config.json").read_text("utf-8"))["confidence"]["greedy"]["measured"]
    assert rows[-1][2:5] == [
        str(measured["words"]),
        f"{100 * measured['right']:.1f} %",
        f"{measured['ece']:.3f}",
    ]
    assert "<svg" in diagram.read_text(encoding="utf-8")
    assert set(Recognizer.load(model, "cpu").calibrations) == {"greedy"}


def test_a_model_that_is_only_measured_stays_as_it_is(run_cli: RunCli, model: Path, manifest: Path) -> None:
    before = (model / "config.json").read_bytes()
    assert run_cli("calibrate", manifest, "--model", model, "--no-write", *SEARCH).status == 0
    assert (model / "config.json").read_bytes() == before


def test_too_few_words_are_said_to_be_too_few(run_cli: RunCli, model: Path, manifest: Path) -> None:
    result = run_cli("calibrate", manifest, "--model", model, "--every", "100", *SEARCH)
    assert result.status == 1
    assert "not enough to calibrate" in result.err


def test_a_search_nobody_knows_is_a_mistake(run_cli: RunCli, model: Path, manifest: Path) -> None:
    result = run_cli("calibrate", manifest, "--model", model, "--search", "guess")
    assert result.status == 2
    assert "guess" in result.err
