"""From posteriors to tokens: CTC and attention searches, alignment, confidence."""
