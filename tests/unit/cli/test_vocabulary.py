"""`asr-app vocabulary`."""

from __future__ import annotations

from pathlib import Path

from asr_app.transcription.vocabulary import user_file
from tests.unit.cli.conftest import RunCli


def test_words_are_added_listed_and_removed(run_cli: RunCli) -> None:
    empty = run_cli("vocabulary")
    assert (empty.status, empty.out) == (0, "")
    assert "empty" in empty.err
    assert run_cli("vocabulary", "add", "Siobhan = shiv on", "Kowalczyk : 2").status == 0
    assert run_cli("vocabulary", "list").out == "Siobhan = shiv on\nKowalczyk : 2\n"
    assert run_cli("vocabulary", "remove", "siobhan").status == 0
    assert run_cli("vocabulary").out == "Kowalczyk : 2\n"


def test_a_wrong_line_changes_nothing_and_is_named(run_cli: RunCli) -> None:
    run_cli("vocabulary", "add", "Niamh = neve")
    wrong = run_cli("vocabulary", "add", "José", "Siobhan =")
    assert wrong.status == 1
    assert wrong.err.startswith("asr-app: Line 3 of the vocabulary:")
    assert run_cli("vocabulary").out == "Niamh = neve\n"
    assert run_cli("vocabulary", "remove", "Niamh", "Absent").status == 1
    assert run_cli("vocabulary").out == "Niamh = neve\n"


def test_a_file_is_added_or_taken_in_place_of_what_is_there(run_cli: RunCli, tmp_path: Path) -> None:
    run_cli("vocabulary", "add", "Niamh = neve")
    other = tmp_path / "names.txt"
    other.write_text("# Work\nNiamh = neve\nGrafana\n", encoding="utf-8")
    assert run_cli("vocabulary", "import", other).err.startswith("1 added")
    assert run_cli("vocabulary").out == "Niamh = neve\nGrafana\n"
    assert run_cli("vocabulary", "import", "--replace", other).status == 0
    assert user_file().read_text(encoding="utf-8") == "# Work\nNiamh = neve\nGrafana\n"


def test_a_file_with_a_wrong_line_is_refused_as_a_whole(run_cli: RunCli, tmp_path: Path) -> None:
    other = tmp_path / "names.txt"
    other.write_text("Grafana\nx = \n", encoding="utf-8")
    for options in ((), ("--replace",)):
        result = run_cli("vocabulary", "import", *options, other)
        assert result.status == 1
        assert "Line 2 of the vocabulary" in result.err
    assert not user_file().exists()


def test_all_of_it_can_be_written_elsewhere(run_cli: RunCli, tmp_path: Path) -> None:
    text = "# People\nSiobhan = shiv on\n"
    user_file().parent.mkdir(parents=True, exist_ok=True)
    user_file().write_text(text, encoding="utf-8")
    target = tmp_path / "mine.txt"
    assert run_cli("vocabulary", "export", target).status == 0
    assert target.read_text(encoding="utf-8") == text
    assert run_cli("vocabulary", "export", "-").out == text
    target.write_text("something else\n", encoding="utf-8")
    assert run_cli("vocabulary", "export", target).status == 1
    assert target.read_text(encoding="utf-8") == "something else\n"
    assert run_cli("vocabulary", "export", "--overwrite", target).status == 0
    assert target.read_text(encoding="utf-8") == text
