"""One dictation: from a source of sound to events, on a thread of its own."""
