"""Training and evaluation: corpora, augmentation, the trainer, error rates. Needs the `train` extra."""
