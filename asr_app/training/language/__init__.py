"""What a bundle knows of words: how they sound, which follow one another, and the text that tells."""
