"""Sound: microphones, media files, resampling, voice activity and the cutting into utterances."""
