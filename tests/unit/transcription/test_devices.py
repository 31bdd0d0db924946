from __future__ import annotations

import pytest
import torch

from asr_app.errors import DeviceError
from asr_app.model.quantisation import QuantisedRecurrent
from asr_app.transcription import devices
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
def test_auto_is_the_graphics_card_and_the_original_stays_on_the_processor() -> None:
    network = small_model()
    placement = place_network(network, "auto")
    assert placement.device_name == "cuda:0"
    assert placement.network.features.mean.is_cuda
    assert not network.features.mean.is_cuda


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
