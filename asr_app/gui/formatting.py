"""Times as people read them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours when there are any: `0:07`, `12:30`, `1:02:03`."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"
