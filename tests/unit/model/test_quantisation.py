from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from asr_app.model import quantisation
from asr_app.model.config import Chunking
from asr_app.model.network import AcousticModel, EncoderOutput
from asr_app.model.quantisation import (
    QuantisedCell,
    QuantisedLinear,
    QuantisedRecurrent,
    int8_is_faster,
    quantise,
)
from asr_app.model.streaming import StreamingEncoder
from tests.unit.model.builders import joined, padded, random_features, small_model

UNITS = 96


def features(frames: int, seed: int = 0) -> torch.Tensor:
    return random_features(frames, seed, torch.float32)


def middling_model(cell: str = "lstm") -> AcousticModel:
    """Large enough for rounding errors to average out as in a real one."""
    return small_model(cell=cell, encoder_units=UNITS)


class TestModules:
    @pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
    def test_a_recurrent_layer_gives_nearly_the_same_from_any_state(
        self, kind: type[nn.LSTM] | type[nn.GRU]
    ) -> None:
        torch.manual_seed(0)
        rnn = kind(64, UNITS, batch_first=True)
        quantised = QuantisedRecurrent(rnn)
        x = torch.randn(3, 40, 64)
        with torch.inference_mode():
            expected, end = rnn(x)
            found, found_end = quantised(x)
            again, again_end = rnn(x, end)
            found_again, found_again_end = quantised(x, found_end)
        pairs = [(found, expected), (found_end, end), (found_again, again), (found_again_end, again_end)]
        for rounded, exact in pairs:
            torch.testing.assert_close(rounded, exact, rtol=0, atol=0.05)
        assert not torch.equal(found, expected)

    @pytest.mark.parametrize("kind", [nn.LSTMCell, nn.GRUCell])
    def test_a_cell_gives_nearly_the_same(self, kind: type[nn.LSTMCell] | type[nn.GRUCell]) -> None:
        torch.manual_seed(0)
        cell = kind(64, UNITS)
        quantised = QuantisedCell(cell)
        x = torch.randn(8, 64)
        before = tuple(torch.rand(8, UNITS) - 0.5 for _ in range(2 if kind is nn.LSTMCell else 1))
        state = before if len(before) == 2 else before[0]
        with torch.inference_mode():
            torch.testing.assert_close(quantised(x, state), cell(x, state), rtol=0, atol=0.05)

    def test_a_linear_layer_gives_nearly_the_same(self) -> None:
        torch.manual_seed(0)
        linear = nn.Linear(64, 32)
        x = torch.randn(5, 7, 64)
        with torch.inference_mode():
            torch.testing.assert_close(QuantisedLinear(linear)(x), linear(x), rtol=0, atol=0.05)

    def test_loud_inputs_do_not_overflow(self) -> None:
        """All products of their largest size and sign: pairs of them added in 16 bits would be cut off."""
        linear = nn.Linear(256, 4)
        with torch.no_grad():
            linear.weight.fill_(1.0)
            linear.bias.zero_()
            found = QuantisedLinear(linear)(torch.full((1, 256), 3.0))
        torch.testing.assert_close(found, torch.full((1, 4), 768.0), rtol=0.02, atol=0)


class TestNetwork:
    @pytest.mark.parametrize("cell", ["lstm", "gru"])
    def test_it_hears_nearly_the_same(self, cell: str) -> None:
        model = middling_model(cell)
        x = features(200)
        with torch.inference_mode():
            exact, rounded = (net(x[None], torch.tensor([200])) for net in (model, quantise(model)))
            for head in (AcousticModel.ctc_log_probs, AcousticModel.phone_log_probs):
                torch.testing.assert_close(
                    head(quantise(model), rounded), head(model, exact), rtol=0, atol=0.2
                )

    @pytest.mark.parametrize("cell", ["lstm", "gru"])
    def test_the_decoder_spells_with_nearly_the_same_probabilities(self, cell: str) -> None:
        model = middling_model(cell)
        with torch.inference_mode():
            encoded = model(features(100)[None], torch.tensor([100]))
            targets = torch.tensor([[1, 5, 2, 9]])
            outputs = []
            for net in (model, quantise(model)):
                assert net.decoder is not None
                logits, _ = net.decoder(encoded.frames, encoded.lengths, targets)
                outputs.append(logits.log_softmax(-1))
        torch.testing.assert_close(*outputs, rtol=0, atol=0.2)
        assert not torch.equal(*outputs)

    def test_the_original_stays_as_it_is(self) -> None:
        model = small_model()
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        kinds = [type(module) for module in model.modules()]
        quantise(model)
        assert [type(module) for module in model.modules()] == kinds
        assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())

    def test_what_is_not_rounded_is_shared_not_copied(self) -> None:
        model = small_model()
        copied = quantise(model)
        assert copied.ctc_head.weight is model.ctc_head.weight
        assert copied.features.filterbank is model.features.filterbank

    @pytest.mark.parametrize("lengths", [[2, 5], [60, 1, 37], [8, 8, 9]])
    def test_neighbours_in_the_batch_and_padding_change_nothing(self, lengths: list[int]) -> None:
        model = quantise(small_model(decoder=None))
        utterances = [features(length, seed=length) for length in lengths]
        with torch.inference_mode():
            together = model(*padded(utterances, filler=9.0))
            for row, utterance in enumerate(utterances):
                alone = model(utterance[None], torch.tensor([len(utterance)]))
                found = together.frames[row, : int(alone.lengths[0])]
                torch.testing.assert_close(found, alone.frames[0], rtol=0, atol=1e-5)

    def test_rows_of_a_recurrent_layer_are_each_as_if_alone(self) -> None:
        torch.manual_seed(0)
        quantised = QuantisedRecurrent(nn.LSTM(16, 8, batch_first=True))
        x = torch.randn(3, 20, 16) * torch.tensor([0.1, 1.0, 30.0])[:, None, None]
        with torch.inference_mode():
            together, _ = quantised(x)
            for row in range(3):
                assert torch.equal(together[row], quantised(x[row : row + 1])[0][0])

    @pytest.mark.parametrize("cell", ["lstm", "gru"])
    @pytest.mark.parametrize("lookahead", [0, 4])
    def test_streamed_features_equal_the_chunked_whole_for_every_split(
        self, cell: str, lookahead: int
    ) -> None:
        model = quantise(middling_model(cell))
        x, chunking = features(90), Chunking(4, lookahead)
        with torch.inference_mode():
            expected = model(x[None], torch.tensor([len(x)]), chunking)
        for edges in ([0, 90], [0, 1, 33, 34, 90], [0, *range(5, 90, 7), 90]):
            stream = StreamingEncoder(model.encoder, chunking)
            parts: list[EncoderOutput] = []
            for start, end in itertools.pairwise(edges):
                parts += stream.push(x[start:end])
            parts += stream.push(x[:0], last=True)
            # Rounding to 7 bits turns a difference in the last bit into a step now and then.
            torch.testing.assert_close(joined(parts).frames, expected.frames, rtol=0, atol=0.05)


class TestChoice:
    @pytest.fixture(autouse=True)
    def _nothing_decided(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quantisation, "_decided", {})

    def test_a_tiny_network_is_not_worth_it(self) -> None:
        assert not int8_is_faster(small_model())
        assert quantisation._decided == {}

    def test_it_is_measured_once_for_each_shape_and_number_of_threads(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = small_model(decoder=None, encoder_units=128)
        measured: list[object] = []

        def measure(rnn: object) -> bool:
            measured.append(rnn)
            return True

        monkeypatch.setattr(quantisation, "_measure", measure)
        assert int8_is_faster(model)
        assert int8_is_faster(small_model(seed=1, decoder=None, encoder_units=128))
        assert len(measured) == 1
        assert int8_is_faster(small_model(decoder=None, encoder_units=160))
        assert len(measured) == 2

    def test_the_clock_decides(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = small_model(decoder=None, encoder_units=128)
        exact = nn.LSTM.forward
        calls: list[None] = []

        def slow(self: nn.LSTM, *inputs: torch.Tensor) -> object:
            for _ in range(60):  # work, not sleep: what is measured is work
                exact(self, *inputs)
            calls.append(None)
            return exact(self, *inputs)

        monkeypatch.setattr(nn.LSTM, "forward", slow)
        assert int8_is_faster(model)
        assert len(calls) == quantisation._MEASURED_RUNS

    def test_wrong_results_are_not_taken_however_fast(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def wrong(self: QuantisedRecurrent, x: torch.Tensor) -> object:
            return torch.full((x.shape[0], x.shape[1], self.hidden_size), 1.0), None

        monkeypatch.setattr(QuantisedRecurrent, "forward", wrong)
        assert not int8_is_faster(small_model(decoder=None, encoder_units=128))

    def test_a_processor_without_int8_keeps_float32(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(_weight: torch.Tensor, _bias: torch.Tensor) -> object:
            raise RuntimeError("Didn't find engine for operation quantized::linear_prepack NoQEngine")

        monkeypatch.setattr(quantisation, "pack", missing)
        assert not int8_is_faster(small_model(decoder=None, encoder_units=128))
