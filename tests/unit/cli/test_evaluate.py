from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import speech, write_wav

TINY = ("--model", "tiny", "--device", "cpu", "--search", "greedy")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """One recording, with noise and a room beside it."""
    write_wav(tmp_path / "a.wav", speech("library", pause_s=0.3))
    random = np.random.default_rng(1)
    for folder in ("noise", "rooms"):
        (tmp_path / folder).mkdir()
        samples = random.standard_normal(3000) * np.exp(-np.arange(3000) / 400)
        write_wav(tmp_path / folder / "a.wav", (0.2 * samples).astype(np.float32))
    path = tmp_path / "dev.jsonl"
    path.write_text(json.dumps({"audio_filepath": "a.wav", "text": "we meet in the library"}) + "\n")
    return path


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines() if "│" in line]


def test_figures_of_a_manifest_are_printed_and_written(
    run_cli: RunCli, manifest: Path, tmp_path: Path
) -> None:
    result = run_cli("evaluate", manifest, "--json", tmp_path / "f.json", *TINY)
    assert result.status == 0, result.err
    (row,) = rows(result.out)
    (entry,) = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert row[:3] == ["dev", "asr-app tiny, greedy", "1"]
    assert row[4] == f"{100 * entry['wer']:.1f}"
    assert "most frequent" in result.out


def test_conditions_are_one_table_with_a_row_each(run_cli: RunCli, manifest: Path, tmp_path: Path) -> None:
    result = run_cli("evaluate", manifest, "--conditions", "--json", tmp_path / "f.json", *TINY)
    assert result.status == 0, result.err
    entries = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    table = rows(result.out)
    assert [row[0] for row in table][:5] == [
        "clean",
        "noise at 20 dB",
        "noise at 10 dB",
        "noise at 5 dB",
        "rooms",
    ]
    assert len(table) == len(entries) == 11
    for row, entry in zip(table, entries, strict=True):
        assert row[1:] == [f"{100 * entry['wer']:.1f}", f"{entry['ratio_to_clean']:.2f}"]
    assert "most frequent" not in result.out


def test_single_conditions_stand_beside_clean(run_cli: RunCli, manifest: Path) -> None:
    result = run_cli("evaluate", manifest, "--condition", "opus", "--condition", "quiet", *TINY)
    assert [row[0] for row in rows(result.out)] == ["clean", "Opus at 12 kbit/s", "quiet by 20 dB"]


def test_a_missing_folder_of_noise_is_a_sentence(run_cli: RunCli, manifest: Path, tmp_path: Path) -> None:
    result = run_cli("evaluate", manifest, "--conditions", "--noise", tmp_path / "none", *TINY)
    assert result.status == 1
    assert "--noise" in result.err
    assert "Traceback" not in result.err


def test_an_unknown_condition_is_a_sentence(run_cli: RunCli, manifest: Path) -> None:
    result = run_cli("evaluate", manifest, "--condition", "underwater", *TINY)
    assert result.status == 1
    assert "no condition “underwater”" in result.err


def test_the_live_text_stands_beside_that_with_full_context(
    run_cli: RunCli, manifest: Path, tmp_path: Path
) -> None:
    arguments = ("--live", "--chunk-ms", "640", "--lookahead-ms", "160", "--json", tmp_path / "f.json")
    result = run_cli("evaluate", manifest, *arguments, *TINY)
    assert result.status == 0, result.err
    (entry,) = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    (row,) = rows(result.out)
    rates = [f"{100 * entry[name]['wer']:.1f}" for name in ("partial", "final", "whole")]
    assert row == ["dev", "1", *rates, f"{100 * entry['relative_difference']:+.1f} %"]
    assert "chunks of 640 ms seeing 160 ms" in result.out


def test_both_tables_can_be_had_at_once(run_cli: RunCli, manifest: Path, tmp_path: Path) -> None:
    arguments = ("--live", "--condition", "quiet", "--json", tmp_path / "f.json")
    result = run_cli("evaluate", manifest, *arguments, *TINY)
    assert [row[0] for row in rows(result.out)] == ["clean", "quiet by 20 dB", "dev"]
    assert len(json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))) == 3


def test_stages_are_one_table_with_a_row_each(run_cli: RunCli, manifest: Path, tmp_path: Path) -> None:
    result = run_cli("evaluate", manifest, "--stage", "all", "--json", tmp_path / "f.json", *TINY)
    assert result.status == 0, result.err
    entries = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert [entry["stage"] for entry in entries] == ["greedy", "beam"]
    rates = [f"{100 * entry['wer']:.1f}" for entry in entries]
    names = ["subwords, greedy", "subwords, prefix beam"]
    table = rows(result.out)
    assert [row[:3] for row in table] == [[name, rate, rate] for name, rate in zip(names, rates, strict=True)]
    assert "of which the encoder" in result.out
    assert "most frequent" not in result.out


def test_an_unknown_stage_is_a_sentence(run_cli: RunCli, manifest: Path) -> None:
    result = run_cli("evaluate", manifest, "--stage", "third", *TINY)
    assert result.status == 1
    assert "no stage “third”" in result.err
