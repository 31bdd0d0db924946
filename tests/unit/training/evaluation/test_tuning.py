"""The whole command, on a bundle of random weights."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from asr_app.decoding.lexicon_search import LexiconWeights
from asr_app.errors import BundleError, ManifestError
from asr_app.model.bundle import load_bundle, save_bundle
from asr_app.training.evaluation import tuning
from asr_app.training.evaluation.posteriors import read_posteriors
from asr_app.transcription.language import load_language
from tests.unit.model.builders import noise, small_model, small_tokenizer
from tests.unit.transcription.builders import write_wav
from tests.unit.transcription.wordy import add_words, phone_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Hears phones in all noise."""
    return phone_bundle(tmp_path / "noisy")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Four recordings of noise and what might be in them."""
    lines = []
    for number, text in enumerate(["ah bee", "key", "kabak ah", "bee"]):
        write_wav(tmp_path / f"{number}.wav", noise(8_000, seed=number))
        lines.append(json.dumps({"audio_filepath": f"{number}.wav", "text": text}))
    path = tmp_path / "made.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def retell(bundle: Path, manifest: Path, weights: LexiconWeights) -> None:
    """Make what the search hears with these weights the text of the manifest."""
    loaded = load_bundle(bundle)
    search = load_language(loaded).search
    assert search is not None
    found = read_posteriors(loaded, manifest, manifest.parent / "told")
    texts = [search.reweighted(weights).candidates(one.phone_log_probs)[0].text for one in found]
    lines = [
        json.dumps({"audio_filepath": one.name, "text": text}) for one, text in zip(found, texts, strict=True)
    ]
    assert all(texts)
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["tuning", *map(str, arguments)])
    tuning.main()


def test_what_was_encoded_is_read_again_and_is_the_same(bundle: Path, manifest: Path, tmp_path: Path) -> None:
    loaded = load_bundle(bundle)
    calls: list[tuple[int, int]] = []
    cache = tmp_path / "cache"
    first = read_posteriors(loaded, manifest, cache, 2, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]
    again = read_posteriors(loaded, manifest, cache, 2, lambda done, total: pytest.fail("encoded again"))
    assert [one.text for one in again] == ["ah bee", "kabak ah"]
    for one, other in zip(first, again, strict=True):
        assert (one.phone_log_probs == other.phone_log_probs).all()
        assert one.duration_s == other.duration_s == 0.5
        assert len(one.encoded.frames) == len(one.ctc_log_probs)


def test_a_model_without_phones_has_nothing_to_search(bundle: Path, manifest: Path, tmp_path: Path) -> None:
    save_bundle(bundle, small_model(phones=()), small_tokenizer())
    with pytest.raises(ManifestError, match="phones"):
        read_posteriors(load_bundle(bundle), manifest, tmp_path)


def test_tuning_prints_a_table_and_writes_the_weights(
    bundle: Path,
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    good, bad = LexiconWeights(0.6, 0.7, beam=50), LexiconWeights(2.0, -9.0, beam=50)
    add_words(bundle, bad)
    retell(bundle, manifest, good)
    before = load_bundle(bundle).details["lexicon"]
    run(monkeypatch, bundle, manifest, "--cache", tmp_path / "cache")
    shown = capsys.readouterr().out
    assert "made" in shown and "scored again" in shown and "in a narrow beam" in shown
    assert load_bundle(bundle).details["lexicon"] == before, "nothing is written without --write"
    run(monkeypatch, bundle, manifest, "--cache", tmp_path / "cache", "--write")
    after = load_bundle(bundle).details["lexicon"]
    assert after["weights"]["word_score"] > bad.word_score
    assert after["weights"]["beam"] == bad.beam
    assert len(after["shares"]) == len(load_bundle(bundle).config.phones) + 1
    assert sum(after["shares"]) == pytest.approx(1.0, abs=1e-4)
    assert f"'language_model': {after['weights']['language_model']}" in capsys.readouterr().out


def test_a_bundle_without_a_language_is_told_apart(
    bundle: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BundleError, match="--language"):
        run(monkeypatch, bundle, manifest)
