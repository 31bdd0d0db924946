from __future__ import annotations

from asr_app.audio.devices import list_input_devices
from tests.unit.cli.conftest import RunCli


def test_every_microphone_is_listed_with_number_name_and_host_api(run_cli: RunCli) -> None:
    result = run_cli("devices")
    assert result.status == 0
    devices = list_input_devices()
    for device in devices:
        row = next(line for line in result.out.splitlines() if f" {device.index} " in line)
        assert device.name in row
        assert device.host_api in row
    if not devices:
        assert "No microphone was found" in result.err
