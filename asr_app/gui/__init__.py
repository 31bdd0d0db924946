"""The window: the only place that imports Qt. Commands go in at the left, values come out at the right."""
