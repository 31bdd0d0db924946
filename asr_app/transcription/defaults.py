"""What a bundle says about searching with its model: which search, and how sure its words are."""

from __future__ import annotations

import dataclasses
from typing import Any

from asr_app.decoding.confidence import EVIDENCE, Calibration
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


def read_calibrations(details: dict[str, Any]) -> dict[str, Calibration]:
    """Read the key `confidence` of a bundle's `config.json`: the calibration of each search method.

    A calibration that takes evidence this program does not know is left aside: a newer bundle may bring it.

    Raises:
        BundleError: A value does not fit.
    """
    entries = details.get("confidence", {})
    try:
        return {
            str(method): Calibration(
                {str(name): float(weight) for name, weight in entry["weights"].items()}, float(entry["bias"])
            )
            for method, entry in entries.items()
            if set(entry["weights"]) <= set(EVIDENCE)
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            "The model's calibration of confidence is not valid.", "Install the model again."
        ) from error
