"""Automatic punctuation: the marks and capitals of recognised words."""
