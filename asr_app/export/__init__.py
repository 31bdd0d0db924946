"""Transcripts as files: one writer per format, subtitle rules, names of files and writing them safely."""
