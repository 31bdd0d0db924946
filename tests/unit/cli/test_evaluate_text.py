from __future__ import annotations

import json
from pathlib import Path

from asr_app.formatting.cases import TABLES
from tests.unit.cli.conftest import RunCli


def test_it_counts_the_rows_of_each_table_and_shows_those_that_are_wrong(
    run_cli: RunCli, tmp_path: Path
) -> None:
    result = run_cli("evaluate-text", "--json", tmp_path / "figures.json")
    assert result.status == 0
    assert all(table in result.out for table in TABLES)
    assert "limits-en, forms: 'a twenty second delay' → 'A 22nd delay'" in result.out
    rows = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["tables"]
    assert all(row["right"] == row["of"] for row in rows if not row["table"].startswith("limits"))


def test_a_text_is_measured(run_cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(
        "It was in 1835.\nThe comma is small.\nWhich comma is it?\n", encoding="utf-8"
    )
    result = run_cli("evaluate-text", "--no-failures", "--text", tmp_path / "book.txt")
    assert "same after being said and formatted: 1 of 1" in result.out
    assert "Taken for commands in 8 words of prose: comma 1" in result.out


def test_a_text_that_is_not_there_is_a_sentence(run_cli: RunCli, tmp_path: Path) -> None:
    result = run_cli("evaluate-text", "--text", tmp_path / "none.txt")
    assert result.status == 1
    assert "none.txt” cannot be read" in result.err
