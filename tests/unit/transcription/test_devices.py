from __future__ import annotations

import copy

import pytest
import torch

from asr_app.errors import DeviceError
from asr_app.model.network import AcousticModel
from asr_app.model.quantisation import QuantisedRecurrent
from asr_app.transcription import devices
from asr_app.transcription.device_memory import DeviceMemory
from asr_app.transcription.devices import place_network, self_test
from tests.unit.model.builders import small_model


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
class TestWithoutGraphicsCard:
    def test_auto_is_the_processor_and_nothing_to_warn_of(self) -> None:
        placement = place_network(small_model(), "auto")
        assert (placement.device_name, placement.warning) == ("cpu", "")

    @pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7"])
    def test_asking_for_one_is_an_error_that_says_so(self, name: str) -> None:
        with pytest.raises(DeviceError, match=f"no graphics card “{name}”"):
            place_network(small_model(), name)


@pytest.mark.gpu
def test_a_network_is_copied_to_the_graphics_card_and_the_original_stays_on_the_processor() -> None:
    network = small_model()
    placement = place_network(network, "cuda")
    assert placement.device_name == "cuda:0"
    assert placement.network.features.mean.is_cuda
    assert not network.features.mean.is_cuda


class Card:
    """A graphics card that is none: the processor does its work, however this test wants it to.

    Attributes:
        seconds: What a sentence takes it; the processor takes one second.
        fails: With what the copy of a network fails.
    """

    def __init__(self) -> None:
        self.seconds = 0.5
        self.fails: DeviceError | None = None

    def copy(self, network: AcousticModel, device: torch.device) -> AcousticModel:
        assert device.type == "cuda"
        if self.fails is not None:
            raise self.fails
        return copy.deepcopy(network)

    def sentence_s(self, _network: AcousticModel, device: torch.device) -> float:
        return self.seconds if device.type == "cuda" else 1.0


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    made = Card()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(devices, "_tested_copy", made.copy)
    monkeypatch.setattr(devices, "_sentence_s", made.sentence_s)
    return made


class TestChoice:
    @pytest.mark.usefixtures("card")
    def test_a_card_that_is_right_and_faster_is_used(self) -> None:
        placement = place_network(small_model(), "auto")
        assert (placement.device_name, placement.warning) == ("cuda:0", "")

    def test_one_that_is_not_faster_is_not_and_the_times_are_told(self, card: Card) -> None:
        card.seconds = 1.5
        placement = place_network(small_model(), "auto")
        assert placement.device_name == "cpu"
        assert "1500 ms for a sentence, the processor 1000 ms" in placement.warning

    def test_one_that_errs_is_not_and_the_reason_is_told(self, card: Card) -> None:
        card.fails = DeviceError("The device cuda:0 computes wrong results.")
        placement = place_network(small_model(), "auto")
        assert placement.device_name == "cpu"
        assert placement.warning.startswith("The device cuda:0 computes wrong results.")

    def test_one_asked_for_by_name_is_used_however_slow(self, card: Card) -> None:
        card.seconds = 1.5
        assert place_network(small_model(), "cuda").device_name == "cuda:0"

    @pytest.mark.usefixtures("card")
    def test_one_that_failed_lately_is_left_alone_until_asked_for_by_name(self) -> None:
        DeviceMemory().note("cuda:0", "CUDA out of memory.")
        placement = place_network(small_model(), "auto")
        assert placement.device_name == "cpu"
        assert "failed lately (CUDA out of memory.)" in placement.warning
        assert place_network(small_model(), "cuda").device_name == "cuda:0"
        assert place_network(small_model(), "auto").device_name == "cuda:0"


def test_a_sentence_takes_time() -> None:
    assert 0 < devices._sentence_s(small_model(), torch.device("cpu")) < 60


def test_a_device_that_cannot_do_a_sentence_is_found_out() -> None:
    with pytest.raises(DeviceError, match="The device meta does not work"):
        devices._sentence_s(small_model(), torch.device("meta"))


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "tpu", ""])
def test_a_device_nobody_knows_is_an_error_that_names_the_known(name: str) -> None:
    with pytest.raises(DeviceError, match="Known are auto, cpu"):
        place_network(small_model(), name)


@pytest.mark.parametrize("decoder", [{}, None])
def test_the_processor_passes_its_own_test(decoder: dict[str, object] | None) -> None:
    self_test(small_model(decoder=decoder), torch.device("cpu"))


def test_a_device_that_computes_otherwise_is_found_out() -> None:
    network = small_model(dropout=0.9)
    network.train()  # dropout: the second run differs from the first, as on a card that errs
    with pytest.raises(DeviceError, match="computes wrong results"):
        self_test(network, torch.device("cpu"))


def test_a_device_that_cannot_compute_is_found_out() -> None:
    # torch's "meta" device knows shapes and no numbers: a real device that cannot do the work.
    with pytest.raises(DeviceError, match="The device meta does not work"):
        self_test(small_model(), torch.device("meta"))


class TestPrecision:
    def test_int8_is_a_copy_and_the_original_stays_as_it_is(self) -> None:
        network = small_model()
        placement = place_network(network, "cpu", "int8")
        assert placement.precision == "int8"
        assert isinstance(placement.network.encoder.layers[0].forward_rnn, QuantisedRecurrent)
        assert isinstance(network.encoder.layers[0].forward_rnn, torch.nn.LSTM)

    def test_float32_is_the_network_itself(self) -> None:
        network = small_model()
        placement = place_network(network, "cpu", "float32")
        assert (placement.network, placement.precision) == (network, "float32")

    @pytest.mark.parametrize(("faster", "precision"), [(True, "int8"), (False, "float32")])
    def test_auto_takes_what_is_faster(
        self, monkeypatch: pytest.MonkeyPatch, faster: bool, precision: str
    ) -> None:
        monkeypatch.setattr(devices, "int8_is_faster", lambda network: faster)
        assert place_network(small_model(), "cpu").precision == precision

    def test_int8_chooses_the_processor(self) -> None:
        assert place_network(small_model(), "auto", "int8").device_name == "cpu"

    @pytest.mark.gpu
    def test_graphics_cards_compute_in_float32(self) -> None:
        assert place_network(small_model(), "cuda").precision == "float32"
        with pytest.raises(DeviceError, match="do not compute in int8"):
            place_network(small_model(), "cuda", "int8")

    def test_a_precision_nobody_knows_is_an_error_that_names_the_known(self) -> None:
        with pytest.raises(DeviceError, match="Known are auto, float32 and int8"):
            place_network(small_model(), "cpu", "int4")

    def test_a_processor_without_int8_says_so_when_asked_for_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(_network: object) -> object:
            raise RuntimeError("NoQEngine")

        monkeypatch.setattr(devices, "quantise", missing)
        with pytest.raises(DeviceError, match="does not compute in int8"):
            place_network(small_model(), "cpu", "int8")
