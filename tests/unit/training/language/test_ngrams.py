from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from asr_app.errors import LanguageModelError
from asr_app.training.language.ngrams import ModelSettings, estimate, find_kenlm, harder, judge
from tests.helpers.arpa import AH_BEE

needs_kenlm = pytest.mark.skipif(
    not (shutil.which("lmplz") and shutil.which("build_binary")),
    reason="KenLM's programs are not on the PATH",
)


def test_missing_programs_are_named_with_the_way_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(LanguageModelError, match="lmplz") as caught:
        find_kenlm(tmp_path)
    assert "docs/language.md" in caught.value.hint


def test_programs_are_found_where_a_build_leaves_them(tmp_path: Path) -> None:
    folder = tmp_path / "kenlm" / "build" / "bin"
    folder.mkdir(parents=True)
    for name in ("lmplz", "build_binary"):
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    assert find_kenlm(tmp_path / "kenlm").lmplz == folder / "lmplz"


def test_pruning_goes_on_until_nothing_but_words_is_left_to_prune() -> None:
    steps: list[tuple[int, ...]] = [(0, 1, 2, 3)]
    for _ in range(4):
        steps.append(harder(steps[-1], 4))
    assert steps[1:] == [(0, 1, 2, 4), (0, 2, 3, 5), (0, 3, 4, 6), (0, 4, 5, 7)]
    assert harder((0, 1), 3) == (0, 1, 2)


@pytest.mark.parametrize(
    "change", [{"prune": (1, 1)}, {"prune": (0, 2, 1)}, {"order": 1}, {"most_mb": 0.0}, {"memory_share": 2.0}]
)
def test_settings_kenlm_would_refuse_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"pruning|possible"):
        ModelSettings(**change)  # type: ignore[arg-type]


def test_perplexity_leaves_unknown_words_out_and_counts_them(tmp_path: Path) -> None:
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    model = tmp_path / "tiny.arpa"
    model.write_text(AH_BEE, encoding="utf-8")
    report = judge(model, ["ah", "bee"], [["ah", "bee"], ["sea"]])
    # ah, bee after ah, end; then the end after the unknown word.
    assert report.perplexity == pytest.approx(math.pow(10, (0.6 + 0.1 + 0.5 + 0.5) / 4))
    assert (report.words, report.unknown) == (3, 1)
    assert report.unknown_rate == pytest.approx(1 / 3)


@needs_kenlm
def test_a_model_is_estimated_from_text_and_pruned_until_it_fits(tmp_path: Path) -> None:
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    text = tmp_path / "text.txt"
    text.write_text("ah bee\nah bee\nbee ah\nsea ah bee\n" * 40, encoding="utf-8")
    settings = ModelSettings(order=3, prune=(0,), memory_share=0.01)
    stages: list[str] = []
    found = estimate(find_kenlm(), text, ["ah", "bee"], tmp_path / "a.bin", settings, stages.append)
    assert found.size_bytes == (tmp_path / "a.bin").stat().st_size
    assert found.ngrams[0] == 5  # Two words, the unknown one, beginning and end.
    assert any(stage.startswith("estimating") for stage in stages)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
    likely = judge(tmp_path / "a.bin", ["ah", "bee"], [["ah", "bee"]])
    unlikely = judge(tmp_path / "a.bin", ["ah", "bee"], [["bee", "bee"]])
    assert likely.perplexity < unlikely.perplexity
    with pytest.raises(LanguageModelError, match="does not fit"):
        estimate(
            find_kenlm(), text, ["ah"], tmp_path / "b.bin", ModelSettings(3, (0,), 1e-5, memory_share=0.01)
        )


@needs_kenlm
def test_the_reason_of_a_program_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    with pytest.raises(LanguageModelError, match=r"(lmplz|build_binary) failed: \S+ \S+"):
        estimate(
            find_kenlm(), tmp_path / "empty.txt", ["ah"], tmp_path / "a.bin", ModelSettings(memory_share=0.01)
        )
