from __future__ import annotations

import json
from pathlib import Path

import pytest

from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.punctuation.network import TaggerNetwork, TaggerSizes
from asr_app.punctuation.punctuator import load_punctuator
from asr_app.punctuation.tagger import encode_tagger
from asr_app.training.punctuation.bundle import PUNCTUATION_FILE, add_punctuation
from tests.unit.transcription.builders import talkative_bundle


def tagger_file(folder: Path, pieces: int) -> Path:
    file = folder / f"{pieces}.safetensors"
    file.write_bytes(encode_tagger(TaggerNetwork(TaggerSizes(pieces, 4, 4, 4, 1))))
    return file


def test_a_bundle_gets_it_with_a_checksum_and_keeps_all_else(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    extend_bundle(bundle, {"words.txt": b"a\n"}, {"remark": {"of": "ours"}})
    before = load_bundle(bundle)
    assert load_punctuator(before) is None
    for _ in range(2):  # Once more replaces it.
        add_punctuation(bundle, tagger_file(tmp_path, before.tokenizer.size))
    after = load_bundle(bundle)
    assert after.details["remark"] == {"of": "ours"}
    assert set(after.details["checksums"]) == {*before.details["checksums"], PUNCTUATION_FILE}
    punctuate = load_punctuator(after)
    assert punctuate is not None
    assert len(punctuate(["a", "b", "c"])) == 3


def test_one_for_other_pieces_is_refused_and_the_bundle_stays(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    before = (bundle / "config.json").read_bytes()
    size = load_bundle(bundle).tokenizer.size
    with pytest.raises(BundleError, match="do not belong together"):
        add_punctuation(bundle, tagger_file(tmp_path, size + 1))
    (tmp_path / "none").write_bytes(b"none")
    for file, message in ((tmp_path / "none", "is damaged"), (tmp_path / "absent", "cannot be read")):
        with pytest.raises(BundleError, match=message):
            add_punctuation(bundle, file)
    assert (bundle / "config.json").read_bytes() == before


def test_a_bundle_that_names_a_file_without_a_checksum_is_refused(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    config = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
    (bundle / "config.json").write_text(json.dumps({**config, "punctuation": "x"}), encoding="utf-8")
    with pytest.raises(BundleError, match="no checked file as its punctuation"):
        load_punctuator(load_bundle(bundle))
