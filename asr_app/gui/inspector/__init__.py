"""What the network saw and thought of an utterance: log-mel, CTC posteriors, attention on one time axis."""
