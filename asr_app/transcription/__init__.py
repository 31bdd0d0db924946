"""From sound to transcripts: recognisers for recordings and for live speech, and the values they give."""
