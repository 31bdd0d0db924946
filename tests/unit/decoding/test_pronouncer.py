from __future__ import annotations

import itertools

import pytest
import torch

from asr_app.decoding.pronouncer import Pronouncer, encode_pronouncer, read_pronouncer
from asr_app.decoding.pronouncer_network import PronouncerNetwork, PronouncerSizes, spell
from asr_app.errors import BundleError

PHONES = ("AA", "B", "S", "T")


@pytest.fixture
def pronouncer() -> Pronouncer:
    """Random weights, large enough that it has an opinion."""
    torch.manual_seed(3)
    network = PronouncerNetwork(len(PHONES), PronouncerSizes(embedding=6, encoder=5, decoder=7, attention=4))
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(4)
        network.readout.bias[network.end] += 2  # So that it comes to an end.
    return Pronouncer(network.eval(), PHONES)


def log_prob(pronouncer: Pronouncer, word: str, way: tuple[str, ...]) -> float:
    """Of a pronunciation and its end, as training sees it."""
    network = pronouncer.network
    sounds = [PHONES.index(phone) for phone in way]
    with torch.inference_mode():
        logits = network(torch.tensor([spell(word)]), torch.tensor([sounds], dtype=torch.long))
    chosen = [*sounds, network.end]
    return float(logits[0].log_softmax(-1)[range(len(chosen)), chosen].sum())


@pytest.mark.parametrize("word", ["a", "ab", "o'b", "tasty"])
def test_the_ways_it_gives_are_those_its_network_finds_likely(pronouncer: Pronouncer, word: str) -> None:
    ways = pronouncer.guess(word, 3)
    assert len(set(ways)) == len(ways) and 1 <= len(ways) <= 3
    scores = [log_prob(pronouncer, word, way) for way in ways]
    assert scores == sorted(scores, reverse=True)
    short = [way for size in (1, 2) for way in itertools.product(PHONES, repeat=size)]
    likeliest = max(log_prob(pronouncer, word, way) for way in short)
    assert scores[0] >= likeliest - 1e-4 or len(ways[0]) > 2


def test_one_way_is_what_is_likeliest_at_each_step(pronouncer: Pronouncer) -> None:
    said = {
        word: ways[0] for word in ("tab", "a", "sat", "tasty", "bo") if (ways := pronouncer.guess(word, 1))
    }
    assert said, "random weights, but not so that no word ever ends"
    for word, way in said.items():
        sounds = torch.tensor([[PHONES.index(phone) for phone in way]])
        with torch.no_grad():
            logits = pronouncer.network(torch.tensor([spell(word)]), sounds)[0]
        logits[0, pronouncer.network.end] = -torch.inf  # a word has at least one sound
        assert [*sounds[0].tolist(), pronouncer.network.end] == logits.argmax(-1).tolist()


def test_a_genitive_sounds_like_its_word_with_the_ending(pronouncer: Pronouncer) -> None:
    endings = [
        way[len(stem) :] for way, stem in zip(pronouncer.say("Tab's"), pronouncer.say("tab"), strict=True)
    ]
    assert all(ending in (("S",), ("Z",), ("IH", "Z")) for ending in endings)


def test_abbreviations_get_the_names_of_their_letters_and_only_those_with_dots_nothing_else(
    pronouncer: Pronouncer,
) -> None:
    assert pronouncer.say("b.b.c.") == [("B", "IY", "B", "IY", "S", "IY")]
    first, *others = pronouncer.say("BBC")
    assert first == ("B", "IY", "B", "IY", "S", "IY")
    assert others == pronouncer.guess("bbc", 3)[: len(others)]


def test_what_has_no_letters_is_not_said(pronouncer: Pronouncer) -> None:
    assert pronouncer.say("'") == pronouncer.say("") == pronouncer.guess("77") == []


def test_it_comes_back_from_its_file_but_for_rounding(pronouncer: Pronouncer) -> None:
    content = encode_pronouncer(pronouncer)
    again = read_pronouncer(content)
    assert again.phones == PHONES
    assert encode_pronouncer(again) == content
    for name, tensor in again.network.state_dict().items():
        assert torch.equal(tensor, pronouncer.network.state_dict()[name].half().float())


def test_a_damaged_file_is_said(pronouncer: Pronouncer) -> None:
    content = encode_pronouncer(pronouncer)
    for damaged in (b"", b"\0" * 40, content[:-7], content.replace(b"bridge", b"fridge")):
        with pytest.raises(BundleError, match="pronouncer is damaged"):
            read_pronouncer(damaged)
