"""`asr-app devices`: the microphones there are, and what the computer plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from asr_app.audio.devices import InputDevice


def devices_command() -> None:
    """List the microphones, with the number and name that `asr-app dictate --microphone` takes.

    Below them, where the sound server offers it: the outputs for `asr-app dictate --system-audio`.
    """
    from asr_app.audio.devices import list_input_devices

    devices = list_input_devices()
    if devices:
        _show_microphones(devices)
    else:
        typer.echo("No microphone was found. Connect one, or allow this program to use it.", err=True)
    _show_outputs()


def _show_microphones(devices: list[InputDevice]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Microphones", title_justify="left")
    table.add_column("number", justify="right")
    table.add_column("name", overflow="fold")
    table.add_column("through")
    table.add_column("channels", justify="right")
    table.add_column("rate", justify="right")
    table.add_column("default")
    for device in devices:
        table.add_row(
            str(device.index),
            device.name,
            device.host_api,
            str(device.channels),
            f"{device.sample_rate_hz} Hz",
            "yes" if device.is_default else "",
        )
    Console().print(table, markup=False)


def _show_outputs() -> None:
    from asr_app.audio.monitors import list_monitors
    from asr_app.errors import MicrophoneError

    try:
        monitors = list_monitors()
    except MicrophoneError:
        return  # no sound server that offers it: nothing to list
    if not monitors:
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title="System audio (asr-app dictate --system-audio)", title_justify="left")
    table.add_column("output", overflow="fold")
    table.add_column("name of its monitor", overflow="fold")
    table.add_column("default")
    for monitor in monitors:
        table.add_row(monitor.name, monitor.source, "yes" if monitor.is_default else "")
    Console().print(table, markup=False)
