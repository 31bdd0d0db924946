"""From recognised words to text one can send; every displayed character keeps its words."""
