from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from asr_app.cli.formatted import FormattedLines
from asr_app.formatting.cases import utterances_of
from asr_app.model.bundle import load_bundle
from asr_app.punctuation.network import TaggerNetwork, TaggerSizes
from asr_app.punctuation.tagger import MARKS, Capitals, encode_tagger
from asr_app.training.punctuation.bundle import add_punctuation
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES, talkative_bundle

MARKED = ("--model", "marked", "--device", "cpu")


@pytest.fixture(scope="module")
def bundle(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model with punctuation that puts a colon after every word, and gives each a capital."""
    folder = talkative_bundle(models / "marked")
    network = TaggerNetwork(TaggerSizes(load_bundle(folder).tokenizer.size, 4, 4, 4, 1))
    with torch.no_grad():
        network.readout.weight.zero_()
        network.readout.bias.zero_()
        network.readout.bias[MARKS.index(":")] = 1
        network.readout.bias[len(MARKS) + Capitals.CAPITAL] = 1
    file = tmp_path_factory.mktemp("tagger") / "tagger"
    file.write_bytes(encode_tagger(network))
    add_punctuation(folder, file)
    return folder


def test_formatted_lines_have_the_marks_of_the_model_and_no_two_where_one_is_spoken(bundle: Path) -> None:
    lines = FormattedLines(None, dictated=True)
    lines.begin("en", load_bundle(bundle))
    said = "anna question mark five dollars new line bob"
    assert [lines.line(words) for words in utterances_of(said)] == ["Anna? Five: Dollars:\nBob:"]


def test_no_punctuation_leaves_forms_and_capitals_of_sentences(bundle: Path) -> None:
    lines = FormattedLines(None, dictated=False, punctuation=False)
    lines.begin("en", load_bundle(bundle))
    assert [lines.line(words) for words in utterances_of("he paid five dollars")] == ["He paid $5"]


def test_transcribe_writes_marks_when_formatted_and_not_switched_off(run_cli: RunCli, bundle: Path) -> None:
    sample = SAMPLES / "library.wav"
    assert re.fullmatch(r"(\S+: ?)+\n", run_cli("transcribe", sample, "--formatted", *MARKED).out)
    for options in (("--formatted", "--no-punctuation"), ()):
        assert ":" not in run_cli("transcribe", sample, *options, *MARKED).out


def test_marks_are_measured_on_a_text(run_cli: RunCli, bundle: Path, tmp_path: Path) -> None:
    text = tmp_path / "book.txt"
    text.write_text("He saw Anna: she came.\n", encoding="utf-8")
    result = run_cli("evaluate-text", "--no-failures", "--text", text, "--punctuation", "marked")
    assert result.status == 0
    # Of five colons one is right; the rules give the full stop alone.
    assert re.search(r"marked +│ : +│ +20\.0 │ +100\.0 │ +33\.3 │ +1 ", result.out)
    assert re.search(r"rules +│ \. +│ +100\.0 │ +100\.0 │ +100\.0 │ +1 ", result.out)


def test_a_model_without_it_and_a_missing_text_are_sentences(run_cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("One.\n", encoding="utf-8")
    result = run_cli("evaluate-text", "--text", tmp_path / "book.txt", "--punctuation", "tiny")
    assert result.status == 1
    assert "has no automatic punctuation" in result.err
    assert "add --text" in run_cli("evaluate-text", "--punctuation", "tiny").err
