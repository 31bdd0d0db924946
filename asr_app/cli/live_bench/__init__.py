"""`asr-app bench --live`: how soon words are on the screen while one speaks."""
