"""Every dictation and file on this computer: transcripts in SQLite, found by their words."""
