"""Where the settings lie; on its own, so that looking whether there are any costs nothing."""

from __future__ import annotations

from pathlib import Path

USER_FILE = "settings.toml"
"""Its name in the person's folder of settings."""


def user_file() -> Path:
    """The person's settings, whether there are any or not."""
    from platformdirs import user_config_path

    return user_config_path("asr-app") / USER_FILE
