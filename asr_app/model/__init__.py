"""The acoustic model: log-mel features, bidirectional LSTM encoder, CTC heads, attention decoder, bundles."""
