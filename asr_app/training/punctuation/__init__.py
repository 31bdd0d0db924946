"""Training and evaluation of automatic punctuation."""
