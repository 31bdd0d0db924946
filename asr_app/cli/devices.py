"""`asr-app devices`: the microphones there are."""

from __future__ import annotations

import typer


def devices_command() -> None:
    """List the microphones, with the number and name that `asr-app dictate --microphone` takes."""
    from asr_app.audio.devices import list_input_devices

    devices = list_input_devices()
    if not devices:
        typer.echo("No microphone was found. Connect one, or allow this program to use it.", err=True)
        return
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
