"""The search a model asks for in its bundle."""

from __future__ import annotations

import dataclasses
from typing import Any

from asr_app.decoding.options import SearchOptions
from asr_app.errors import BundleError


def default_search(details: dict[str, Any]) -> SearchOptions:
    """Read the key `decoding` of a bundle's `config.json`.

    Keys that this program does not know, and `guards`, are left aside: a newer bundle may say more.

    Raises:
        BundleError: A value does not fit.
    """
    values = details.get("decoding", {})
    names = {item.name for item in dataclasses.fields(SearchOptions)} - {"guards"}
    try:
        return SearchOptions(**{name: values[name] for name in names & set(values)})
    except (TypeError, ValueError) as error:
        raise BundleError(
            f"The model's search settings are not valid ({error}).", "Install the model again."
        ) from error
