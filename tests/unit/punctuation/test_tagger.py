from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from asr_app.errors import BundleError
from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.tokens import Case, Prediction
from asr_app.punctuation.network import TaggerNetwork, TaggerSizes
from asr_app.punctuation.punctuator import punctuator
from asr_app.punctuation.tagger import MARKS, Capitals, Tag, Tagger, encode_tagger, read_tagger

PIECES = 27
WORDS = ["so", "anna", "came", "and", "then", "you", "left", "her", "there"]


def spell(word: str) -> list[int]:
    return [ord(letter) - 96 for letter in word if "a" <= letter <= "z"]


def network(seed: int = 0) -> TaggerNetwork:
    torch.manual_seed(seed)
    made = TaggerNetwork(TaggerSizes(PIECES, 6, 6, 8, 2)).eval()
    with torch.no_grad():
        made.readout.weight.mul_(20)  # So that words are told apart.
    return made


class TestTagging:
    def test_every_word_gets_a_tag(self) -> None:
        tags = Tagger(network(), spell).tag(WORDS)
        assert len(tags) == len(WORDS)
        assert len({tag.mark for tag in tags}) > 1
        assert all(tag.mark in MARKS for tag in tags)

    def test_nothing_gets_nothing(self) -> None:
        assert Tagger(network(), spell).tag([]) == []

    def test_words_of_no_known_letters_are_words_all_the_same(self) -> None:
        assert len(Tagger(network(), spell).tag(["été", "42", ""])) == 3

    def test_a_word_seen_before_changes_nothing(self) -> None:
        tagger = Tagger(network(), spell)
        first = tagger.tag(WORDS)
        tagger.tag(["completely", "other", "words", "anna"])
        assert tagger.tag(WORDS) == first == Tagger(network(), spell).tag(WORDS)

    def test_many_words_are_read_as_few_are(self) -> None:
        made, spelled = network(), [spell(word) for word in WORDS]
        with torch.inference_mode():
            assert torch.allclose(
                made.read_pieces(spelled * 10)[: len(WORDS)], made.read_pieces(spelled), atol=1e-6
            )

    def test_the_words_after_a_word_matter_for_its_mark(self) -> None:
        made = network()
        with torch.inference_mode():
            first, second = [
                made.read_words(made.read_pieces([spell("came"), spell(word)])[None])[0][0, 0]
                for word in ("and", "you")
            ]
        assert not torch.allclose(first, second)

    def test_capitals_of_the_words_given_do_not_matter(self) -> None:
        tagger = Tagger(network(), spell)
        assert tagger.tag(["So", "ANNA"]) == tagger.tag(["so", "anna"])

    def test_an_utterance_of_any_length_is_tagged(self) -> None:
        assert len(Tagger(network(), spell).tag(WORDS * 50)) == 50 * len(WORDS)

    def test_threads_may_share_one(self) -> None:
        tagger = Tagger(network(), spell)
        wanted = tagger.tag(WORDS)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: tagger.tag(WORDS), range(20)))
        assert found == [wanted] * 20

    def test_what_is_rarely_wanted_can_be_held_back(self) -> None:
        tags = Tagger(network(), spell, [0.0, *[-1000.0] * (len(MARKS) - 1)]).tag(WORDS)
        assert {tag.mark for tag in tags} == {""}


class TestFile:
    def test_what_was_written_is_read_again(self) -> None:
        made = network().half().float()  # In half precision as the file.
        offsets = [0.0, 0.0, 0.0, 0.0, -2.0, 0.0]
        read = read_tagger(encode_tagger(made, offsets), spell, PIECES)
        assert read.offsets == tuple(offsets)
        assert read.tag(WORDS) == Tagger(made, spell, offsets).tag(WORDS)

    def test_the_size_the_product_has_is_below_six_megabytes(self) -> None:
        assert len(encode_tagger(TaggerNetwork(TaggerSizes()))) < 6_000_000

    @pytest.mark.parametrize("content", [b"", b"nothing", b"\x08\0\0\0\0\0\0\0{}      "])
    def test_anything_else_is_a_sentence(self, content: bytes) -> None:
        with pytest.raises(BundleError, match="punctuation is damaged"):
            read_tagger(content, spell, PIECES)

    def test_one_for_another_tokenizer_is_refused(self) -> None:
        with pytest.raises(BundleError, match="do not belong together"):
            read_tagger(encode_tagger(network()), spell, PIECES + 1)


class Told(Tagger):
    """A tagger that has been told what to say of a word."""

    def __init__(self, **tags: Tag) -> None:
        super().__init__(network(), spell)
        self._tags = tags

    def tag(self, words: Sequence[str]) -> list[Tag]:
        return [self._tags.get(word, Tag()) for word in words]


class TestFormatting:
    def test_a_word_without_capitals_is_left_to_the_layout(self) -> None:
        punctuate = punctuator(Told(anna=Tag(",", Capitals.CAPITAL), b=Tag("", Capitals.UPPER)))
        assert list(punctuate(["so", "anna", "b"])) == [
            Prediction(),
            Prediction(",", Case.CAPITAL),
            Prediction("", Case.UPPER),
        ]

    def test_sentences_begin_after_a_mark_and_forms_and_commands_work(self) -> None:
        punctuate = punctuator(Told(anna=Tag(",", Capitals.CAPITAL), dollars=Tag("."), left=Tag("?")))
        formatter = Formatter(FormatOptions(commands=CommandMode.ON), punctuator=punctuate)
        said = "thanks anna it costs five dollars who left exclamation mark new line yes"
        assert fold(formatter, utterances_of(said)) == "Thanks Anna, it costs $5. Who left!\nYes"


def test_the_values_are_there_without_torch() -> None:
    code = "import sys, asr_app.punctuation.punctuator; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
